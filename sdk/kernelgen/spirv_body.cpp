// SPDX-License-Identifier: Apache-2.0
#include "spirv_body.h"

namespace tenon::kir::spirv {

uint32_t Body::made(Code code, uint32_t type, std::initializer_list<uint32_t> operands) {
  const uint32_t result = module_.fresh();
  Words words = {type, result};
  words.insert(words.end(), operands.begin(), operands.end());
  put(words_, code, words);
  return result;
}
uint32_t Body::made(Code code, Type type, std::initializer_list<uint32_t> operands) {
  return made(code, module_.type(type), operands);
}
uint32_t Body::extended(Extended function, Type type, std::initializer_list<uint32_t> operands) {
  const uint32_t result = module_.fresh();
  Words words = {module_.type(type), result, module_.extended(), static_cast<uint32_t>(function)};
  words.insert(words.end(), operands.begin(), operands.end());
  put(words_, Code::ext_inst, words);
  return result;
}

uint32_t Body::is_set(uint32_t word) {
  return made(Code::i_not_equal, Type::boolean, {word, module_.constant(0, Type::u32)});
}

uint32_t Body::number_of(uint32_t boolean, Type type) {
  const uint64_t one = is_float(type) ? bits_of(1, type) : 1;
  return made(Code::select, type,
              {boolean, module_.constant(one, type), module_.constant(0, type)});
}

uint32_t Body::value(const Instruction& from, Type of, uint32_t a, uint32_t b, uint32_t c) {
  switch (from.op) {
    case Op::select:
      return made(Code::select, from.type, {a, b, c});
    case Op::cast:
      return converted(a, of, from.type);
    case Op::bitcast:
      return made(Code::bitcast, from.type, {a});
    case Op::lt:
    case Op::le:
    case Op::eq:
      return compared(from.op, of, a, b);
    default:
      break;
  }
  if (from.type == Type::boolean) return logic(from.op, a, b);
  if (is_float(from.type)) return real(from, a, b, c);
  return integer(from, a, b);
}

// A bool is less than another when it is false and the other true.
uint32_t Body::compared(Op op, Type of, uint32_t a, uint32_t b) {
  if (of == Type::boolean) {
    if (op == Op::eq) return made(Code::logical_equal, Type::boolean, {a, b});
    const uint32_t is_false = made(Code::logical_not, Type::boolean, {a});
    const Code joined = op == Op::lt ? Code::logical_and : Code::logical_or;
    return made(joined, Type::boolean, {is_false, b});
  }
  Code code = Code::i_equal;
  if (is_float(of)) {
    code = op == Op::lt ? Code::f_less_than : op == Op::le ? Code::f_less_equal : Code::f_equal;
  } else if (op == Op::lt) {
    code = is_signed(of) ? Code::s_less_than : Code::u_less_than;
  } else if (op == Op::le) {
    code = is_signed(of) ? Code::s_less_equal : Code::u_less_equal;
  }
  return made(code, Type::boolean, {a, b});
}

uint32_t Body::logic(Op op, uint32_t a, uint32_t b) {
  switch (op) {
    case Op::bit_and:
      return made(Code::logical_and, Type::boolean, {a, b});
    case Op::bit_or:
      return made(Code::logical_or, Type::boolean, {a, b});
    case Op::bit_xor:
      return made(Code::logical_not_equal, Type::boolean, {a, b});
    default:
      return made(Code::logical_not, Type::boolean, {a});
  }
}

uint32_t Body::exact(Code code, Type type, std::initializer_list<uint32_t> operands) {
  const uint32_t result = made(code, type, operands);
  module_.decorate(result, {decorate_no_contraction});
  return result;
}

uint32_t Body::real(const Instruction& from, uint32_t a, uint32_t b, uint32_t c) {
  const Type of = from.type;
  switch (from.op) {
    case Op::add:
      return exact(Code::f_add, of, {a, b});
    case Op::sub:
      return exact(Code::f_sub, of, {a, b});
    case Op::mul:
      return exact(Code::f_mul, of, {a, b});
    case Op::div:
      return exact(Code::f_div, of, {a, b});
    case Op::neg:
      return made(Code::f_negate, of, {a});
    case Op::abs:
      return extended(Extended::f_abs, of, {a});
    case Op::floor:
      return extended(Extended::floor, of, {a});
    case Op::ceil:
      return extended(Extended::ceil, of, {a});
    case Op::round:
      return extended(Extended::round_even, of, {a});
    case Op::trunc:
      return extended(Extended::trunc, of, {a});
    case Op::sqrt:
      return extended(Extended::sqrt, of, {a});
    default:
      return extended(Extended::fma, of, {a, b, c});
  }
}

uint32_t Body::integer(const Instruction& from, uint32_t a, uint32_t b) {
  const Type of = from.type;
  const bool sign = is_signed(of);
  switch (from.op) {
    case Op::add:
      return made(Code::i_add, of, {a, b});
    case Op::sub:
      return made(Code::i_sub, of, {a, b});
    case Op::mul:
      return made(Code::i_mul, of, {a, b});
    case Op::div:
      return made(sign ? Code::s_div : Code::u_div, of, {a, b});
    case Op::rem:
      return made(sign ? Code::s_rem : Code::u_mod, of, {a, b});
    case Op::min:
      return extended(sign ? Extended::s_min : Extended::u_min, of, {a, b});
    case Op::max:
      return extended(sign ? Extended::s_max : Extended::u_max, of, {a, b});
    case Op::bit_and:
      return made(Code::bit_and, of, {a, b});
    case Op::bit_or:
      return made(Code::bit_or, of, {a, b});
    case Op::bit_xor:
      return made(Code::bit_xor, of, {a, b});
    case Op::shl:
      return made(Code::shift_left, of, {a, b});
    case Op::shr:
      return made(sign ? Code::shift_right_arithmetic : Code::shift_right_logical, of, {a, b});
    case Op::bit_not:
      return made(Code::bit_not, of, {a});
    case Op::abs:
      return extended(Extended::s_abs, of, {a});
    default:
      return made(Code::s_negate, of, {a});
  }
}

uint32_t Body::converted(uint32_t a, Type from, Type to) {
  if (from == Type::boolean) return number_of(a, to);
  if (is_float(from) && is_float(to)) return made(Code::f_convert, to, {a});
  if (is_float(from)) {
    return made(is_signed(to) ? Code::convert_f_to_s : Code::convert_f_to_u, to, {a});
  }
  if (is_float(to)) {
    return made(is_signed(from) ? Code::convert_s_to_f : Code::convert_u_to_f, to, {a});
  }
  if (bits_in(from) == bits_in(to)) return made(Code::bitcast, to, {a});
  if (bits_in(from) > bits_in(to) || is_signed(from)) {
    if (is_signed(to)) return made(Code::s_convert, to, {a});
    if (bits_in(from) > bits_in(to)) return made(Code::u_convert, to, {a});
    return made(Code::bitcast, to, {made(Code::s_convert, Type::i64, {a})});
  }
  const uint32_t wide = made(Code::u_convert, Type::u64, {a});
  return to == Type::u64 ? wide : made(Code::bitcast, to, {wide});
}

}  // namespace tenon::kir::spirv
