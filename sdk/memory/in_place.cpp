// SPDX-License-Identifier: Apache-2.0
#include "tenon/in_place.h"

#include <algorithm>

namespace tenon {
namespace {

constexpr uint32_t never = UINT32_MAX;

// What of a value decides whether another may take over its memory.
struct Use {
  uint32_t made_by = never;   // node
  uint32_t last_read = 0;     // node
  bool is_continued = false;  // made in place of another value
  bool is_border = false;     // an input or output of the island
};

std::vector<Use> uses_of(const GraphView& graph) {
  std::vector<Use> uses(graph.values());
  const tenon_body& body = graph.body();
  for (const uint32_t value : graph.inputs(body)) uses[value].is_border = true;
  for (const uint32_t value : graph.outputs(body)) uses[value].is_border = true;
  for (uint32_t i = 0; i < body.n_node; ++i) {
    const tenon_node& node = graph.node(body.node0 + i);
    for (const uint32_t value : graph.inputs(node)) {
      if (value != TENON_NONE) uses[value].last_read = i;
    }
    for (const uint32_t value : graph.outputs(node)) {
      if (value != TENON_NONE) uses[value].made_by = i;
    }
    for (const InPlacePair& pair : in_place_pairs(graph, node)) {
      uses[pair.output].is_continued = true;
    }
  }
  return uses;
}

}  // namespace

std::vector<InPlacePair> in_place_pairs(const GraphView& graph, const tenon_node& node) {
  const tenon_attr* const attr = graph.attr(node, "in_place");
  if (attr == nullptr || attr->kind != TENON_ATTR_INTS) return {};
  const std::span<const int64_t> numbers = graph.numbers(*attr);
  std::vector<InPlacePair> pairs;
  for (size_t i = 0; i + 1 < numbers.size(); i += 2) {
    const int64_t output = numbers[i], input = numbers[i + 1];
    if (output < 0 || output >= node.n_out || input < 0 || input >= node.n_in) continue;
    const InPlacePair pair = {graph.outputs(node)[static_cast<size_t>(output)],
                              graph.inputs(node)[static_cast<size_t>(input)]};
    if (pair.output == TENON_NONE || pair.input == TENON_NONE) continue;
    if (graph.dtype(pair.output) == graph.dtype(pair.input)) pairs.push_back(pair);
  }
  return pairs;
}

std::vector<uint32_t> in_place_homes(const GraphView& graph) {
  const std::vector<Use> uses = uses_of(graph);
  std::vector<uint32_t> homes(graph.values());
  for (uint32_t value = 0; value < homes.size(); ++value) homes[value] = value;
  const tenon_body& body = graph.body();
  // From the last node on, so that a chain that ends in an output of the island is written there.
  for (uint32_t i = body.n_node; i-- > 0;) {
    for (const InPlacePair& pair : in_place_pairs(graph, graph.node(body.node0 + i))) {
      const Use& before = uses[pair.input];
      const bool is_free = before.made_by != never && before.made_by < i && !before.is_border &&
                           before.last_read == i && homes[pair.input] == pair.input;
      // What an ordinary kernel makes never goes to an output that may be an input's memory too.
      const bool ends_outside = uses[homes[pair.output]].is_border;
      if (is_free && (before.is_continued || !ends_outside)) homes[pair.input] = homes[pair.output];
    }
  }
  return homes;
}

}  // namespace tenon
