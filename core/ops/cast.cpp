// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {
namespace {

// Narrow floats hold no larger number; without saturation the store decides.
Expr saturate(ElementContext& c, Expr x) {
  double most = 0;
  switch (c.output_dtype()) {
    case DType::f8e4m3fn:
      most = 448;
      break;
    case DType::f8e4m3fnuz:
      most = 240;
      break;
    case DType::f8e5m2:
    case DType::f8e5m2fnuz:
      most = 57344;
      break;
    default:
      return x;
  }
  const Type type = is_float(x.type()) ? x.type() : Type::f32;
  const Expr limit = c.real_number(most, type);
  return minimum(maximum(c.pool().cast(x, type), -limit), limit);
}

// A number without sign and fraction: the power of two that round_mode chooses.
Expr to_power_of_two(ElementContext& c, Expr x) {
  ExprPool& pool = c.pool();
  const Expr size = pool.unary(TENON_EXPR_ABS, pool.cast(x, Type::f32));
  const std::string mode = c.text("round_mode", "up");
  const int64_t carry = mode == "down" ? 0 : mode == "nearest" ? 0x400000 : 0x7FFFFF;
  const Expr bits = pool.bitcast(size, Type::i32) + carry;
  const Expr exponent = minimum(bits / 0x800000, pool.integer(254, Type::i32));
  // The least power has no exponent bits left in f32.
  const Expr least = pool.integer(0x400000, Type::i32);
  const Expr power = pool.bitcast(select(exponent == 0, least, exponent * 0x800000), Type::f32);
  return select(size == size, power, size);
}

Status infer(InferContext& c) {
  const int64_t to = c.integer("to", 0);
  if (to <= 0 || to >= TENON_DTYPE_COUNT) return invalid("attribute to: type {} is unknown", to);
  for (const DType dtype : {c.dtype(0), static_cast<DType>(to)}) {
    const DTypeClass kind = facts(dtype).kind;
    if (kind == DTypeClass::string || kind == DTypeClass::complex) {
      return unsupported("a cast from {} to {}", name_of(c.dtype(0)),
                         name_of(static_cast<DType>(to)));
    }
  }
  c.output(0, static_cast<DType>(to), c.dims(0));
  return {};
}

Expr element(ElementContext& c) {
  const Expr x = c.load(0);
  const DTypeFacts& to = facts(c.output_dtype());
  if (to.kind == DTypeClass::boolean) return x != 0;
  if (c.output_dtype() == DType::f8e8m0) return to_power_of_two(c, x);
  if (to.kind == DTypeClass::floating) {
    if (c.integer("saturate", 1) != 0) return c.pool().cast(saturate(c, x), to.type);
    return c.pool().cast(x, to.type);
  }
  // Numbers outside of a narrow integer wrap, as those of a 32-bit one do.
  const bool narrow = to.bits < 32 && is_float(x.type());
  return c.pool().cast(x, narrow ? Type::i32 : to.type);
}

}  // namespace

Op cast() {
  return {
      .name = "Cast",
      .doc = "Elements as another type. Floats to integers drop the fraction.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .attributes = {{"saturate", 1}, {"round_mode", "up"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -9, .high = 9}},
                   .attributes = {{"to", int64_t{TENON_I32}}}},
                  {.inputs = {{.dims = {3, 5}, .dtype = DType::i32, .low = 0, .high = 2}},
                   .attributes = {{"to", int64_t{TENON_BOOL}}}},
                  {.inputs = {{.dims = {3, 5}}}, .attributes = {{"to", int64_t{TENON_F16}}}}},
  };
}

}  // namespace tenon::ops
