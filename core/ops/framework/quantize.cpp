// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/quantize.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/formula.h"

#include <cmath>

namespace tenon::ops {

Limits limits(DType dtype) {
  switch (dtype) {
    case DType::f8e4m3fn:
      return {-448, 448};
    case DType::f8e4m3fnuz:
      return {-240, 240};
    case DType::f8e5m2:
    case DType::f8e5m2fnuz:
      return {-57344, 57344};
    case DType::f4e2m1:
      return {-6, 6};
    default:
      break;
  }
  const DTypeFacts& type = facts(dtype);
  if (!type.is_signed) return {0, std::ldexp(1.0, type.bits) - 1};
  return {-std::ldexp(1.0, type.bits - 1), std::ldexp(1.0, type.bits - 1) - 1};
}

Expr quantization_parameter(ElementContext& c, size_t input, int64_t axis, int64_t block) {
  if (c.rank(input) == 0) return c.load(input, Index{});
  if (block == 0 && c.rank(input) == 1) {
    const Expr count = c.dim(input, 0);
    const bool single = count.is_constant() && count.constant() == 1;
    return c.load(input, {single ? c.number(0) : c.coordinate(axis)});
  }
  Index index = c.output_index();
  Expr& place = index[static_cast<size_t>(axis)];
  if (block > 0) place = floor_div(place, c.number(block));
  return c.load(input, index);
}

Expr to_quantized(ElementContext& c, Expr x, Expr zero_point) {
  if (!x.valid()) return x;
  const Limits range = limits(c.output_dtype());
  Expr y = is_float(c.output_dtype()) ? x : c.pool().unary(TENON_EXPR_ROUND, x);
  if (zero_point.valid()) y = y + c.pool().cast(zero_point, x.type());
  const Expr low = c.real_number(range.low, x.type());
  return minimum(maximum(y, low), c.real_number(range.high, x.type()));
}

Expr to_real(ElementContext& c, Expr q, Expr scale, Expr zero_point) {
  if (!is_float(q.type()) && zero_point.valid()) {
    q = c.pool().cast(q, Type::i32) - c.pool().cast(zero_point, Type::i32);
  } else if (zero_point.valid()) {
    q = q - zero_point;
  }
  return c.pool().cast(q, scale.type()) * scale;
}

Expr load_real(ElementContext& c, size_t q, size_t scale, size_t zero_point) {
  const Expr zero = c.has(zero_point) ? c.load_linear(zero_point, c.number(0)) : Expr();
  return to_real(c, c.load(q), c.load_linear(scale, c.number(0)), zero);
}

Expr store_quantized(ElementContext& c, Expr real, size_t scale, size_t zero_point) {
  const Expr zero = c.has(zero_point) ? c.load_linear(zero_point, c.number(0)) : Expr();
  return to_quantized(c, real / c.load_linear(scale, c.number(0)), zero);
}

Result<ValueId> centered(ExpandContext& c, ValueId q, ValueId zero_point) {
  if (q != no_id && c.status().ok() && !is_integer(c.dtype_of(q))) {
    return unsupported("integer arithmetic on {}", name_of(c.dtype_of(q)));
  }
  if (zero_point == no_id) return c.cast(q, DType::i32);
  return map(c, "i32(q) - i32(z)", {{"q", q}, {"z", zero_point}}, DType::i32);
}

ValueId requantize(ExpandContext& c, ValueId sum, ValueId multiplier, ValueId zero_point,
                   DType dtype) {
  const Limits range = limits(dtype);
  const Attributes numbers = {{"low", range.low}, {"high", range.high}};
  if (zero_point == no_id) {
    return map(c, "min(max(round(f32(q) * m), low), high)", {{"q", sum}, {"m", multiplier}}, dtype,
               numbers);
  }
  return map(c, "min(max(round(f32(q) * m) + f32(z), low), high)",
             {{"q", sum}, {"m", multiplier}, {"z", zero_point}}, dtype, numbers);
}

ValueId as_column(ExpandContext& c, ValueId parameter) {
  if (parameter == no_id || !c.status().ok() || c.dims_of(parameter).size() != 1) return parameter;
  const Expr count = c.dims_of(parameter).front();
  if (count.is_constant() && count.constant() == 1) return reshape(c, parameter, {});
  return reshape(c, parameter, {count, c.number(1)});
}

Op quantized_binary(std::string_view name, std::string_view doc, Element element) {
  const SampleInput q = {.dims = {2, 3}, .dtype = DType::u8, .low = 0, .high = 255};
  const SampleInput scale = {.dims = {}, .values = {0.02}};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {128}};
  return {
      .name = name,
      .domain = "com.microsoft",
      .doc = doc,
      .inputs = {{"a", "i8|u8"},
                 {"a_scale", "f32"},
                 {"a_zero_point", "i8|u8", optional_operand},
                 {"b", "i8|u8"},
                 {"b_scale", "f32"},
                 {"b_zero_point", "i8|u8", optional_operand},
                 {"c_scale", "f32"},
                 {"c_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"c", "i8|u8"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, c.broadcast(c.dims(0), c.dims(3)));
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .element = element,
      .samples = {{.inputs = {q, scale, zero, q, scale, zero, scale, zero}}},
  };
}

DType quantized_type(const NodeContext& c, size_t zero_point, DType otherwise) {
  return c.has(zero_point) ? c.dtype(zero_point) : otherwise;
}

}  // namespace tenon::ops
