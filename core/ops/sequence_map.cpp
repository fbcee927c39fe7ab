// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// What one element of an input looks like.
Outlook element_of(const Value& value) {
  Outlook outlook = outlook_of(value);
  if (!outlook.wraps.empty()) {
    outlook.wraps.erase(outlook.wraps.begin());
    outlook.dims.assign(outlook.rank.value_or(0), std::nullopt);
  }
  return outlook;
}

Status infer(InferContext& c) {
  std::vector<Outlook> inputs;
  const size_t own = c.inputs() - captured_count(c.node());
  for (size_t i = 0; i < own; ++i) inputs.push_back(element_of(c.value(i)));
  const std::vector<Outlook> outputs = infer_body(c, "body", inputs);
  if (outputs.size() < c.outputs()) {
    return invalid("the body has {} outputs, the node {}", outputs.size(), c.outputs());
  }
  for (size_t k = 0; k < c.outputs(); ++k) {
    // What the body makes is known at least to be a sequence.
    c.output_within(k, {Wrap::sequence}, outputs[k].is_known() ? outputs[k].dtype : DType::none,
                    outputs[k].rank);
  }
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostValue* sequence, c.sequence_input(0));
  std::vector<HostValue> made(c.outputs(), HostValue::sequence({}, DType::none));
  for (size_t at = 0; at < sequence->items.size(); ++at) {
    TENON_TRY(c.poll());
    std::vector<HostValue> inputs;
    for (size_t i = 0; i < c.inputs(); ++i) {
      const HostValue& input = c.input(i);
      if (input.wrap == Wrap::sequence && at >= input.items.size()) {
        return invalid("input {} has {} elements, the first has {}", i, input.items.size(),
                       sequence->items.size());
      }
      inputs.push_back(input.wrap == Wrap::sequence ? input.items[at] : input);
    }
    TENON_TRY_ASSIGN(std::vector<HostValue> outputs, c.run_body("body", inputs));
    for (size_t k = 0; k < made.size(); ++k) {
      made[k].dtype = outputs[k].dtype;
      made[k].items.push_back(std::move(outputs[k]));
    }
  }
  for (size_t k = 0; k < made.size(); ++k) c.output(k, std::move(made[k]));
  return {};
}

}  // namespace

Op sequence_map() {
  return {
      .name = "SequenceMap",
      .doc = "Runs a body for each element of a sequence.",
      .inputs = {{"sequence"}, {.name = "further", .arity = variadic_operand}},
      .outputs = {{.name = "outputs", .arity = variadic_operand}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
