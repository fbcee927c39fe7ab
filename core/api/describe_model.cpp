// SPDX-License-Identifier: Apache-2.0
#include "core/api/describe_weights.h"
#include "core/api/model.h"
#include "core/graph/text.h"
#include "core/plan/precision.h"
#include "core/run/predict.h"

#include <algorithm>

namespace tenon {
namespace {

Json dims_json(const Graph& graph, const std::vector<Expr>& dims) {
  Json list = Json::array();
  for (const Expr& size : dims) {
    if (size.is_constant()) {
      list.push(size.constant());
    } else if (size.op() == TENON_EXPR_SYMBOL) {
      list.push(graph.symbols[static_cast<size_t>(graph.exprs->row(size.id()).k)].name);
    } else {
      list.push(to_text(graph.exprs->rows(), size.id()));
    }
  }
  return list;
}

Json value_json(const Graph& graph, ValueId id, std::string_view name) {
  const Value& value = graph.value(id);
  Json row = Json::object({{"name", name}, {"dtype", name_of(value.dtype)}});
  if (!value.wraps.empty()) {
    std::string kind;
    for (const Wrap wrap : value.wraps)
      kind += (kind.empty() ? "" : " of ") + std::string(name_of(wrap));
    row.set("kind", kind);
  }
  row.set("dims", value.ranked ? dims_json(graph, value.dims) : Json());
  return row;
}

std::string qualified(std::string_view domain, std::string_view op) {
  return domain.empty() ? std::string(op) : fmt::format("{}.{}", domain, op);
}

Json parameters_json(const Graph& graph) {
  struct Sum {
    int64_t tensors = 0, elements = 0;
    uint64_t bytes = 0;
  };
  std::map<std::string, Sum> sums;
  for (const Value& value : graph.values) {
    if (!value.constant) continue;
    Sum& sum = sums[std::string(name_of(value.dtype))];
    ++sum.tensors;
    sum.elements += value.constant->elements();
    sum.bytes += value.constant->bytes.size();
  }
  Json table = Json::object();
  for (const auto& [dtype, sum] : sums) {
    table.set(
        dtype,
        Json::object({{"tensors", sum.tensors}, {"elements", sum.elements}, {"bytes", sum.bytes}}));
  }
  return table;
}

Json inspect_json(const Model& model) {
  const Graph& graph = model.graph();
  Json metadata = Json::object();
  for (const auto& [key, value] : graph.metadata) metadata.set(key, value);
  Json inputs = Json::array(), outputs = Json::array(), operators = Json::array();
  Json symbols = Json::array();
  const Graph& face = model.face();
  for (const ValueId id : face.main().inputs) {
    inputs.push(value_json(face, id, face.value(id).name));
  }
  for (size_t i = 0; i < face.main().outputs.size(); ++i) {
    outputs.push(value_json(face, face.main().outputs[i], face.output_names[i]));
  }
  for (const OperatorCount& row : model.operators()) {
    operators.push(Json::object({{"op", qualified(row.domain, row.op)}, {"count", row.count}}));
  }
  constexpr std::string_view origins[] = {"input", "data", "extent"};
  for (const Symbol& symbol : graph.symbols) {
    symbols.push(Json::object(
        {{"name", symbol.name}, {"origin", origins[static_cast<size_t>(symbol.origin)]}}));
  }
  Json facts = Json::object({{"path", model.path()}, {"loader", model.loader()}});
  facts.set("metadata", metadata)
      .set("inputs", inputs)
      .set("outputs", outputs)
      .set("operators", operators)
      .set("nodes", uint64_t{graph.main().nodes.size()})
      .set("parameters",
           model.weight_file() ? parameters_json(*model.weight_file()) : parameters_json(graph))
      .set("symbols", symbols)
      .set("unsupported", model.incomplete().message());
  if (model.weight_file()) facts.set("weights", weights_json(model));
  if (model.is_family()) facts.set("family", model.facts());
  return facts;
}

Json tensors_json(const Graph& graph) {
  Json list = Json::array();
  for (size_t id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.values[id];
    if (!value.constant) continue;
    Json row = value_json(graph, static_cast<ValueId>(id), value.name);
    list.push(row.set("bytes", uint64_t{value.constant->bytes.size()}));
  }
  return list;
}

std::string dot_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

std::string dot_text(const Graph& graph) {
  std::string text = "digraph model {\n  node [shape=box];\n";
  std::vector<size_t> maker(graph.values.size(), SIZE_MAX);
  const auto& nodes = graph.main().nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    text += fmt::format("  n{} [label={}];\n", i, dot_quoted(nodes[i].op));
    for (const ValueId output : nodes[i].outputs) {
      if (output != no_id) maker[output] = i;
    }
  }
  for (const ValueId input : graph.main().inputs) {
    text +=
        fmt::format("  v{} [shape=oval,label={}];\n", input, dot_quoted(graph.value(input).name));
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const ValueId input : nodes[i].inputs) {
      if (input == no_id) continue;
      if (maker[input] != SIZE_MAX) text += fmt::format("  n{} -> n{};\n", maker[input], i);
      if (graph.value(input).kind == ValueKind::input)
        text += fmt::format("  v{} -> n{};\n", input, i);
    }
  }
  return text + "}\n";
}

Json places_json(const std::vector<ValueId>& ids) {
  Json list = Json::array();
  for (const ValueId id : ids) list.push(id == no_id ? int64_t{-1} : static_cast<int64_t>(id));
  return list;
}

// Who reads and makes what, values by their place in the list of names.
Json nodes_json(const Graph& graph) {
  Json values = Json::array(), nodes = Json::array(), outputs = Json::array();
  // Only values with dims can be returned from a run.
  for (const Value& value : graph.values) values.push(value.ranked ? value.name : std::string());
  for (const Node& node : graph.main().nodes) {
    nodes.push(Json::object({{"name", node.name}, {"op", qualified(node.domain, node.op)}})
                   .set("inputs", places_json(node.inputs))
                   .set("outputs", places_json(node.outputs)));
  }
  for (size_t i = 0; i < graph.main().outputs.size(); ++i) {
    outputs.push(Json::object({{"name", graph.output_names[i]},
                               {"value", static_cast<int64_t>(graph.main().outputs[i])}}));
  }
  return Json::object().set("values", values).set("nodes", nodes).set("outputs", outputs);
}

// What a session will take, or which sizes must be known first.
Result<Json> memory_json(const Plan& plan) {
  Json memory = Json::object();
  const std::vector<std::string> open = open_sizes(plan);
  if (!open.empty()) {
    Json names = Json::array();
    for (const std::string& name : open) names.push(name);
    return memory.set("depends_on", names);
  }
  TENON_TRY_ASSIGN(const auto needs, predict_memory(plan, {}));
  Json devices = Json::array();
  for (size_t d = 0; d < needs.size(); ++d) {
    const uint64_t total = needs[d].weights + needs[d].arenas;
    if (total == 0 && needs[d].in_place == 0) continue;
    devices.push(Json::object({{"device", plan.devices[d]->id()},
                               {"weights", needs[d].weights},
                               {"in_place", needs[d].in_place},
                               {"arenas", needs[d].arenas},
                               {"total", total}}));
  }
  return memory.set("devices", devices);
}

// What was chosen for the plan as a whole.
Json choices_json(const Plan& plan) {
  Json facts = Json::object(
      {{"reason", plan.reason}, {"precision", std::string(precision_name(plan.precision))}});
  if (const DType states = type_of_states(plan.graph); states != DType::none) {
    facts.set("states", std::string(name_of(states)));
  }
  return facts;
}

Json plan_json(const Plan& plan) {
  Json nodes = Json::array(), islands = Json::array(), devices = Json::array();
  Json refusals = Json::array(), reads = Json::array();
  for (const Device* device : plan.devices) devices.push(device->id());
  for (const PlacedNode& node : plan.nodes) {
    Json row = Json::object({{"name", node.name}, {"op", node.op}});
    if (node.device == on_host) {
      nodes.push(row.set("device", "host"));
    } else {
      nodes.push(
          row.set("device", plan.devices[node.device]->id()).set("island", uint64_t{node.island}));
    }
  }
  for (const Island& island : plan.islands) {
    Json kernels = Json::array();
    for (const std::string& node : island.nodes) kernels.push(node);
    islands.push(Json::object({{"device", plan.devices[island.device]->id()},
                               {"phase", uint64_t{island.phase}},
                               {"inputs", uint64_t{island.inputs.size()}},
                               {"outputs", uint64_t{island.outputs.size()}}})
                     .set("nodes", kernels));
  }
  for (size_t d = 0; d < plan.bids.size(); ++d) {
    for (size_t i = 0; i < plan.bids[d].size(); ++i) {
      const Bid& bid = plan.bids[d][i];
      if (bid.claimed) continue;
      const Node& node = plan.graph.main().nodes[i];
      refusals.push(Json::object({{"device", plan.devices[d]->id()},
                                  {"node", node.name},
                                  {"op", qualified(node.domain, node.op)},
                                  {"reason", bid.text}}));
    }
  }
  for (const Read& read : plan.reads) {
    reads.push(Json::object({{"value", plan.graph.value(read.value).name},
                             {"before_phase", uint64_t{read.phase}},
                             {"sizes", uint64_t{read.symbols.size()}}}));
  }
  Json facts = choices_json(plan);
  facts.set("devices", devices)
      .set("nodes", nodes)
      .set("islands", islands)
      .set("host_control", reads)
      .set("refusals", refusals);
  return facts;
}

}  // namespace

Result<std::string> describe_model(const Model& model, std::string_view what) {
  if (what == "inspect") return inspect_json(model).dump(2);
  if (what == "text") return to_text(model.graph());
  if (what == "dot") return dot_text(model.graph());
  if (what == "tensors") {
    const WeightFile* weights = model.weight_file();
    return (weights ? tensors_json(*weights) : tensors_json(model.graph())).dump(2);
  }
  if (what == "nodes") return nodes_json(model.graph()).dump();
  constexpr std::string_view plan = "plan:";
  if (what.starts_with(plan)) {
    PlanOptions open;
    open.precision.reset();
    TENON_TRY_ASSIGN(const auto made, model.plan(what.substr(plan.size()), {}, open));
    Json facts = plan_json(*made);
    TENON_TRY_ASSIGN(Json memory, memory_json(*made));
    return facts.set("memory", std::move(memory)).dump(2);
  }
  return invalid(
      "\"{}\" cannot be described; ask for inspect, text, dot, tensors, nodes or plan:DEVICES",
      what);
}

Json describe_session(const Session& session) {
  const RunFigures figures = session.figures();
  const Plan& plan = session.plan();
  Json nodes = Json::object(), memory = Json::object();
  for (size_t d = 0; d < plan.devices.size(); ++d) {
    uint64_t placed = 0;
    for (const PlacedNode& node : plan.nodes) placed += node.device == d ? 1 : 0;
    if (placed == 0) continue;
    nodes.set(plan.devices[d]->id(), placed);
    memory.set(plan.devices[d]->id(), d < figures.memory.size() ? figures.memory[d] : 0);
  }
  Json facts = choices_json(plan);
  return facts.set("nodes", nodes)
      .set("kernels", figures.kernels)
      .set("host_control", Json::object({{"nodes", figures.host_nodes + figures.host_reads},
                                         {"waits", figures.waits},
                                         {"bytes", figures.host_bytes}}))
      .set("copies", Json::object({{"count", figures.copies}, {"bytes", figures.copied_bytes}}))
      .set("memory", memory)
      .set("ms", figures.milliseconds);
}

}  // namespace tenon
