// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.h"
#include "core/graph/graph.h"

#include <string>
#include <vector>

// Which device runs which node, and why. Devices are asked; composites that none of them takes are
// written as other operators and asked again. [one thread per graph]
namespace tenon {

// What devices said of one node.
struct Bid {
  bool claimed = false;
  double cost_us = 0;
  std::string text;  // the label of the claim, or the reason for refusing
};

// The device of nodes that the core itself runs.
constexpr size_t on_host = SIZE_MAX;

struct Placement {
  std::vector<size_t> device;          // per node: index into the devices asked, or on_host
  std::vector<std::vector<Bid>> bids;  // per device, per node
  std::string reason;                  // why these devices, in one sentence
};

// How devices may be mixed.
enum class Mixing : uint8_t {
  strict,     // all nodes on the first device, or an error that lists every node that cannot run
  listed,     // each node on the first device of the list that takes it
  automatic,  // one device that takes all nodes if there is one, else as listed
};

// Devices are in order of preference. The graph may grow: composites are expanded in place.
Result<Placement> place(Graph& graph, const std::vector<Device*>& devices, Mixing mixing);

// Whether the core runs the node: control flow, sequences, texts.
bool is_host_node(const Node& node);

// What the device says of each node of the graph as it is. Host nodes are not asked about.
Result<std::vector<Bid>> ask(const Graph& graph, Device& device);

}  // namespace tenon
