// SPDX-License-Identifier: Apache-2.0
// Model-local functions are written out where they are called.
#include "emit.h"

#include <algorithm>

namespace tenon::onnx {

namespace {
// Each level of calls takes stack.
constexpr size_t most_call_depth = 32;
constexpr size_t most_prefix_bytes = 512;
constexpr uint64_t most_unfolded_nodes = 4'000'000;
}  // namespace

// Counted before anything is written out: few nodes can unfold into very many.
Result<uint64_t> Emitter::unfolded(std::span<const Node> nodes,
                                   std::vector<const Function*>& open) {
  uint64_t total = 0;
  for (const Node& node : nodes) {
    uint64_t size = 1;
    if (const Function* function = function_of(node)) {
      TENON_TRY_ASSIGN(size, unfolded(*function, open));
    }
    for (const Attribute& attribute : node.attributes) {
      if (!attribute.graph) continue;
      TENON_TRY_ASSIGN(const uint64_t inner, unfolded(attribute.graph->nodes, open));
      size += inner;
    }
    total += size;
    if (total <= most_unfolded_nodes) continue;
    return unsupported("functions unfold into more than {} nodes", most_unfolded_nodes);
  }
  return total;
}

Result<uint64_t> Emitter::unfolded(const Function& function, std::vector<const Function*>& open) {
  if (const auto known = unfolded_.find(&function); known != unfolded_.end()) return known->second;
  if (std::find(open.begin(), open.end(), &function) != open.end()) {
    return invalid("function \"{}\" calls itself", function.name);
  }
  if (open.size() >= most_call_depth) {
    return unsupported("functions call each other more than {} deep", most_call_depth);
  }
  open.push_back(&function);
  TENON_TRY_ASSIGN(const uint64_t inner, unfolded(function.nodes, open));
  open.pop_back();
  unfolded_.emplace(&function, inner + 1);
  return inner + 1;
}

Status Emitter::index_functions() {
  for (const Function& function : model_.functions) {
    const auto key = std::tuple(normal_domain(function.domain), function.name, function.overload);
    if (!functions_.emplace(key, &function).second) {
      return invalid("function \"{}\" of domain \"{}\" is defined twice", function.name,
                     function.domain);
    }
    TENON_TRY(check_imports(function.opsets));
  }
  std::vector<const Function*> open;
  return unfolded(model_.graph.nodes, open).status();
}

const Function* Emitter::function_of(const Node& node) const {
  if (functions_.empty()) return nullptr;
  const auto found = functions_.find({node.domain, node.op, node.overload});
  return found == functions_.end() ? nullptr : found->second;
}

Status Emitter::call(const Function& function, const Node& node, Frame& frame) {
  Call call;
  call.function = &function;
  call.prefix = display_name(node, frame) + "/";
  if (call.prefix.size() > most_prefix_bytes) call.prefix = ".../";
  if (node.inputs.size() > function.inputs.size() ||
      node.outputs.size() > function.outputs.size()) {
    return invalid("call with {} inputs and {} outputs, function \"{}\" has {} and {}",
                   node.inputs.size(), node.outputs.size(), function.name, function.inputs.size(),
                   function.outputs.size());
  }
  Frame inner;
  inner.call = &call;
  inner.opsets = &function.opsets;
  for (size_t i = 0; i < function.inputs.size(); ++i) {
    ValueId value = no_value;
    if (i < node.inputs.size()) {
      TENON_TRY_ASSIGN(value, read(frame, node.inputs[i]));
    }
    TENON_TRY(define(inner, function.inputs[i], value));
  }
  for (const Attribute& attribute : function.defaults) {
    call.attributes[attribute.name] = {&attribute, &inner};
  }
  for (const Attribute& attribute : node.attributes) {
    TENON_TRY_ASSIGN(const Binding binding, resolve(attribute, frame));
    if (binding.attribute != nullptr) call.attributes[attribute.name] = binding;
  }
  TENON_TRY(nodes(function.nodes, inner));
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    TENON_TRY_ASSIGN(const ValueId value, read(inner, function.outputs[i]));
    TENON_TRY(define(frame, node.outputs[i], value));
  }
  return {};
}

}  // namespace tenon::onnx
