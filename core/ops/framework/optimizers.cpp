// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/optimizers.h"

#include <utility>

namespace tenon::ops {
namespace {

// Outputs are the tensors, then everything remembered: all lists but the gradients.
template <size_t lists>
Status infer(InferContext& c) {
  if (c.inputs() < 2 + lists || (c.inputs() - 2) % lists != 0) {
    return invalid("{} inputs, expected 2 and {} for each tensor", c.inputs(), lists);
  }
  const size_t count = optimised(c, lists);
  for (size_t i = 0; i < count * lists; ++i) {
    if (!c.has(2 + i)) return invalid("input {} is missing", 2 + i);
    const std::vector<Expr>& dims = c.dims(2 + i % count);
    if (c.dims(2 + i).size() != dims.size()) return invalid("input {} has another rank", 2 + i);
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      TENON_TRY(c.require_equal(c.dims(2 + i)[axis], dims[axis], "dims of a tensor"));
    }
  }
  for (size_t list = 0; list + 1 < lists; ++list) {
    const size_t from = list == 0 ? 0 : list + 1;
    for (size_t i = 0; i < count; ++i) {
      const size_t input = 2 + from * count + i;
      c.output(list * count + i, c.dtype(input), c.dims(input));
    }
  }
  return {};
}

}  // namespace

Op optimizer(std::string_view name, std::string_view doc, size_t lists,
             Status (*expand)(ExpandContext&), Attributes attributes) {
  Op op = {.name = name,
           .domain = "ai.onnx.preview.training",
           .doc = doc,
           .inputs = {{"r", "float"}, {"t", "i64"}, {"inputs", "float", variadic_operand}},
           .outputs = {{"outputs", "float", variadic_operand}},
           .attributes = std::move(attributes),
           .infer = lists == 4 ? infer<4> : infer<3>,
           .expand = expand};
  Sample sample = {
      .inputs = {{.dims = {}, .values = {0.1}}, {.dims = {}, .dtype = DType::i64, .values = {2}}},
      .outputs = lists - 1};
  for (size_t i = 0; i < lists; ++i) sample.inputs.push_back({.dims = {3}, .low = 0.1, .high = 2});
  op.samples = {std::move(sample)};
  return op;
}

}  // namespace tenon::ops
