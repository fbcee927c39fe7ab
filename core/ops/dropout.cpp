// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  c.output(0, c.dtype(0), c.dims(0));
  if (c.wants(1)) c.output(1, DType::boolean, c.dims(0));
  if (!c.has(2)) return {};
  TENON_TRY_ASSIGN(const std::vector<int64_t> training, c.constants(2));
  if (!training.empty() && training[0] != 0) {
    return unsupported("dropout in training mode is random and not supported");
  }
  return {};
}

Status expand(ExpandContext& c) {
  const std::vector<Expr> dims = c.dims(0);
  c.output(0, c.add("Identity", {c.input(0)}));
  if (!c.wants(1)) return {};
  c.output(1, c.add("Expand", {c.scalar(1, DType::boolean), c.sizes(dims)}));
  return {};
}

}  // namespace

Op dropout() {
  return {
      .name = "Dropout",
      .doc = "Outside of training the input itself, and a mask that is all true.",
      .inputs = {{"data", "float"},
                 {"ratio", "float", optional_operand},
                 {"training_mode", "bool", optional_operand}},
      .outputs = {{"output", "float"}, {"mask", "bool", optional_operand}},
      .infer = infer,
      .shape_operands = {2},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}}}, {.inputs = {{.dims = {3, 5}}}, .outputs = 2}},
  };
}

}  // namespace tenon::ops
