// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/dead.h"
#include "core/passes/pass.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <optional>

// Zeros around the input of a convolution are its own padding.
namespace tenon::passes {
namespace {

using Numbers = std::vector<int64_t>;

std::optional<Numbers> constant_of(const Graph& graph, ValueId id) {
  if (id == no_id || !graph.value(id).constant) return {};
  const Constant& constant = *graph.value(id).constant;
  Numbers numbers(static_cast<size_t>(constant.elements()));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = load_integer(constant.bytes.data(), constant.dtype, static_cast<int64_t>(i));
  }
  return numbers;
}

template <class T>
const T* attribute(const Node& node, std::string_view name) {
  const auto found = node.attributes.find(std::string(name));
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

ValueId input(const Node& node, size_t i) {
  return i < node.inputs.size() ? node.inputs[i] : no_id;
}

bool is_zero(const Graph& graph, ValueId id) {
  if (id == no_id) return true;
  if (!graph.value(id).constant) return false;
  const Constant& constant = *graph.value(id).constant;
  return is_float(constant.dtype) && constant.elements() == 1 &&
         load_float(constant.bytes.data(), constant.dtype, 0) == 0;
}

// What a Pad adds before and after each spatial axis, as a convolution counts it.
std::optional<Numbers> spatial_zeros(const Graph& graph, const Node& pad) {
  const auto* mode = attribute<std::string>(pad, "mode");
  const bool is_constant = mode == nullptr || *mode == "constant";
  if (pad.op != "Pad" || !pad.domain.empty() || !is_constant) return {};
  const std::optional<Numbers> pads = constant_of(graph, input(pad, 1));
  const size_t rank = graph.value(pad.inputs[0]).dims.size();
  if (!pads || pads->size() != 2 * rank || rank < 3) return {};
  if (input(pad, 3) != no_id || !is_zero(graph, input(pad, 2))) return {};
  if (std::ranges::any_of(*pads, [](int64_t size) { return size < 0; })) return {};
  Numbers zeros;
  for (size_t i = 0; i < pads->size(); ++i) {
    const bool is_spatial = i % rank >= 2;
    if (!is_spatial && (*pads)[i] != 0) return {};
    if (is_spatial) zeros.push_back((*pads)[i]);
  }
  return zeros;
}

Status run(Graph& graph, const PassOptions&) {
  std::vector<const Node*> maker(graph.values.size(), nullptr);
  for (Node& node : graph.main().nodes) {
    for (const ValueId id : node.outputs) {
      if (id != no_id) maker[id] = &node;
    }
    if (node.op != "Conv" || !node.domain.empty() || maker[node.inputs[0]] == nullptr) continue;
    const Node& pad = *maker[node.inputs[0]];
    const std::optional<Numbers> zeros = spatial_zeros(graph, pad);
    const auto* own = attribute<Numbers>(node, "pads");
    if (!zeros || own == nullptr || own->size() != zeros->size()) continue;
    Numbers sum = *own;
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += (*zeros)[i];
    node.attributes["pads"] = std::move(sum);
    node.attributes.erase("auto_pad");
    node.inputs[0] = pad.inputs[0];
  }
  remove_dead_nodes(graph);
  return {};
}

}  // namespace

Pass pad_conv() {
  return {
      .name = "pad_conv",
      .doc = "Zeros around the input of a convolution become its own padding.",
      .order = 55,
      .run = run,
  };
}

}  // namespace tenon::passes
