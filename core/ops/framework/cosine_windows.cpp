// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/cosine_windows.h"

#include "core/ops/framework/formula.h"

namespace tenon::ops {

Status infer_window(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> size, c.values(0));
  if (size.size() != 1) return invalid("a size of {} elements, expected 1", size.size());
  const int64_t dtype = c.integer("output_datatype", TENON_F32);
  if (dtype <= 0 || dtype >= TENON_DTYPE_COUNT) return invalid("output_datatype {}", dtype);
  TENON_TRY(c.require(size[0] >= 0, "the size is not negative"));
  c.output(0, static_cast<DType>(dtype), {size[0]});
  return {};
}

Expr window(ElementContext& c, double a0, double a1, double a2) {
  const Type type = c.output_dtype() == DType::f64 ? Type::f64 : Type::f32;
  const int64_t open = c.integer("periodic", 1) != 0 ? 0 : 1;
  const Expr turn = formula(c, "at * (2 * pi) / period",
                            {{"at", c.pool().cast(c.coordinate(0), type)},
                             {"period", c.pool().cast(c.output_dim(0) - open, type)}});
  return formula(c, "a0 - a1 * cos(w) + a2 * cos(2 * w)",
                 {{"w", turn},
                  {"a0", c.real_number(a0, type)},
                  {"a1", c.real_number(a1, type)},
                  {"a2", c.real_number(a2, type)}});
}

}  // namespace tenon::ops
