// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
  const bool keepdims = c.integer("keepdims", 1) != 0;
  c.output(0, DType::i64, reduced_dims(c, c.dims(0), {axis}, keepdims));
  return {};
}

Status expand(ExpandContext& c) {
  Attributes attributes = c.node().attributes;
  attributes["mode"] = "min";
  c.output(0, c.add("ArgReduce", {c.input(0)}, attributes));
  return {};
}

}  // namespace

Op arg_min() {
  return {
      .name = "ArgMin",
      .doc =
          "Index of the least element along an axis; of equals the first or, if asked, the last.",
      .inputs = {{"data", "numeric"}},
      .outputs = {{"reduced", "i64"}},
      .attributes = {{"axis", 0}, {"keepdims", 1}, {"select_last_index", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}}, .attributes = {{"axis", -1}}}},
  };
}

}  // namespace tenon::ops
