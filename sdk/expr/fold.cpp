// SPDX-License-Identifier: Apache-2.0
#include "arithmetic.h"
#include "tenon/expr.h"

#include <bit>

namespace tenon {
namespace {

using namespace arithmetic;

int64_t bits(double value) { return std::bit_cast<int64_t>(value); }
double real(int64_t bits) { return std::bit_cast<double>(bits); }

int64_t fold_float(uint16_t op, int64_t a, int64_t b) {
  const double x = real(a), y = real(b);
  int64_t result = 0;
  const bool known =
      dispatch(op, FloatUnary{}, [&]<uint16_t Op> { result = bits(float_unary<Op>(x)); }) ||
      dispatch(op, FloatBinary{}, [&]<uint16_t Op> { result = bits(float_binary<Op>(x, y)); }) ||
      dispatch(op, FloatCompare{}, [&]<uint16_t Op> { result = float_compare<Op>(x, y); }) ||
      dispatch(op, FloatTest{}, [&]<uint16_t Op> { result = float_test<Op>(x); });
  return known ? result : a;
}

int64_t fold_integer(uint16_t op, Type type, int64_t a, int64_t b) {
  int64_t result = a;
  dispatch(type, IntegerTypes{}, [&]<Type T> {
    dispatch(op, IntegerUnary{}, [&]<uint16_t Op> { result = integer_unary<Op, T>(a); }) ||
        dispatch(op, IntegerBinary{}, [&]<uint16_t Op> { result = integer_binary<Op, T>(a, b); });
  });
  if (op == TENON_EXPR_ISNAN || op == TENON_EXPR_ISINF) return 0;
  return result;
}

int64_t fold_cast(Type to, Type from, int64_t a) {
  int64_t result = a;
  if (is_float(to)) {
    dispatch(from, IntegerTypes{}, [&]<Type T> { result = bits(to_float<T, double>(a)); });
    return result;
  }
  dispatch(to, IntegerTypes{}, [&]<Type T> {
    result = is_float(from) ? from_float<T>(real(a)) : wrap<T>(static_cast<uint64_t>(a));
  });
  return result;
}

int64_t fold_bitcast(Type to, Type from, int64_t a) {
  if (from == Type::f32) a = std::bit_cast<int32_t>(static_cast<float>(real(a)));
  if (to == Type::f32) {
    return bits(std::bit_cast<float>(static_cast<uint32_t>(static_cast<uint64_t>(a))));
  }
  return to == Type::f64 ? a : fold_cast(to, Type::i64, a);
}

}  // namespace

int64_t fold(uint16_t op, Type type, Type operand_type, int64_t a, int64_t b, int64_t c,
             bool round_f32) {
  int64_t result = 0;
  if (op == TENON_EXPR_SELECT) {
    result = a != 0 ? b : c;
  } else if (op == TENON_EXPR_CAST) {
    result = fold_cast(type, operand_type, a);
  } else if (op == TENON_EXPR_BITCAST) {
    result = fold_bitcast(type, operand_type, a);
  } else {
    result = is_float(operand_type) ? fold_float(op, a, b) : fold_integer(op, operand_type, a, b);
  }
  if (round_f32 && type == Type::f32) result = bits(static_cast<float>(real(result)));
  return result;
}

}  // namespace tenon
