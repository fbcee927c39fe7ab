// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/printer_c.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace tenon::kir {
namespace {

template <class... A>
std::string fill(std::string_view text, A&&... arguments) {
  return fmt::vformat(text, fmt::make_format_args(arguments...));
}

class Printer {
 public:
  Printer(const Kernel& kernel, const CTarget& target) : kernel_(kernel), target_(target) {}

  std::string text() {
    signature();
    for (size_t i = 0; i < kernel_.code.size(); ++i) line(i);
    out_ += "}\n";
    return std::move(out_);
  }

 private:
  std::string_view type(Type type) const { return target_.types[static_cast<size_t>(type)]; }

  std::string_view element(DType dtype) const {
    switch (dtype) {
      case DType::boolean:
      case DType::u8:
        return target_.ubyte;
      case DType::i8:
        return target_.byte;
      case DType::u16:
        return target_.uint16;
      case DType::i16:
        return target_.int16;
      case DType::f16:
        return "half";
      default:
        return type(type_of(dtype));
    }
  }

  void signature() {
    out_ += target_.kernel;
    if (!target_.group_size.empty()) {
      out_ += ' ';
      out_ += fill(target_.group_size, kernel_.group[0], kernel_.group[1], kernel_.group[2]);
    }
    out_ += fmt::format(" void {}(", kernel_.name);
    std::string comma;
    for (const Param& param : kernel_.params) {
      out_ += comma;
      comma = ", ";
      if (!param.buffer) {
        out_ += fmt::format("{} {}", argument_type(param.type), param.name);
      } else if (target_.buffers_have_offsets) {
        out_ += fmt::format("{} {}* {}_base, {} {}_at", target_.global, target_.ubyte, param.name,
                            type(Type::u64), param.name);
      } else {
        out_ += fmt::format("{} {}{}* {}", target_.global, param.written ? "" : "const ",
                            element(param.dtype), param.name);
      }
    }
    if (!target_.last_parameter.empty()) out_ += comma + std::string(target_.last_parameter);
    out_ += ") {\n";
    const bool may_leave = !target_.first_statement.empty() && !kernel_.has_barrier();
    if (may_leave) out_ += fmt::format("  {}\n", target_.first_statement);
    for (const Param& param : kernel_.params) {
      if (!param.buffer || !target_.buffers_have_offsets) continue;
      const std::string pointer = fmt::format("{} {}{}*", target_.global,
                                              param.written ? "" : "const ", element(param.dtype));
      out_ += fmt::format("  {} {} = ({})({}_base + {}_at);\n", pointer, param.name, pointer,
                          param.name, param.name);
    }
  }

  // A bool is no argument type in OpenCL C.
  std::string_view argument_type(Type of) const {
    return type(of == Type::boolean ? Type::u32 : of);
  }

  const Instruction& at(int32_t id) const { return kernel_.code[static_cast<size_t>(id)]; }

  // The value where it is used: leaves are written in place.
  std::string name(int32_t id) const {
    const Instruction& from = at(id);
    switch (from.op) {
      case Op::constant:
        return literal(from);
      case Op::param: {
        const std::string& param = kernel_.params[static_cast<size_t>(from.a)].name;
        return from.type == Type::boolean ? fmt::format("({} != 0)", param) : param;
      }
      case Op::group:
        return fill(target_.group_id, from.a);
      case Op::local:
        return fill(target_.local_id, from.a);
      default:
        return fmt::format("v{}", id);
    }
  }

  std::string literal(const Instruction& from) const {
    const uint64_t bits = from.k;
    switch (from.type) {
      case Type::boolean:
        return bits != 0 ? "true" : "false";
      case Type::i32: {
        const int64_t value = integer_of(bits, Type::i32);
        return value == INT32_MIN ? "(-2147483647 - 1)"
               : value < 0        ? fmt::format("({})", value)
                                  : fmt::format("{}", value);
      }
      case Type::u32:
        return fmt::format("{}u", bits);
      case Type::i64: {
        const auto value = static_cast<int64_t>(bits);
        if (value == INT64_MIN) return "(-9223372036854775807L - 1L)";
        return value < 0 ? fmt::format("({}L)", value) : fmt::format("{}L", value);
      }
      case Type::u64:
        return fmt::format("{}uL", bits);
      case Type::f32:
      case Type::f64:
        break;
    }
    const double value = real_of(bits, from.type);
    const bool narrow = from.type == Type::f32;
    if (!std::isfinite(value)) {
      return narrow ? fill(target_.infinity, static_cast<uint32_t>(bits))
                    : fill(target_.infinity64, bits);
    }
    const std::string digits =
        narrow ? fmt::format("{:.9e}f", value) : fmt::format("{:.17e}", value);
    return std::signbit(value) ? "(" + digits + ")" : digits;
  }

  void indent() { out_.append(2 * depth_, ' '); }

  void line(size_t i) {
    const Instruction& from = kernel_.code[i];
    const auto id = static_cast<int32_t>(i);
    switch (from.op) {
      case Op::constant:
      case Op::param:
      case Op::group:
      case Op::local:
        return;
      case Op::end:
        --depth_;
        indent();
        out_ += "}\n";
        return;
      case Op::otherwise:
        --depth_;
        indent();
        out_ += "} else {\n";
        ++depth_;
        return;
      default:
        break;
    }
    indent();
    switch (from.op) {
      case Op::loop:
        out_ += fmt::format("for (int v{0} = {1}; v{0} < {2}{4}; v{0} += {3}) {{\n", id,
                            name(from.a), name(from.b), name(from.c),
                            from.k != 0 ? fmt::format(" && v{}", from.k - 1) : "");
        ++depth_;
        break;
      case Op::when:
        out_ += fmt::format("if ({}) {{\n", name(from.a));
        ++depth_;
        break;
      case Op::store:
        out_ += store(from);
        break;
      case Op::set:
        out_ += fmt::format("v{} = {};\n", from.a, name(from.b));
        break;
      case Op::barrier:
        out_ += fmt::format("{};\n", target_.barrier);
        break;
      case Op::shared:
        out_ += fmt::format("{} {} v{}[{}];\n", target_.shared, type(from.type), id, from.k);
        break;
      default:
        out_ += fmt::format("{} v{} = {};\n", type(from.type), id, value(from));
        break;
    }
  }

  std::string store(const Instruction& from) const {
    const std::string index = name(from.b);
    if (from.k == 1) return fmt::format("v{}[{}] = {};\n", from.a, index, name(from.c));
    const Param& param = kernel_.params[static_cast<size_t>(from.a)];
    if (param.dtype == DType::f16) {
      return fill(target_.store_half, param.name, index, name(from.c)) + ";\n";
    }
    return fmt::format("{}[{}] = ({}){};\n", param.name, index, element(param.dtype), name(from.c));
  }

  std::string load(const Instruction& from) const {
    const std::string index = name(from.b);
    if (from.k == 1) return fmt::format("v{}[{}]", from.a, index);
    const Param& param = kernel_.params[static_cast<size_t>(from.a)];
    std::string read = fmt::format("{}[{}]", param.name, index);
    if (param.dtype == DType::f16) read = fill(target_.load_half, param.name, index);
    if (param.dtype == DType::boolean) read = fmt::format("({} != 0)", read);
    if (from.c < 0) return read;
    return fmt::format("{} ? {} : ({})0", name(from.c), read, type(from.type));
  }

  std::string infix(const Instruction& from, std::string_view symbol) const {
    return fmt::format("{} {} {}", name(from.a), symbol, name(from.b));
  }
  std::string function(std::string_view called, const Instruction& from) const {
    return fmt::format("{}({})", called, name(from.a));
  }

  std::string value(const Instruction& from) const {
    const bool logical = from.type == Type::boolean;
    switch (from.op) {
      case Op::load:
        return load(from);
      case Op::variable:
      case Op::get:
        return name(from.a);
      case Op::add:
        return infix(from, "+");
      case Op::sub:
        return infix(from, "-");
      case Op::mul:
        return infix(from, "*");
      case Op::div:
        return infix(from, "/");
      case Op::rem:
        return infix(from, "%");
      case Op::min:
        return fmt::format("{0} < {1} ? {0} : {1}", name(from.a), name(from.b));
      case Op::max:
        return fmt::format("{0} > {1} ? {0} : {1}", name(from.a), name(from.b));
      case Op::bit_and:
        return infix(from, logical ? "&&" : "&");
      case Op::bit_or:
        return infix(from, logical ? "||" : "|");
      case Op::bit_xor:
        return infix(from, logical ? "!=" : "^");
      case Op::shl:
        return infix(from, "<<");
      case Op::shr:
        return infix(from, ">>");
      case Op::lt:
        return infix(from, "<");
      case Op::le:
        return infix(from, "<=");
      case Op::eq:
        return infix(from, "==");
      case Op::neg:
        return fmt::format("-{}", name(from.a));
      case Op::abs:
        return is_float(from.type) ? function("fabs", from)
                                   : fmt::format("{0} < 0 ? -{0} : {0}", name(from.a));
      case Op::bit_not:
        return fmt::format("{}{}", logical ? "!" : "~", name(from.a));
      case Op::floor:
        return function("floor", from);
      case Op::ceil:
        return function("ceil", from);
      case Op::round:
        return function("rint", from);
      case Op::trunc:
        return function("trunc", from);
      case Op::sqrt:
        return function("sqrt", from);
      case Op::fma:
        return fill(target_.fma, name(from.a), name(from.b), name(from.c));
      case Op::select:
        return fmt::format("{} ? {} : {}", name(from.a), name(from.b), name(from.c));
      case Op::cast:
        return fmt::format("({}){}", type(from.type), name(from.a));
      case Op::bitcast:
        return fill(target_.bitcast, type(from.type), name(from.a));
      default:
        return {};
    }
  }

  const Kernel& kernel_;
  const CTarget& target_;
  std::string out_;
  size_t depth_ = 1;
};

constexpr std::string_view opencl_preamble = R"(#pragma OPENCL FP_CONTRACT OFF
#ifdef cl_khr_fp64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
#ifdef FP_FAST_FMAF
#define FMA(a, b, c) fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif
)";

}  // namespace

const CTarget& opencl_c() {
  static constexpr CTarget target = {
      .preamble = opencl_preamble,
      .kernel = "__kernel",
      .group_size = "__attribute__((reqd_work_group_size({0}, {1}, {2})))",
      .global = "__global",
      .shared = "__local",
      .group_id = "(int)get_group_id({0})",
      .local_id = "(int)get_local_id({0})",
      .barrier = "barrier(CLK_LOCAL_MEM_FENCE)",
      .types = {"bool", "int", "uint", "long", "ulong", "float", "double"},
      .load_half = "vload_half({1}, {0})",
      .store_half = "vstore_half_rte({2}, {1}, {0})",
      .bitcast = "as_{0}({1})",
      .infinity = "as_float({0}u)",
      .infinity64 = "as_double({0}uL)",
      .fma = "FMA({0}, {1}, {2})",
      .byte = "char",
      .ubyte = "uchar",
      .int16 = "short",
      .uint16 = "ushort",
      .buffers_have_offsets = true,
  };
  return target;
}

std::string print_c(const Kernel& kernel, const CTarget& target) {
  return Printer(kernel, target).text();
}

std::string print_c(std::span<const Kernel> kernels, const CTarget& target) {
  std::string text(target.preamble);
  for (const Kernel& kernel : kernels) {
    text += "\n";
    text += print_c(kernel, target);
  }
  return text;
}

}  // namespace tenon::kir
