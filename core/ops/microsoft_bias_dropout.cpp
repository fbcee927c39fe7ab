// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { data, bias, residual, ratio, training };

Status infer(InferContext& c) {
  TENON_TRY(c.broadcast(c.dims(data), c.dims(bias)).status());
  c.output(0, c.dtype(data), c.dims(data));
  c.output(1, DType::boolean, c.dims(data));
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId sum = c.add("Add", {c.input(data), c.input(bias)});
  const ValueId operands[] = {sum, c.input(ratio), c.input(training)};
  Attributes attributes;
  if (const auto seed = c.node().attributes.find("seed"); seed != c.node().attributes.end()) {
    attributes["seed"] = seed->second;
  }
  const std::vector<ValueId> kept = c.add_many("Dropout", operands, std::move(attributes), 2);
  c.output(0, c.has(residual) ? c.add("Add", {kept[0], c.input(residual)}) : kept[0]);
  c.output(1, kept[1]);
  return {};
}

}  // namespace

Op microsoft_bias_dropout() {
  return {
      .name = "BiasDropout",
      .domain = "com.microsoft",
      .doc = "Dropout of data + bias, plus a residual.",
      .inputs = {{"data", "float"},
                 {"bias", "float"},
                 {"residual", "float", optional_operand},
                 {"ratio", "float", optional_operand},
                 {"training_mode", "bool", optional_operand}},
      .outputs = {{"output", "float"}, {"mask", "bool", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {4}}, {.dims = {2, 3, 4}}}}},
  };
}

}  // namespace tenon::ops
