// SPDX-License-Identifier: Apache-2.0
#include "ptx_words.h"

#include <fmt/format.h>

#include <array>

namespace tenon::kir::ptx {
namespace {

constexpr std::array<std::string_view, 7> operation_types = {"pred", "s32", "u32", "s64",
                                                             "u64",  "f32", "f64"};
constexpr std::array<std::string_view, 7> register_types = {"pred", "b32", "b32", "b64",
                                                            "b64",  "f32", "f64"};
constexpr std::array<std::string_view, 7> register_names = {"%p", "%r", "%r", "%q",
                                                            "%q", "%f", "%d"};

}  // namespace

std::string_view name_of(Type type) { return operation_types[static_cast<size_t>(type)]; }
std::string_view raw(Type type) { return register_types[static_cast<size_t>(type)]; }
std::string_view register_family(Type type) { return register_names[static_cast<size_t>(type)]; }

std::string_view memory_type(DType dtype) {
  switch (dtype) {
    case DType::boolean:
    case DType::u8:
      return "u8";
    case DType::i8:
      return "s8";
    case DType::u16:
      return "u16";
    case DType::i16:
      return "s16";
    case DType::f16:
      return "b16";
    default:
      return name_of(type_of(dtype));
  }
}

uint32_t shared_bytes(Type type) { return type == Type::boolean ? 1 : bits_in(type) / 8; }

std::string register_of(Type type, uint32_t number) {
  return fmt::format("{}{}", register_family(type), number);
}

std::string with(std::string_view operation, std::string_view suffix) {
  return fmt::format("{}.{}", operation, suffix);
}

std::string literal(const Instruction& from) {
  switch (from.type) {
    case Type::boolean:
      return from.k != 0 ? "-1" : "0";
    case Type::f32:
      return fmt::format("0f{:08X}", from.k);
    case Type::f64:
      return fmt::format("0d{:016X}", from.k);
    default:
      return fmt::format("0x{:X}", from.k);
  }
}

std::string spelled(Op op, Type of) {
  const bool real = is_float(of);
  const std::string_view suffix = name_of(of);
  const std::string_view bits = bits_in(of) == 64 ? "b64" : "b32";
  const std::string_view whole = bits_in(of) == 64 ? "s64" : "s32";
  const auto rounding = [&](std::string_view mode) {
    return fmt::format("cvt.{}.{}.{}", mode, suffix, suffix);
  };
  switch (op) {
    case Op::add:
      return with(real ? "add.rn" : "add", suffix);
    case Op::sub:
      return with(real ? "sub.rn" : "sub", suffix);
    case Op::mul:
      return with(real ? "mul.rn" : "mul.lo", suffix);
    case Op::div:
      return with(real ? "div.rn" : "div", suffix);
    case Op::rem:
      return with("rem", suffix);
    case Op::min:
      return with("min", suffix);
    case Op::max:
      return with("max", suffix);
    case Op::bit_and:
      return with("and", bits);
    case Op::bit_or:
      return with("or", bits);
    case Op::bit_xor:
      return with("xor", bits);
    case Op::bit_not:
      return with("not", bits);
    case Op::lt:
      return with("setp.lt", suffix);
    case Op::le:
      return with("setp.le", suffix);
    case Op::eq:
      return with("setp.eq", suffix);
    case Op::neg:
      return with("neg", real ? suffix : whole);
    case Op::abs:
      return with("abs", real ? suffix : whole);
    case Op::floor:
      return rounding("rmi");
    case Op::ceil:
      return rounding("rpi");
    case Op::round:
      return rounding("rni");
    case Op::trunc:
      return rounding("rzi");
    case Op::sqrt:
      return with("sqrt.rn", suffix);
    default:
      return {};
  }
}

}  // namespace tenon::kir::ptx
