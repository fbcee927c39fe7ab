// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include "emit.h"
#include "names.h"
#include "read.h"

#include <functional>

namespace tenon::onnx {

namespace {

// Wire type of each field of a ModelProto; fields it does not have are not plausible.
bool is_model_field(const Field& field) {
  switch (field.number) {
    case 1:
    case 5:
      return field.type == WireType::varint;
    case 2:
    case 3:
    case 4:
    case 6:
    case 7:
    case 8:
    case 14:
    case 20:
    case 25:
    case 26:
      return field.type == WireType::bytes;
    default:
      return false;
  }
}

// The tag and length of a field that may end beyond `head`.
bool begins_model_field(std::string_view rest, uint64_t bytes_left) {
  const size_t before = rest.size();
  uint64_t tag = 0;
  uint64_t length = 0;
  if (!take_varint(rest, tag) || (tag & 7) != 2) return false;
  Field field;
  field.number = static_cast<uint32_t>(tag >> 3);
  field.type = WireType::bytes;
  if (!is_model_field(field) || !take_varint(rest, length)) return false;
  return length <= bytes_left - (before - rest.size());
}

Status load_tensor(const Host& host, std::string_view file) {
  TENON_TRY_ASSIGN(const Tensor tensor, Reader(file).tensor());
  const Text name = tensor.name.empty() ? Text("tensor") : tensor.name;
  Weights weights(host, file);
  TENON_TRY_ASSIGN(const ValueId value, weights.value(tensor, name));
  return host.output(name, value);
}

// The tensors of a SequenceProto or OptionalProto, and the node that puts them together.
Status load_wrapped(const Host& host, std::string_view file, bool is_sequence) {
  TENON_TRY_ASSIGN(const StoredValue stored, Reader(file).stored_value());
  Weights weights(host, file);
  const std::function<Result<ValueId>(const StoredValue&, bool)> state =
      [&](const StoredValue& value, bool sequence) -> Result<ValueId> {
    std::vector<ValueId> inputs;
    for (const Tensor& tensor : value.tensors) {
      TENON_TRY_ASSIGN(const ValueId id, weights.value(tensor, tensor.name));
      inputs.push_back(id);
    }
    for (const StoredValue& inner : value.sequences) {
      TENON_TRY_ASSIGN(const ValueId id, state(inner, true));
      inputs.push_back(id);
    }
    const std::string type = "tensor(float)";
    tenon_attribute typed{};
    typed.size = sizeof typed;
    typed.kind = TENON_ATTR_STRING;
    typed.name = to_str(std::string_view("type"));
    typed.s = to_str(type);
    const bool untyped = !sequence && inputs.empty();
    const Text op = !sequence ? "Optional" : inputs.empty() ? "SequenceEmpty" : "SequenceConstruct";
    TENON_TRY_ASSIGN(const std::vector<ValueId> made,
                     host.node("", op, newest_opset, inputs, {"value"},
                               untyped ? std::vector{typed} : std::vector<tenon_attribute>(), op));
    return made.front();
  };
  TENON_TRY_ASSIGN(const ValueId value, state(stored, is_sequence));
  return host.output(stored.name.empty() ? Text("value") : stored.name, value);
}

}  // namespace

uint32_t probe(std::string_view head, uint64_t file_bytes) {
  Message message("model", head, head.data());
  bool has_version = false;
  bool has_content = false;
  for (Field field;;) {
    const std::string_view rest = message.rest();
    const Result<bool> more = message.next(field);
    if (!more.ok()) {
      const auto at = static_cast<uint64_t>(rest.data() - head.data());
      const bool cut = head.size() < file_bytes && begins_model_field(rest, file_bytes - at);
      return cut && has_version ? 95 : 0;
    }
    if (!*more) break;
    if (!is_model_field(field)) return 0;
    if (field.number == 1) {
      if (field.value < 1 || field.value > 100) return 0;
      has_version = true;
    }
    has_content = has_content || field.number == 7;
  }
  return has_version && has_content ? 95 : 0;
}

namespace {

Status load_file(const Host& host) {
  TENON_TRY_ASSIGN(const std::string_view file, host.map(host.file(), 0, host.size(host.file())));
  if (file.empty()) return corrupt("the file is empty");
  const std::string_view as = host.option("onnx.as");
  if (as == "tensor") return load_tensor(host, file);
  if (as == "sequence" || as == "optional") return load_wrapped(host, file, as == "sequence");
  if (!as.empty() && as != "model") {
    return invalid(
        "option onnx.as is \"{}\", expected \"model\", \"tensor\", \"sequence\" or \"optional\"",
        as);
  }
  TENON_TRY_ASSIGN(const Model model, Reader(file).model());
  return Emitter(host, model, file).run();
}

}  // namespace

Status load(const tenon_load& load) {
  const Status status = load_file(Host(load));
  return status.ok() ? Status() : Status(status.code(), printable(status.message()));
}

}  // namespace tenon::onnx
