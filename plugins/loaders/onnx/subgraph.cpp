// SPDX-License-Identifier: Apache-2.0
// Bodies of If, Loop and Scan. They read values of the graphs around them by id.
#include "emit.h"

namespace tenon::onnx {

namespace {
// A file may nest them by functions that it calls; each level takes stack.
constexpr int most_open_bodies = 16;
}  // namespace

Result<uint32_t> Emitter::body(const Graph& graph, const Frame& frame, const std::string& name) {
  if (++open_bodies_ > most_open_bodies) {
    return unsupported("bodies nest deeper than {}", most_open_bodies);
  }
  TENON_TRY(host_.begin_body(graph.name.empty() ? Text(name) : graph.name));
  Frame inner;
  inner.outer = &frame;
  inner.call = frame.call;
  inner.opsets = frame.opsets;
  std::set<Text> inputs;
  for (const ValueInfo& input : graph.inputs) {
    if (input.name.empty()) return invalid("an input of body \"{}\" has no name", graph.name);
    // Inputs of bodies may leave out their types: those who call them know.
    const bool typed = input.type.kind == TypeKind::tensor && input.type.dtype > 0 &&
                       input.type.dtype < static_cast<int32_t>(TENON_DTYPE_COUNT);
    const DType dtype = typed ? static_cast<DType>(input.type.dtype) : DType::none;
    TENON_TRY_ASSIGN(const ValueId value,
                     input.type.wraps.empty()
                         ? host_.body_input(input.name, typed ? input.type : ValueType(), dtype)
                         : host_.wrapped_input(input.name, input.type));
    TENON_TRY(define(inner, input.name, value));
    inputs.insert(input.name);
  }
  TENON_TRY(initializers(graph, inner));
  TENON_TRY(nodes(graph.nodes, inner));
  std::vector<ValueId> outputs;
  for (const ValueInfo& output : graph.outputs) {
    TENON_TRY_ASSIGN(const ValueId value, read(inner, output.name));
    if (value == no_value) return invalid("an output of body \"{}\" has no name", graph.name);
    outputs.push_back(value);
  }
  --open_bodies_;
  return host_.end_body(outputs);
}

}  // namespace tenon::onnx
