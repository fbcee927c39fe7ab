// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

#include <cmath>
#include <cstring>

namespace tenon::ops {
namespace {

template <class T>
T read(const Constant& constant) {
  T value = {};
  if (constant.bytes.size() >= sizeof value) {
    std::memcpy(&value, constant.bytes.data(), sizeof value);
  }
  return value;
}

double half_to_double(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return fraction != 0 ? std::nan("") : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(fraction + 1024, exponent - 25);
}

Expr fill(ElementContext& c, const Constant& value) {
  const Type type = type_of(value.dtype);
  switch (value.dtype) {
    case DType::f32:
      return c.real_number(read<float>(value), type);
    case DType::f64:
      return c.real_number(read<double>(value), type);
    case DType::f16:
      return c.real_number(half_to_double(read<uint16_t>(value)), type);
    case DType::bf16: {
      const uint32_t bits = static_cast<uint32_t>(read<uint16_t>(value)) << 16;
      float wide = 0;
      std::memcpy(&wide, &bits, sizeof wide);
      return c.real_number(wide, type);
    }
    case DType::boolean:
      return c.pool().boolean(read<uint8_t>(value) != 0);
    case DType::u8:
      return c.pool().integer(read<uint8_t>(value), type);
    case DType::i8:
      return c.pool().integer(read<int8_t>(value), type);
    case DType::u16:
      return c.pool().integer(read<uint16_t>(value), type);
    case DType::i16:
      return c.pool().integer(read<int16_t>(value), type);
    case DType::i32:
      return c.pool().integer(read<int32_t>(value), type);
    case DType::u32:
      return c.pool().integer(read<uint32_t>(value), type);
    case DType::i64:
    case DType::u64:
      return c.pool().integer(read<int64_t>(value), type);
    default:
      return c.fail(unsupported("a tensor filled with {}", name_of(value.dtype)));
  }
}

}  // namespace

Op constant_of_shape() {
  return {
      .name = "ConstantOfShape",
      .doc = "A tensor of the given shape, filled with the one element of attribute value.",
      .inputs = {{"input", "i64"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, c.values(0));
        const Constant* value = c.tensor("value");
        for (const Expr dim : dims) TENON_TRY(c.require(dim >= 0, "no size is negative"));
        c.output(0, value != nullptr ? value->dtype : DType::f32, dims);
        return {};
      },
      .shape_operands = {0},
      .element =
          [](ElementContext& c) {
            const Constant* value = c.tensor("value");
            return value != nullptr ? fill(c, *value) : c.real_number(0);
          },
      .samples = {{.inputs = {{.dims = {2}, .dtype = DType::i64, .values = {2, 3}}}}},
  };
}

}  // namespace tenon::ops
