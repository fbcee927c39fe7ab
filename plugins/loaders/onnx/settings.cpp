// SPDX-License-Identifier: Apache-2.0
// Attributes: references to those of the call are resolved, then stated to the builder.
#include "emit.h"

namespace tenon::onnx {

namespace {

// Cut so that two long names stay a readable message.
Text shown(Text text) { return text.substr(0, 200); }

// "seq(tensor(f32))".
std::string type_text(const ValueType& type) {
  const auto dtype = static_cast<uint32_t>(type.dtype);
  std::string text = fmt::format("tensor({})", name_of(static_cast<DType>(dtype)));
  for (size_t i = type.wraps.size(); i-- > 0;) {
    text = fmt::format("{}({})", type.wraps[i] == TypeKind::sequence ? "seq" : "optional", text);
  }
  return text;
}

Result<Setting::Value> value_of(const Attribute& attribute) {
  switch (attribute.type) {
    case AttributeType::real:
      return Setting::Value(static_cast<double>(attribute.f));
    case AttributeType::integer:
      return Setting::Value(attribute.i);
    case AttributeType::string:
      return Setting::Value(std::string(attribute.s));
    case AttributeType::reals:
      return Setting::Value(std::vector<double>(attribute.floats.begin(), attribute.floats.end()));
    case AttributeType::integers:
      return Setting::Value(attribute.ints);
    case AttributeType::strings:
      return Setting::Value(
          std::vector<std::string>(attribute.strings.begin(), attribute.strings.end()));
    case AttributeType::tensor:
    case AttributeType::graph:
      return Setting::Value(&attribute);
    case AttributeType::type:
      return Setting::Value(type_text(attribute.value_type));
    case AttributeType::none:
      return invalid("attribute \"{}\" has neither type nor value", shown(attribute.name));
    default:
      return unsupported(
          "attribute \"{}\" is of type {}: lists of tensors or graphs, sparse "
          "tensors and lists of types cannot be expressed",
          shown(attribute.name), static_cast<int32_t>(attribute.type));
  }
}

}  // namespace

Result<Binding> Emitter::resolve(const Attribute& attribute, const Frame& frame) const {
  if (attribute.reference.empty()) return Binding{&attribute, &frame};
  if (frame.call == nullptr) {
    return invalid("attribute \"{}\" refers to \"{}\" of a call, but is in no function",
                   shown(attribute.name), shown(attribute.reference));
  }
  const auto found = frame.call->attributes.find(attribute.reference);
  if (found == frame.call->attributes.end()) return Binding{};  // not given: the default holds
  const Attribute& given = *found->second.attribute;
  if (attribute.type != AttributeType::none && given.type != attribute.type) {
    return invalid("attribute \"{}\" has type {}, the call gives \"{}\" of type {}",
                   shown(attribute.name), static_cast<int32_t>(attribute.type),
                   shown(attribute.reference), static_cast<int32_t>(given.type));
  }
  return found->second;
}

Status Emitter::settings_of(const Node& node, const Frame& frame, Form& form) {
  for (const Attribute& attribute : node.attributes) {
    TENON_TRY_ASSIGN(const Binding binding, resolve(attribute, frame));
    if (binding.attribute == nullptr) continue;
    const Attribute& given = *binding.attribute;
    // Outside functions the file itself limits them.
    if (frame.call != nullptr) {
      TENON_TRY(count(given.ints.size() + given.floats.size() + given.strings.size()));
    }
    Result<Setting::Value> value = value_of(given);
    if (!value.ok()) {
      TENON_TRY(tolerate(value.status(), node.op, display_name(node, frame)));
      continue;
    }
    form.node.settings.push_back({std::string(attribute.name), std::move(*value), binding.frame});
  }
  return {};
}

Status Emitter::attribute(const Setting& setting, const std::string& node, tenon_attribute& made,
                          std::vector<tenon_str>& strings) {
  made = {};
  made.size = sizeof(tenon_attribute);
  made.name = to_str(setting.name);
  made.tensor = TENON_NONE;
  if (const auto* i = std::get_if<int64_t>(&setting.value)) {
    made.kind = TENON_ATTR_INT;
    made.i = *i;
  } else if (const auto* f = std::get_if<double>(&setting.value)) {
    made.kind = TENON_ATTR_FLOAT;
    made.f = *f;
  } else if (const auto* s = std::get_if<std::string>(&setting.value)) {
    made.kind = TENON_ATTR_STRING;
    made.s = to_str(*s);
  } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&setting.value)) {
    made.kind = TENON_ATTR_INTS;
    made.ints = ints->data();
    made.count = ints->size();
  } else if (const auto* floats = std::get_if<std::vector<double>>(&setting.value)) {
    made.kind = TENON_ATTR_FLOATS;
    made.floats = floats->data();
    made.count = floats->size();
  } else if (const auto* words = std::get_if<std::vector<std::string>>(&setting.value)) {
    made.kind = TENON_ATTR_STRINGS;
    for (const std::string& word : *words) strings.push_back(to_str(word));
    made.strings = strings.data();
    made.count = strings.size();
  } else {
    const Attribute& given = *std::get<const Attribute*>(setting.value);
    const std::string name = node + "." + setting.name;
    if (given.tensor) {
      made.kind = TENON_ATTR_TENSOR;
      TENON_TRY_ASSIGN(made.tensor, weights_.value(*given.tensor, name));
    } else {
      made.kind = TENON_ATTR_BODY;
      TENON_TRY_ASSIGN(made.body, body(*given.graph, *setting.frame, name));
    }
  }
  return {};
}

}  // namespace tenon::onnx
