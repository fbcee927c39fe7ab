// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

bool is_castable(DType from, DType to) {
  const DTypeFacts& a = facts(from);
  const DTypeFacts& b = facts(to);
  const bool known = a.kind == DTypeClass::integer || from == DType::boolean ||
                     from == DType::f32 || from == DType::f64;
  const bool wanted = b.kind == DTypeClass::integer || to == DType::f32 || to == DType::f64;
  return from == to || (known && wanted && a.bits == b.bits);
}

}  // namespace

Op bit_cast() {
  return {
      .name = "BitCast",
      .doc = "The same bits as another type of the same width.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        const int64_t to = c.integer("to", 0);
        if (to <= 0 || to >= TENON_DTYPE_COUNT) return invalid("attribute to is {}", to);
        const auto dtype = static_cast<DType>(to);
        if (facts(dtype).bits != facts(c.dtype(0)).bits) {
          return invalid("{} as {}, expected types of the same width", name_of(c.dtype(0)),
                         name_of(dtype));
        }
        if (!is_castable(c.dtype(0), dtype)) {
          return unsupported("bits of {} as {}", name_of(c.dtype(0)), name_of(dtype));
        }
        c.output(0, dtype, c.dims(0));
        return {};
      },
      .element =
          [](ElementContext& c) {
            const Type to = type_of(c.output_dtype());
            const Expr x = c.load(0);
            const bool narrow = facts(c.output_dtype()).bits < 32 || x.type() == to;
            return narrow ? c.pool().cast(x, to) : c.pool().bitcast(x, to);
          },
      .samples = {{.inputs = {{.dims = {3}}}, .attributes = {{"to", int64_t{TENON_I32}}}}},
  };
}

}  // namespace tenon::ops
