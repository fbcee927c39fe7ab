// SPDX-License-Identifier: Apache-2.0
#include "core/plan/placement.h"

#include "core/base/border.h"
#include "core/graph/blob.h"
#include "core/ops/op.h"
#include "core/passes/expand.h"
#include "core/passes/fold.h"
#include "core/passes/pass.h"

#include <algorithm>

namespace tenon {
namespace {

// Reasons for more nodes than this are counted, not listed.
constexpr size_t most_listed = 200;

struct Asking {
  std::vector<size_t> nodes;  // of the graph, by their number in the blob
  std::vector<Bid> bids;      // by number in the graph
};

tenon_status on_claim(void* context, const tenon_claim* claim) {
  return at_border([&]() -> Status {
    auto& [nodes, bids] = *static_cast<Asking*>(context);
    for (uint32_t i = 0; i < claim->n_nodes; ++i) {
      const uint32_t node = claim->nodes[i];
      if (node >= nodes.size())
        return invalid("claim of node {}, the graph has {}", node, nodes.size());
      bids[nodes[node]] = {true, claim->cost_us / claim->n_nodes,
                           std::string(to_view(claim->label))};
    }
    return {};
  });
}

tenon_status on_refuse(void* context, uint32_t node, uint32_t, tenon_str reason) {
  return at_border([&]() -> Status {
    auto& [nodes, bids] = *static_cast<Asking*>(context);
    if (node >= nodes.size())
      return invalid("refusal of node {}, the graph has {}", node, nodes.size());
    bids[nodes[node]] = {false, 0, std::string(to_view(reason))};
    return {};
  });
}

std::string describe(const Node& node) {
  return fmt::format("node \"{}\" ({}{}{})", node.name, node.domain, node.domain.empty() ? "" : ".",
                     node.op);
}

// Every node that none of the devices takes, with each device's reason.
Status nobody_takes(const Graph& graph, const std::vector<Device*>& devices,
                    const std::vector<std::vector<Bid>>& bids, const std::vector<size_t>& missing) {
  std::string names;
  for (const Device* device : devices) names += (names.empty() ? "" : ", ") + device->id();
  std::string text =
      fmt::format("{} cannot run {} of {} nodes", names, missing.size(), graph.main().nodes.size());
  for (size_t i = 0; i < std::min(missing.size(), most_listed); ++i) {
    text += "\n  " + describe(graph.main().nodes[missing[i]]);
    for (size_t d = 0; d < devices.size(); ++d) {
      text +=
          fmt::format("{} {}: {}", d == 0 ? ":" : ";", devices[d]->id(), bids[d][missing[i]].text);
    }
  }
  if (missing.size() > most_listed) {
    text += fmt::format("\n  and {} more", missing.size() - most_listed);
  }
  if (devices.size() == 1) text += "\n  try --device auto, which may use more devices";
  return Status(Code::unsupported, std::move(text));
}

bool takes_all(const std::vector<Bid>& bids) { return std::ranges::all_of(bids, &Bid::claimed); }

}  // namespace

bool is_host_node(const Node& node) {
  const Op* op = find_op(node.domain, node.op);
  return op != nullptr && op->host != nullptr;
}

Result<std::vector<Bid>> ask(const Graph& graph, Device& device) {
  Asking asking;
  for (size_t i = 0; i < graph.main().nodes.size(); ++i) {
    if (!is_host_node(graph.main().nodes[i])) asking.nodes.push_back(i);
  }
  TENON_TRY_ASSIGN(const Blob blob, to_blob(graph, asking.nodes));
  asking.bids.assign(graph.main().nodes.size(), {false, 0, "not claimed"});
  const tenon_claim_sink sink{&asking, on_claim, on_refuse};
  const tenon_status code = device.programs().claim(device.handle(), blob.graph(), &sink);
  if (code != TENON_OK) return device.status(code);
  for (size_t i = 0; i < asking.bids.size(); ++i) {
    if (is_host_node(graph.main().nodes[i])) asking.bids[i] = {true, 0, "host"};
  }
  return std::move(asking.bids);
}

Result<Placement> place(Graph& graph, const std::vector<Device*>& devices, Mixing mixing) {
  Placement placement;
  const std::vector<Device*> asked =
      mixing == Mixing::strict ? std::vector<Device*>{devices.front()} : devices;
  while (true) {
    placement.bids.clear();
    for (Device* device : asked) {
      TENON_TRY_ASSIGN(auto bids, ask(graph, *device));
      placement.bids.push_back(std::move(bids));
    }
    std::vector<bool> claimed(graph.main().nodes.size());
    for (const auto& bids : placement.bids) {
      for (size_t i = 0; i < bids.size(); ++i) claimed[i] = claimed[i] || bids[i].claimed;
    }
    TENON_TRY_ASSIGN(const size_t expanded,
                     expand_nodes(graph, [&](size_t i) { return !claimed[i]; }));
    if (expanded > 0) {
      // Composites over constants, such as dequantized weights, are made of nodes that fold.
      fold_constants(graph, PassOptions().fold_bytes);
      continue;
    }
    std::vector<size_t> missing;
    for (size_t i = 0; i < claimed.size(); ++i) {
      if (!claimed[i]) missing.push_back(i);
    }
    if (!missing.empty()) return nobody_takes(graph, asked, placement.bids, missing);
    break;
  }

  const std::vector<Node>& nodes = graph.main().nodes;
  size_t hosted = 0;
  placement.device.assign(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!is_host_node(nodes[i])) continue;
    placement.device[i] = on_host;
    ++hosted;
  }
  const size_t asked_about = nodes.size() - hosted;
  const std::string control = hosted == 0 ? "" : fmt::format(", {} are host control", hosted);
  const size_t whole = mixing == Mixing::automatic ? asked.size() : 1;
  for (size_t d = 0; d < whole; ++d) {
    if (!takes_all(placement.bids[d])) continue;
    for (size_t& device : placement.device) device = device == on_host ? on_host : d;
    placement.reason = fmt::format("{} runs all {} nodes{}", asked[d]->id(), asked_about, control);
    return placement;
  }
  size_t elsewhere = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (placement.device[i] == on_host) continue;
    while (!placement.bids[placement.device[i]][i].claimed) ++placement.device[i];
    elsewhere += placement.device[i] == 0 ? 0 : 1;
  }
  placement.reason = fmt::format("{} runs {} of {} nodes, {} run elsewhere{}", asked[0]->id(),
                                 asked_about - elsewhere, asked_about, elsewhere, control);
  return placement;
}

}  // namespace tenon
