// SPDX-License-Identifier: Apache-2.0
#include "core/plan/plan.h"

#include "core/base/border.h"
#include "core/base/trace.h"
#include "core/passes/expand.h"
#include "core/passes/fuse.h"
#include "core/passes/island.h"
#include "core/plan/body_plans.h"
#include "core/plan/precision.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace tenon {
namespace {

// The data symbols that a node's sizes and formula depend on.
class SymbolUse {
 public:
  explicit SymbolUse(const Graph& graph) : graph_(graph), rows_(graph.exprs->rows()) {
    for (const Symbol& symbol : graph.symbols) any_ |= symbol.origin != SymbolOrigin::input;
  }

  std::set<size_t> of(const Node& node) const {
    std::set<size_t> symbols;
    if (!any_) return symbols;
    std::set<ExprId> seen;
    add(node.formula, seen, symbols);
    for (const auto& ids : {node.outputs, node.inputs}) {
      for (const ValueId id : ids) {
        if (id == no_id) continue;
        for (const Expr& size : graph_.value(id).dims) add(size.id(), seen, symbols);
      }
    }
    for (const auto& [name, attribute] : node.attributes) {
      if (const auto* sizes = std::get_if<std::vector<Expr>>(&attribute)) {
        for (const Expr& size : *sizes) add(size.id(), seen, symbols);
      }
    }
    return symbols;
  }

 private:
  void add(ExprId root, std::set<ExprId>& seen, std::set<size_t>& symbols) const {
    std::vector<ExprId> stack = {root};
    while (!stack.empty()) {
      const ExprId id = stack.back();
      stack.pop_back();
      if (id < 0 || !seen.insert(id).second) continue;
      const tenon_expr& row = rows_[id];
      if (row.op == TENON_EXPR_SYMBOL) {
        const auto symbol = static_cast<size_t>(row.k);
        if (graph_.symbols[symbol].origin != SymbolOrigin::input) symbols.insert(symbol);
      }
      stack.insert(stack.end(), {row.a, row.b, row.c});
    }
  }

  const Graph& graph_;
  std::span<const tenon_expr> rows_;
  bool any_ = false;
};

// Where a node runs: nodes with the same order share an island, which is convex by construction.
struct Order {
  size_t phase = 0, level = 0, device = 0;
  auto operator<=>(const Order&) const = default;
};

struct Ordering {
  std::vector<Order> nodes;
  std::map<size_t, size_t> symbol_phase;  // data symbols that are used
};

// The first phase at whose start the host can have what the node made: its own for a host node.
size_t host_phase(const Order* maker) {
  if (maker == nullptr) return 0;
  return maker->phase + (maker->device == on_host ? 0 : 1);
}

Ordering order_nodes(const Graph& graph, const std::vector<size_t>& devices) {
  const SymbolUse use(graph);
  Ordering ordering;
  std::vector<const Order*> made(graph.values.size(), nullptr);
  ordering.nodes.resize(graph.main().nodes.size());
  for (size_t i = 0; i < ordering.nodes.size(); ++i) {
    const Node& node = graph.main().nodes[i];
    Order order{0, 0, devices[i]};
    // What must be complete before the node: (phase, level) of each producer, one later when the
    // device changes.
    const auto after = [&](size_t phase, size_t level) {
      if (std::tie(phase, level) > std::tie(order.phase, order.level)) {
        order.phase = phase;
        order.level = level;
      }
    };
    for (const size_t symbol : use.of(node)) {
      const size_t phase = host_phase(made[graph.symbols[symbol].value]);
      if (graph.symbols[symbol].origin == SymbolOrigin::data) ordering.symbol_phase[symbol] = phase;
      after(phase, 0);
    }
    for (const ValueId input : node.inputs) {
      if (input == no_id || made[input] == nullptr) continue;
      const Order& source = *made[input];
      if (order.device == on_host) {
        after(host_phase(&source), 0);
      } else if (source.device == on_host) {
        after(source.phase, 0);
      } else {
        after(source.phase, source.level + (source.device == order.device ? 0 : 1));
      }
    }
    ordering.nodes[i] = order;
    for (const ValueId output : node.outputs) {
      if (output != no_id) made[output] = &ordering.nodes[i];
    }
  }
  return ordering;
}

// The nodes of one island as a graph of its own: same values, same symbols.
Graph extract(const Graph& graph, const std::vector<size_t>& nodes,
              const std::vector<std::vector<size_t>>& users, const std::vector<bool>& kept) {
  Graph island = clone(graph);
  Body& body = island.main();
  std::vector<Node> chosen;
  std::set<size_t> inside(nodes.begin(), nodes.end());
  std::set<ValueId> made, needed;
  body.inputs.clear();
  body.outputs.clear();
  for (const size_t i : nodes) {
    Node& node = body.nodes[i];
    for (const ValueId input : node.inputs) {
      if (input != no_id && !made.contains(input) && needed.insert(input).second) {
        body.inputs.push_back(input);
        if (island.value(input).kind == ValueKind::computed) {
          island.value(input).kind = ValueKind::input;
        }
      }
    }
    for (const ValueId output : node.outputs) {
      if (output == no_id) continue;
      made.insert(output);
      const bool outside =
          std::ranges::any_of(users[output], [&](size_t user) { return !inside.contains(user); });
      if (outside || kept[output]) body.outputs.push_back(output);
    }
    chosen.push_back(std::move(node));
  }
  body.nodes = std::move(chosen);
  return island;
}

// Composites of several nodes that the device has kernels for; what it refuses is expanded again.
Status form_composites(Graph& graph, const Features& features, Device& device) {
  TENON_TRY_ASSIGN(bool changed, run_island_passes(graph, features));
  while (changed) {
    TENON_TRY_ASSIGN(const std::vector<Bid> bids, ask(graph, device));
    TENON_TRY_ASSIGN(const size_t expanded,
                     expand_nodes(graph, [&](size_t i) { return !bids[i].claimed; }));
    changed = expanded > 0;
  }
  return {};
}

// Chains of element nodes, as far as the device still takes them: one that knows operators by name
// only gets them as they are.
Status fuse_chains(Graph& graph, Device& device) {
  Graph fused = clone(graph);
  TENON_TRY(fuse(fused));
  TENON_TRY_ASSIGN(const std::vector<Bid> bids, ask(fused, device));
  if (std::ranges::all_of(bids, &Bid::claimed)) graph = std::move(fused);
  return {};
}

// Epilogues for the nodes whose kernels take them. A node that is refused with one stays without.
Status fuse_epilogues(Graph& graph, const Features& features, Device& device) {
  if (!features.has_prefix("tenon.fused.")) return {};
  std::set<std::string> left_alone;
  while (true) {
    Graph fused = clone(graph);
    const std::set<std::string> attached = attach_epilogues(fused, features, left_alone);
    if (attached.empty()) return {};
    TENON_TRY_ASSIGN(const std::vector<Bid> bids, ask(fused, device));
    const size_t before = left_alone.size();
    for (size_t i = 0; i < bids.size(); ++i) {
      const std::string& name = fused.main().nodes[i].name;
      if (!bids[i].claimed && attached.contains(name)) left_alone.insert(name);
    }
    if (left_alone.size() > before) continue;
    if (std::ranges::all_of(bids, &Bid::claimed)) graph = std::move(fused);
    return {};
  }
}

Status fuse_for(Graph& graph, Device& device) {
  const TraceScope traced("fuse", {}, device.id());
  const Features features(device.info().features);
  TENON_TRY(form_composites(graph, features, device));
  TENON_TRY(fuse_chains(graph, device));
  return fuse_epilogues(graph, features, device);
}

Status compile(Island& island, Graph& graph, Device& device, const PlanOptions& options) {
  if (options.fuse) TENON_TRY(fuse_for(graph, device));
  island.inputs = graph.main().inputs;
  island.outputs = graph.main().outputs;
  island.kernels = graph.main().nodes.size();
  for (const Node& node : graph.main().nodes) {
    island.nodes.push_back(fmt::format("{} \"{}\"", node.op, node.name));
  }
  for (const Node& node : graph.main().nodes) {
    for (const ValueId id : node.inputs) {
      if (id != no_id && graph.value(id).constant) {
        island.constants.push_back(graph.value(id).constant);
      }
    }
  }
  TENON_TRY_ASSIGN(Blob blob, to_blob(graph));
  island.blob = std::make_unique<Blob>(std::move(blob));
  const std::string key = island.blob->key();
  const TraceScope traced("compile", {}, device.id());
  const tenon_compile how{sizeof(tenon_compile), *options.precision, to_str(key), options.cancel};
  tenon_program* program = nullptr;
  const tenon_status code =
      device.programs().compile(device.handle(), island.blob->graph(), &how, &program);
  if (code != TENON_OK) return device.status(code);
  island.program = Program(device, program);
  return {};
}

// Values that host nodes read leave their islands.
void keep_for_host(const Graph& graph, std::vector<bool>& kept) {
  for (const Node& node : graph.main().nodes) {
    if (!is_host_node(node)) continue;
    for (const ValueId input : node.inputs) {
      if (input != no_id) kept[input] = true;
    }
  }
}

// What the caller left open.
PlanOptions choose(PlanOptions options, const Graph& graph, const std::vector<Device*>& devices) {
  if (!options.precision) options.precision = usual_precision(graph);
  if (options.states != DType::none || devices.empty()) return options;
  const bool is_fast = *options.precision == TENON_PRECISION_FAST;
  if (is_fast && Features(devices.front()->info().features).has("short_states")) {
    options.states = DType::bf16;
  }
  return options;
}

}  // namespace

Plan::Plan() = default;
Plan::~Plan() = default;

Result<std::unique_ptr<Plan>> make_plan(Graph graph, const std::vector<Device*>& devices,
                                        const PlanOptions& given) {
  const PlanOptions options = choose(given, graph, devices);
  if (options.states != DType::none) keep_states_as(graph, options.states);
  const TraceScope traced("plan");
  TENON_TRY_ASSIGN(Placement placement, place(graph, devices, options.mixing));
  auto plan = std::make_unique<Plan>();
  plan->devices = devices;
  plan->reason = std::move(placement.reason);
  plan->precision = *options.precision;
  plan->bids = std::move(placement.bids);

  const std::vector<Node>& nodes = graph.main().nodes;
  const Ordering ordering = order_nodes(graph, placement.device);
  std::vector<std::vector<size_t>> users(graph.values.size());
  std::vector<bool> kept(graph.values.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const ValueId input : nodes[i].inputs) {
      if (input != no_id) users[input].push_back(i);
    }
  }
  for (const ValueId output : graph.main().outputs) kept[output] = true;
  keep_for_host(graph, kept);
  std::map<std::pair<size_t, ValueId>, Read> reads;
  for (const auto& [symbol, phase] : ordering.symbol_phase) {
    const ValueId value = graph.symbols[symbol].value;
    kept[value] = true;
    Read& read = reads[{phase, value}];
    read.phase = phase;
    read.value = value;
    read.symbols.push_back(symbol);
    plan->phases = std::max(plan->phases, phase + 1);
  }
  for (auto& [key, read] : reads) plan->reads.push_back(std::move(read));

  std::map<Order, std::vector<size_t>> groups;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Order& order = ordering.nodes[i];
    if (order.device != on_host) {
      groups[order].push_back(i);
      continue;
    }
    plan->nodes.push_back({nodes[i].name, nodes[i].op, on_host, 0});
    plan->steps.push_back({order.phase, nodes[i]});
    plan->phases = std::max(plan->phases, order.phase + 1);
  }
  std::ranges::stable_sort(plan->steps, {}, &HostStep::phase);
  for (const auto& [order, members] : groups) {
    for (const size_t i : members) {
      plan->nodes.push_back({nodes[i].name, nodes[i].op, order.device, plan->islands.size()});
    }
    Island island;
    island.device = order.device;
    island.phase = order.phase;
    plan->phases = std::max(plan->phases, order.phase + 1);
    Graph part = extract(graph, members, users, kept);
    TENON_TRY(compile(island, part, *devices[order.device], options));
    plan->islands.push_back(std::move(island));
  }
  plan->graph = std::move(graph);
  plan->lives = Lives(*plan);
  plan->bodies = std::make_unique<BodyPlans>(*plan, options);
  TENON_TRY(plan->bodies->foresee());
  return plan;
}

}  // namespace tenon
