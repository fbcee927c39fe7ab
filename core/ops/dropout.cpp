// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/known.h"
#include "core/ops/framework/random.h"

namespace tenon::ops {
namespace {

bool never_trains(ExpandContext& c) {
  if (!c.has(2)) return true;
  const std::vector<Expr>* known = known_elements(c.graph(), c.input(2));
  return known != nullptr && known->size() == 1 && known->front().is_constant() &&
         known->front().constant() == 0;
}

Status infer(InferContext& c) {
  for (size_t i = 1; i < 3; ++i) {
    if (c.has(i)) TENON_TRY(c.require_equal(c.elements(i), c.number(1), "elements of an option"));
  }
  c.output(0, c.dtype(0), c.dims(0));
  c.output(1, DType::boolean, c.dims(0));
  return {};
}

Status expand(ExpandContext& c) {
  const std::vector<Expr> dims = c.dims(0);
  if (never_trains(c)) {
    c.output(0, c.add("Identity", {c.input(0)}));
    if (!c.wants(1)) return {};
    c.output(1, c.add("Expand", {c.scalar(1, DType::boolean), c.sizes(dims)}));
    return {};
  }
  const ValueId trains = reshape(c, c.input(2), {});
  const ValueId ratio =
      c.has(1) ? reshape(c, c.cast(c.input(1), DType::f32), {}) : c.scalar(0.5, DType::f32);
  const ValueId kept =
      map(c, "u >= r || !t", {{"u", random_uniform(c, dims)}, {"r", ratio}, {"t", trains}},
          DType::boolean);
  c.output(0, map(c, "kept ? (t ? x / (1 - r) : x) : 0",
                  {{"kept", kept}, {"t", trains}, {"x", c.input(0)}, {"r", ratio}}, c.dtype(0)));
  c.output(1, kept);
  return {};
}

}  // namespace

Op dropout() {
  return {
      .name = "Dropout",
      .doc =
          "The input itself; in training mode with elements set to 0 at random and the others "
          "scaled up, and where that was not done.",
      .inputs = {{"data", "float"},
                 {"ratio", "float", optional_operand},
                 {"training_mode", "bool", optional_operand}},
      .outputs = {{"output", "float"}, {"mask", "bool", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {3, 5}}}, .outputs = 2},
                  {.inputs = {{.dims = {3, 5}},
                              {.dims = {}, .values = {0.4}},
                              {.dims = {}, .dtype = DType::boolean, .values = {1}}},
                   .attributes = {{"seed", 5}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
