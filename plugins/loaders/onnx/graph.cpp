// SPDX-License-Identifier: Apache-2.0
// The main graph: metadata, inputs, weights, nodes in order, outputs.
#include "emit.h"

#include "names.h"
#include "order.h"

namespace tenon::onnx {

namespace {

// Nodes, operands and attributes after functions were written out.
constexpr uint64_t most_units = 16'000'000;
constexpr int64_t newest_ir = 14;

}  // namespace

Status Emitter::count(uint64_t units) {
  units_ += units;
  if (units_ <= most_units) return {};
  return unsupported("the model unfolds into more than {} nodes and operands", most_units);
}

Status Emitter::define(Frame& frame, Text name, ValueId value) {
  if (name.empty()) return {};
  if (!is_good_name(name)) return invalid("a value's name is no UTF-8 text or too long");
  // A name of a graph around this one may be made anew: it is another value from here inwards.
  if (frame.values.emplace(name, value).second) return {};
  return invalid("value \"{}\" is made twice", name.substr(0, 200));
}

Result<ValueId> Emitter::read(const Frame& frame, Text name) {
  if (name.empty()) return no_value;
  const ValueId* value = frame.find(name);
  if (value != nullptr) return *value;
  return invalid("value \"{}\" is made by no node before it, no input and no initializer",
                 name.substr(0, 200));
}

Status Emitter::meta() {
  TENON_TRY(host_.meta("format", "onnx"));
  TENON_TRY(host_.meta("ir_version", std::to_string(model_.ir_version)));
  for (const auto& [domain, version] : model_.opsets) {
    const std::string key = domain.empty() ? "opset" : fmt::format("opset.{}", printable(domain));
    TENON_TRY(host_.meta(key, std::to_string(version)));
  }
  const std::pair<Text, Text> texts[] = {{"producer", model_.producer},
                                         {"producer_version", model_.producer_version},
                                         {"domain", model_.domain},
                                         {"graph", model_.graph.name}};
  for (const auto& [key, value] : texts) {
    if (!value.empty()) TENON_TRY(host_.meta(key, printable(value)));
  }
  if (model_.model_version != 0) {
    TENON_TRY(host_.meta("model_version", std::to_string(model_.model_version)));
  }
  for (const auto& [key, value] : model_.metadata) {
    if (!key.empty() && is_good_name(key)) TENON_TRY(host_.meta(key, value));
  }
  return {};
}

Status Emitter::check_imports(const Opsets& opsets) {
  for (const auto& [domain, version] : opsets) {
    if (version < 1) return invalid("operator set \"{}\" has version {}", domain, version);
    if (domain.empty() && version > newest_opset) {
      return version_mismatch(
          "operator set {}, newest known is {}; export the model for an older one", version,
          newest_opset);
    }
  }
  return {};
}

Status Emitter::main_inputs(const Graph& graph, Frame& frame) {
  std::set<Text> initialized;
  bool overridable = false;
  for (const Tensor& tensor : graph.initializers) initialized.insert(tensor.name);
  for (const SparseTensor& tensor : graph.sparse_initializers) {
    initialized.insert(tensor.values.name);
  }
  for (const ValueInfo& input : graph.inputs) {
    // An input with a value of its own is a constant here.
    if (initialized.contains(input.name)) {
      overridable = true;
      continue;
    }
    if (input.name.empty()) return invalid("an input has no name");
    if (!input.type.wraps.empty()) {
      TENON_TRY_ASSIGN(const ValueId value, host_.wrapped_input(input.name, input.type));
      TENON_TRY(define(frame, input.name, value));
      continue;
    }
    DType dtype = static_cast<DType>(input.type.dtype);
    if (input.type.kind != TypeKind::tensor) {
      constexpr Text kinds[] = {"of no type", "a tensor",        "a sequence", "a map",
                                "optional",   "a sparse tensor", "opaque"};
      TENON_TRY(host_.unsupported(
          "input", input.name,
          fmt::format("input is {}, only tensors, sequences and optionals can be given",
                      kinds[static_cast<size_t>(input.type.kind)])));
      dtype = DType::f32;
    } else if (input.type.dtype <= 0 ||
               input.type.dtype >= static_cast<int32_t>(TENON_DTYPE_COUNT)) {
      return invalid("input \"{}\" has unknown element type {}", input.name, input.type.dtype);
    }
    TENON_TRY_ASSIGN(const ValueId value, host_.input(input.name, input.type, dtype));
    TENON_TRY(define(frame, input.name, value));
  }
  // Older files list every weight as an input.
  if (overridable && model_.ir_version >= 4) {
    host_.warn("inputs that have a default value are constants here");
  }
  return {};
}

Status Emitter::initializers(const Graph& graph, Frame& frame) {
  const auto add = [&](const auto& tensor, Text name) -> Status {
    if (name.empty()) return invalid("an initializer has no name");
    TENON_TRY(count(1));
    Result<ValueId> value = weights_.value(tensor, name);
    if (!value.ok()) {
      TENON_TRY(tolerate(value.status(), "initializer", name));
      TENON_TRY_ASSIGN(value, placeholder(name));
    }
    return define(frame, name, *value);
  };
  for (const Tensor& tensor : graph.initializers) TENON_TRY(add(tensor, tensor.name));
  for (const SparseTensor& tensor : graph.sparse_initializers) {
    TENON_TRY(add(tensor, tensor.values.name));
  }
  return {};
}

Status Emitter::nodes(std::span<const Node> nodes, Frame& frame) {
  TENON_TRY_ASSIGN(const Order order, order_of(nodes));
  if (!order.was_sorted)
    host_.warn("nodes do not stand in the order they run in; they were sorted");
  for (const uint32_t i : order.nodes) {
    const Node& node = nodes[i];
    TENON_TRY(count(1 + node.inputs.size() + node.outputs.size() + node.attributes.size()));
    if (units_ % 64 == 0) TENON_TRY(host_.poll());
    if (const Status status = this->node(node, frame); !status.ok()) {
      if (status.message().starts_with("node ")) return status;  // one inside a body or a function
      return status.at(fmt::format("node \"{}\" ({})", display_name(node, frame), node.op));
    }
  }
  return {};
}

Status Emitter::outputs(const Graph& graph, const Frame& frame) {
  if (graph.outputs.empty()) return invalid("the graph has no outputs");
  std::set<Text> names;
  for (const ValueInfo& output : graph.outputs) {
    if (output.name.empty()) return invalid("an output has no name");
    if (!names.insert(output.name).second) {
      return invalid("output \"{}\" is listed twice", output.name);
    }
    Result<ValueId> value = read(frame, output.name);
    if (!value.ok()) return value.status().at("output");
    TENON_TRY(host_.output(output.name, *value));
  }
  return {};
}

Status Emitter::run() {
  if (model_.ir_version < 1 || model_.ir_version > newest_ir) {
    return version_mismatch("ir_version {}, known are 1 to {}", model_.ir_version, newest_ir);
  }
  Opsets imports = model_.opsets;
  // Before IR 3 there was only the first operator set.
  if (imports.empty() && model_.ir_version < 3) imports.emplace(Text(), 1);
  if (imports.empty()) return invalid("the model imports no operator set");
  TENON_TRY(check_imports(imports));
  TENON_TRY(index_functions());
  TENON_TRY(meta());
  if (model_.has_training_graph) host_.warn("training_info is ignored");
  Frame frame;
  frame.opsets = &imports;
  TENON_TRY(main_inputs(model_.graph, frame));
  TENON_TRY(initializers(model_.graph, frame));
  TENON_TRY(nodes(model_.graph.nodes, frame));
  return outputs(model_.graph, frame);
}

}  // namespace tenon::onnx
