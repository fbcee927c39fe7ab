// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.h"
#include "core/graph/blob.h"
#include "core/graph/graph.h"
#include "core/plan/lives.h"
#include "core/plan/placement.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

// What is executed: islands of nodes compiled for one device each, in order, and the sizes that the
// host must read from tensors in between. Immutable once made; shared by sessions. [any thread]
namespace tenon {

class BodyPlans;

// A program for some nodes on one device.
struct Island {
  size_t device = 0;            // index into Plan::devices
  size_t phase = 0;             // runs after the reads of this phase
  std::vector<ValueId> inputs;  // values of Plan::graph, constants among them
  std::vector<ValueId> outputs;
  std::vector<std::string> nodes;  // names of what it runs, after fusion
  size_t kernels = 0;              // nodes after fusion
  // Constants that its nodes read, those that passes made of others among them.
  std::vector<std::shared_ptr<const Constant>> constants;
  std::unique_ptr<Blob> blob;
  Program program;
};

// Before its phase, elements of `value` become the values of data symbols.
struct Read {
  size_t phase = 0;
  ValueId value = no_id;
  std::vector<size_t> symbols;
};

// A node that the core runs, at the start of its phase, before the reads.
struct HostStep {
  size_t phase = 0;
  Node node;
};

struct PlacedNode {
  std::string name, op;
  size_t device = 0;  // on_host: none
  size_t island = 0;
};

struct Plan {
  Plan();
  ~Plan();
  Graph graph;
  std::vector<Device*> devices;
  std::vector<Island> islands;
  std::vector<Read> reads;      // by phase
  std::vector<HostStep> steps;  // by phase, in order
  size_t phases = 1;
  std::vector<PlacedNode> nodes;
  std::vector<std::vector<Bid>> bids;  // per device asked, per node
  std::string reason;
  uint32_t precision = TENON_PRECISION_EXACT;
  Lives lives;
  // Plans of bodies, made when they are first wanted.
  std::unique_ptr<BodyPlans> bodies;
};

struct PlanOptions {
  Mixing mixing = Mixing::strict;
  bool fuse = true;
  // TENON_PRECISION_*; none: as the weights are stored, see precision.h.
  std::optional<uint32_t> precision = TENON_PRECISION_EXACT;
  // What keys and values of decoders are kept in; none: bf16 in fast plans where the device has a
  // use for that, else as the graph says.
  DType states = DType::none;
  const tenon_cancel* cancel = nullptr;
  size_t depth = 0;  // bodies around this graph
};

// Places, fuses and compiles. devices: candidates in order of preference, outliving the plan.
Result<std::unique_ptr<Plan>> make_plan(Graph graph, const std::vector<Device*>& devices,
                                        const PlanOptions& options);

}  // namespace tenon
