// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/projected.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

constexpr ProjectedOperands operands = {.input = 0, .weights = 1, .mask = 3, .past = 4, .bias = 5};
constexpr size_t bias = 2;
constexpr size_t past_length = 6;

Status infer(InferContext& c) {
  if (c.has(past_length)) return unsupported("a shared buffer of past keys");
  return infer_projected(c, operands, c.dtype(0));
}

Status expand(ExpandContext& c) {
  ValueId all = c.add("MatMul", {c.input(operands.input), c.input(operands.weights)});
  if (c.has(bias)) all = c.add("Add", {all, c.input(bias)});
  return expand_projected(c, operands, all);
}

}  // namespace

Op microsoft_attention() {
  return {
      .name = "Attention",
      .domain = "com.microsoft",
      .doc = "Query, key and value projected by one matrix, then attention.",
      .inputs = {{"input", "float"},
                 {"weights", "float"},
                 {"bias", "float", optional_operand},
                 {"mask_index", "i32", optional_operand},
                 {"past", "float", optional_operand},
                 {"attention_bias", "float", optional_operand},
                 {"past_sequence_length", "i32", optional_operand}},
      .outputs = {{"output", "float"}, {"present", "float", optional_operand}},
      .attributes = {{"mask_filter_value", -10000.0}, {"unidirectional", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}},
                              {.dims = {4, 24}},
                              {.dims = {24}},
                              {.dims = {2}, .dtype = DType::i32, .values = {3, 2}}},
                   .attributes = {{"num_heads", 2}}}},
  };
}

}  // namespace tenon::ops
