// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) != 3 || c.rank(1) != 3) {
    return invalid("input of rank {}, weights of rank {}, expected 3", c.rank(0), c.rank(1));
  }
  const std::string activation = c.text("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish") {
    return invalid("activation \"{}\", expected none, silu or swish", activation);
  }
  if (!c.dim(1, 0).is_constant()) return unsupported("the number of channels is not constant");
  TENON_TRY(c.require_equal(c.dim(0, 1), c.dim(1, 0), "channels of the input and the weights"));
  c.output(0, c.dtype(0), c.dims(0));
  c.output(1, c.dtype(0), {c.dim(0, 0), c.dim(0, 1), c.dim(1, 2) - 1});
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const Expr reach = c.dim(1, 2) - 1;
  const Expr length = c.dim(0, 2);
  const int64_t channels = c.dim(1, 0).constant();
  const bool is_activated = c.text("activation", "none") != "none";
  ValueId past = c.input(3);
  if (past == no_id) {
    past = c.add("Expand", {c.scalar(0, dtype), c.sizes({c.dim(0, 0), c.dim(0, 1), reach})});
  }
  const ValueId padded = c.add("Concat", {past, c.input(0)}, {{"axis", 2}});
  const ValueId y = c.add("Conv", {padded, c.input(1), c.input(2)}, {{"group", channels}});
  c.output(0, is_activated ? c.add("Swish", {y}) : y);
  if (c.wants(1)) c.output(1, slice(c, padded, 2, length, length + reach));
  return {};
}

}  // namespace

Op causal_conv_with_state() {
  return {
      .name = "CausalConvWithState",
      .doc =
          "Convolution of each channel with itself and its past; the end of the input is the "
          "next past.",
      .inputs = {{"input", "float"},
                 {"weight", "float"},
                 {"bias", "float", optional_operand},
                 {"past_state", "float", optional_operand}},
      .outputs = {{"output", "float"}, {"present_state", "float", optional_operand}},
      .attributes = {{"activation", "none"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 2, 5}}, {.dims = {2, 1, 3}}, {.dims = {2}}},
                   .attributes = {{"activation", "silu"}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
