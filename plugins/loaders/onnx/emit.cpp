// SPDX-License-Identifier: Apache-2.0
// One node of the file, through its upgrades, to nodes of the builder.
#include "emit.h"

#include "names.h"

namespace tenon::onnx {

namespace {

// Names are for people; longer ones would only cost memory where functions and attributes join
// them.
constexpr size_t most_shown_bytes = 256;

Status check_names(const Node& node) {
  if (node.op.empty()) return invalid("it names no operator");
  if (!is_good_name(node.op) || !is_good_name(node.domain) || !is_good_name(node.name)) {
    return invalid("a name in it is no UTF-8 text or too long");
  }
  for (const Attribute& attribute : node.attributes) {
    if (attribute.name.empty() || !is_good_name(attribute.name)) {
      return invalid("an attribute's name is no UTF-8 text, empty or too long");
    }
  }
  return {};
}

}  // namespace

std::string Emitter::display_name(const Node& node, const Frame& frame) {
  Text name = node.name;
  for (const Text output : node.outputs) {
    if (!name.empty()) break;
    name = output;
  }
  return (frame.call == nullptr ? std::string() : frame.call->prefix) +
         std::string(cut(name, most_shown_bytes));
}

Status Emitter::tolerate(Status status, Text op, Text name) {
  if (status.code() != Code::unsupported) return status;
  return host_.unsupported(op, name, status.message());
}

Result<ValueId> Emitter::placeholder(Text name) {
  TENON_TRY_ASSIGN(const std::vector<ValueId> made,
                   host_.node("", "Constant", newest_opset, {}, {std::string(name)}, {}, name));
  return made[0];
}

Result<int64_t> Emitter::version_of(const Node& node, const Frame& frame) const {
  for (const Opsets* opsets : {frame.opsets, &model_.opsets}) {
    const auto found = opsets->find(node.domain);
    if (found != opsets->end()) return found->second;
  }
  if (node.domain.empty()) return invalid("the model imports no operator set of domain \"\"");
  return int64_t{1};
}

Result<Form> Emitter::form_of(const Node& node, const Frame& frame, int64_t version) {
  Form form(node.op, version);
  for (const Text input : node.inputs) {
    TENON_TRY_ASSIGN(const ValueId value, read(frame, input));
    form.node.inputs.push_back(value == no_value ? no_operand : form.bound(value, input));
  }
  for (const Text output : node.outputs) {
    form.node.outputs.push_back(form.fresh(std::string(output)));
  }
  form.results = form.node.outputs;
  TENON_TRY(settings_of(node, frame, form));
  return form;
}

Status Emitter::node(const Node& node, Frame& frame) {
  TENON_TRY(check_names(node));
  if (node.outputs.empty()) return invalid("it has no outputs");
  if (const Function* function = function_of(node)) return call(*function, node, frame);
  if (node.domain.empty() && node.op == "Constant") return constant(node, frame);
  TENON_TRY_ASSIGN(const int64_t version, version_of(node, frame));
  TENON_TRY_ASSIGN(Form form, form_of(node, frame, version));
  if (node.domain.empty()) {
    const std::string name = display_name(node, frame);
    TENON_TRY(tolerate(upgrades_.apply(form), node.op, name));
  }
  return write(form, node, frame, node.domain, node.domain.empty() ? newest_opset : version);
}

Status Emitter::write(Form& form, const Node& node, Frame& frame, Text domain, int64_t version) {
  const std::string name = display_name(node, frame);
  // Two nodes of a form tell themselves apart by number.
  for (size_t i = 0; i < form.before.size(); ++i) {
    TENON_TRY(write(form, form.before[i], frame, domain, version, fmt::format("{}/{}", name, i)));
  }
  TENON_TRY(write(form, form.node, frame, domain, version, name));
  for (size_t i = 0; i < form.after.size(); ++i) {
    TENON_TRY(write(form, form.after[i], frame, domain, version,
                    fmt::format("{}/{}", name, form.before.size() + i)));
  }
  for (size_t i = 0; i < form.results.size(); ++i) {
    const ValueId value = form.values[form.results[i]].id;
    if (value != no_value) TENON_TRY(define(frame, node.outputs[i], value));
  }
  return {};
}

Status Emitter::write(Form& form, const FormNode& node, const Frame& frame, Text domain,
                      int64_t version, const std::string& name) {
  std::vector<ValueId> inputs;
  for (const Operand operand : node.inputs) {
    if (operand == no_operand) {
      inputs.push_back(no_value);
      continue;
    }
    Form::Value& value = form.values[operand];
    if (value.id == no_value && value.literal) {
      TENON_TRY_ASSIGN(value.id, weights_.value(*value.literal, ""));
    }
    if (value.id == no_value) return internal_error("an upgrade reads a value it did not make");
    inputs.push_back(value.id);
  }
  std::vector<std::string> outputs;
  for (const Operand operand : node.outputs) {
    const std::string& given = form.values[operand].name;
    const bool prefixed = frame.call != nullptr && !given.empty();
    outputs.push_back(prefixed ? frame.call->prefix + given : given);
  }
  std::vector<tenon_attribute> attributes(node.settings.size());
  // Lists that attributes point to while the builder reads them.
  std::vector<std::vector<tenon_str>> strings(node.settings.size());
  size_t count = 0;
  for (const Setting& setting : node.settings) {
    const Status status = attribute(setting, name, attributes[count], strings[count]);
    if (status.ok()) {
      ++count;
      continue;
    }
    // A body that failed is not whole; a tensor can be missing.
    const auto* given = std::get_if<const Attribute*>(&setting.value);
    if (given == nullptr || !(*given)->tensor) return status;
    TENON_TRY(tolerate(status, node.op, name));
  }
  attributes.resize(count);
  TENON_TRY_ASSIGN(const std::vector<ValueId> made,
                   host_.node(domain, node.op, static_cast<uint32_t>(version), inputs, outputs,
                              attributes, name));
  for (size_t i = 0; i < made.size(); ++i) form.values[node.outputs[i]].id = made[i];
  return {};
}

}  // namespace tenon::onnx
