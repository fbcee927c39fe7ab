// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/inline_body.h"

#include "core/graph/bodies.h"

#include <map>

namespace tenon::ops {
namespace {

// What the body calls its input and captured values, by what they are outside.
std::map<ValueId, ValueId> outside_names(ExpandContext& c, const Body& body, ValueId argument) {
  std::map<ValueId, ValueId> names = {{body.inputs[0], argument}};
  const std::vector<int64_t> captured = c.integers("captured", {});
  const size_t own = c.inputs() - captured_count(c.node());
  for (size_t i = 0; i < captured.size(); ++i) {
    names[static_cast<ValueId>(captured[i])] = c.node().inputs[own + i];
  }
  return names;
}

}  // namespace

Result<ValueId> inline_body(ExpandContext& c, std::string_view attribute, ValueId argument) {
  const uint32_t index = c.body(attribute);
  if (index == 0 || !c.status().ok()) return argument;
  const Body body = c.graph().bodies[index];
  if (body.inputs.size() != 1 || body.outputs.size() != 1) {
    return invalid("{} has {} inputs and {} outputs, expected one of each", attribute,
                   body.inputs.size(), body.outputs.size());
  }
  const DType wanted = c.dtype_of(body.inputs[0]);
  const DType given = c.dtype_of(argument);
  std::map<ValueId, ValueId> names =
      outside_names(c, body, wanted == DType::none ? argument : c.cast(argument, wanted));
  const auto outside = [&](ValueId id) {
    const auto found = names.find(id);
    return found == names.end() ? id : found->second;
  };
  for (const Node& node : body.nodes) {
    if (!bodies_of(node).empty()) return unsupported("{} holds bodies", attribute);
    std::vector<ValueId> inputs;
    for (const ValueId id : node.inputs) inputs.push_back(outside(id));
    const std::vector<ValueId> made =
        c.add_many(node.op, inputs, node.attributes, node.outputs.size(), node.domain);
    for (size_t k = 0; k < node.outputs.size(); ++k) names[node.outputs[k]] = made[k];
  }
  return c.cast(outside(body.outputs[0]), given);
}

}  // namespace tenon::ops
