// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/passes/framework/dead.h"
#include "core/passes/framework/values.h"
#include "core/passes/pass.h"

#include <algorithm>
#include <optional>

// Zeros around the input of a convolution are its own padding.
namespace tenon::passes {
namespace {

using Numbers = std::vector<int64_t>;

// Larger paddings are left to be refused where sizes are worked out.
constexpr int64_t most_padding = int64_t{1} << 31;

ValueId input(const Node& node, size_t i) {
  return i < node.inputs.size() ? node.inputs[i] : no_id;
}

bool is_zero(const Graph& graph, ValueId id) {
  return id == no_id || reals_of(graph, id) == std::vector<double>{0};
}

// What a Pad adds before and after each spatial axis, as a convolution counts it.
std::optional<Numbers> spatial_zeros(const Graph& graph, const Node& pad) {
  const bool is_constant = AttributeContext(graph, pad).text("mode", "constant") == "constant";
  if (!is_plain(pad, "Pad") || !is_constant) return {};
  const std::optional<Numbers> pads = integers_of(graph, input(pad, 1));
  const size_t rank = graph.value(pad.inputs[0]).dims.size();
  if (!pads || pads->size() != 2 * rank || rank < 3) return {};
  if (input(pad, 3) != no_id || !is_zero(graph, input(pad, 2))) return {};
  const auto is_usual = [](int64_t size) { return size >= 0 && size <= most_padding; };
  if (!std::ranges::all_of(*pads, is_usual)) return {};
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
    if (!is_plain(node, "Conv") || maker[node.inputs[0]] == nullptr) continue;
    const Node& pad = *maker[node.inputs[0]];
    const std::optional<Numbers> zeros = spatial_zeros(graph, pad);
    Numbers sum = AttributeContext(graph, node).integers("pads", {});
    if (!zeros || sum.size() != zeros->size()) continue;
    if (std::ranges::any_of(sum, [](int64_t size) { return size > most_padding; })) continue;
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
