// SPDX-License-Identifier: Apache-2.0
// Model-local functions are written out where they are called.
#include "emit.h"

namespace tenon::onnx {

namespace {
// Each level of calls takes stack.
constexpr int most_call_depth = 32;
}  // namespace

Status Emitter::index_functions() {
  for (const Function& function : model_.functions) {
    const auto key = std::tuple(normal_domain(function.domain), function.name, function.overload);
    if (!functions_.emplace(key, &function).second) {
      return invalid("function \"{}\" of domain \"{}\" is defined twice", function.name,
                     function.domain);
    }
    TENON_TRY(check_imports(function.opsets));
  }
  return {};
}

const Function* Emitter::function_of(const Node& node) const {
  if (functions_.empty()) return nullptr;
  const auto found = functions_.find({node.domain, node.op, node.overload});
  return found == functions_.end() ? nullptr : found->second;
}

Status Emitter::call(const Function& function, const Node& node, Frame& frame) {
  Call call;
  call.function = &function;
  call.caller = frame.call;
  call.depth = frame.call == nullptr ? 1 : frame.call->depth + 1;
  call.prefix = display_name(node, frame) + "/";
  for (const Call* caller = frame.call; caller != nullptr; caller = caller->caller) {
    if (caller->function == &function) {
      return invalid("function \"{}\" calls itself", function.name);
    }
  }
  if (call.depth > most_call_depth || call.prefix.size() > 65'536) {
    return unsupported("functions call each other more than {} deep", most_call_depth);
  }
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
