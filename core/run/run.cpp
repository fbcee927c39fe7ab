// SPDX-License-Identifier: Apache-2.0
#include "core/run/run.h"

#include "core/base/trace.h"
#include "core/graph/bodies.h"
#include "core/ops/op.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace tenon {
namespace {

std::string shape_text(const Graph& graph, ValueId value) {
  std::string text;
  for (const Expr& size : graph.value(value).dims) {
    std::string word = to_text(graph.exprs->rows(), size.id());
    if (size.op() == TENON_EXPR_SYMBOL) {
      word = graph.symbols[static_cast<size_t>(graph.exprs->row(size.id()).k)].name;
    }
    text += (text.empty() ? "" : ",") + word;
  }
  return "[" + text + "]";
}

// A tensor of one element stands for a scalar, whatever its rank.
void accept_scalar(const Value& wanted, HostValue& given) {
  const bool is_scalar = wanted.wraps.empty() && wanted.ranked && wanted.dims.empty();
  if (is_scalar && given.is_tensor() && given.tensor.elements() == 1) given.tensor.dims.clear();
}

bool has_computed_extent(const Value& value) {
  return std::ranges::any_of(value.dims, [](const Expr& size) {
    return !size.is_constant() && size.op() != TENON_EXPR_SYMBOL;
  });
}

// Symbols of an expression that have no value yet.
bool depends_on_unbound(std::span<const tenon_expr> rows, ExprId root,
                        const std::vector<bool>& bound) {
  std::vector<ExprId> stack = {root};
  std::set<ExprId> seen;
  while (!stack.empty()) {
    const ExprId id = stack.back();
    stack.pop_back();
    if (id < 0 || !seen.insert(id).second) continue;
    const tenon_expr& row = rows[static_cast<size_t>(id)];
    if (row.op == TENON_EXPR_SYMBOL && !bound[static_cast<size_t>(row.k)]) return true;
    stack.insert(stack.end(), {row.a, row.b, row.c});
  }
  return false;
}

// A copy that does not borrow the caller's or a constant's memory.
Result<HostValue> owned(const HostValue& value) {
  HostValue copy = value;
  for (HostValue& item : copy.items) {
    TENON_TRY_ASSIGN(item, owned(item));
  }
  if (!copy.is_tensor()) return copy;
  TENON_TRY_ASSIGN(copy.tensor, make_tensor(value.tensor.dtype, value.tensor.dims));
  if (value.tensor.bytes > 0) {
    std::memcpy(copy.tensor.data.get(), value.tensor.data.get(), value.tensor.bytes);
  }
  return copy;
}

}  // namespace

Status Session::Run::match_inputs() {
  const std::vector<ValueId>& wanted = plan_.graph.main().inputs;
  symbols_.assign(plan_.graph.symbols.size(), 0);
  bound_symbols_.assign(symbols_.size(), false);
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const RunInput& input = inputs_[i];
    ValueId value = no_id;
    if (!input.name.empty()) {
      const auto named = std::ranges::find_if(
          wanted, [&](ValueId id) { return plan_.graph.value(id).name == input.name; });
      if (named == wanted.end()) return invalid("the model has no input \"{}\"", input.name);
      value = *named;
    } else if (i < wanted.size()) {
      value = wanted[i];
    } else {
      return invalid("{} inputs given, the model takes {}", inputs_.size(), wanted.size());
    }
    if (!host_.emplace(value, input.value).second) {
      return invalid("input \"{}\" is given twice", plan_.graph.value(value).name);
    }
  }
  // Extents that are computed from symbols are checked when all symbols have theirs.
  for (const bool computed : {false, true}) {
    if (computed) TENON_TRY(match_states());
    for (const ValueId id : wanted) {
      const Value& value = plan_.graph.value(id);
      if (value.kind == ValueKind::state || has_computed_extent(value) != computed) continue;
      const auto given = host_.find(id);
      if (given == host_.end()) return invalid("input \"{}\" is missing", value.name);
      accept_scalar(value, given->second);
      TENON_TRY(bind_sizes(id, given->second));
    }
  }
  return {};
}

Status Session::Run::bind_sizes(ValueId id, const HostValue& given) {
  const Value& value = plan_.graph.value(id);
  const std::optional<Wrap> wanted =
      value.wraps.empty() ? std::nullopt : std::optional(value.wraps.front());
  if (given.wrap != wanted) {
    return invalid("input \"{}\": {} given, the model takes a {}", value.name, describe(given),
                   wanted ? name_of(*wanted) : "tensor");
  }
  if (wanted) return {};
  const HostTensor& tensor = given.tensor;
  if (tensor.dtype != value.dtype) {
    return invalid("input \"{}\": {} given, the model takes {}", value.name, name_of(tensor.dtype),
                   name_of(value.dtype));
  }
  if (!value.ranked) return {};
  if (tensor.dims.size() != value.dims.size()) {
    return invalid("input \"{}\": {} dims given, the model takes {}", value.name,
                   tensor.dims.size(), shape_text(plan_.graph, id));
  }
  if (const Status bound = bind_extents(id, tensor.dims); !bound.ok()) {
    return bound.at(fmt::format("input \"{}\"", value.name));
  }
  const Result<uint64_t> bytes = bytes_of(tensor.dtype, tensor.dims);
  if (!bytes.ok()) return bytes.status().at(fmt::format("input \"{}\"", value.name));
  if (*bytes != tensor.bytes) {
    return invalid("input \"{}\": {} bytes given, its shape and type need {}", value.name,
                   tensor.bytes, *bytes);
  }
  return {};
}

Status Session::Run::match_states() {
  const Graph& graph = plan_.graph;
  for (const GraphState& state : graph.states) {
    const auto given = std::ranges::find(given_states_, state.value, &RunState::value);
    if (given == given_states_.end()) {
      const bool is_used = std::ranges::any_of(plan_.islands, [&](const Island& island) {
        return std::ranges::count(island.inputs, state.value) > 0;
      });
      if (is_used) return invalid("state \"{}\" has no memory in this run", state.name);
      continue;
    }
    if (given->dims.size() != graph.value(state.value).dims.size()) {
      return invalid("state \"{}\": {} dims given, the model takes {}", state.name,
                     given->dims.size(), shape_text(graph, state.value));
    }
    if (const Status bound = bind_extents(state.value, given->dims); !bound.ok()) {
      return bound.at(fmt::format("state \"{}\"", state.name));
    }
    states_[state.value] = given->memory;
    const tenon_binding next = given->next.buffer != nullptr ? given->next : given->memory;
    if (state.output) states_[graph.main().outputs[*state.output]] = next;
  }
  return {};
}

Status Session::Run::bind_extents(ValueId id, std::span<const int64_t> dims) {
  const Value& value = plan_.graph.value(id);
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    const int64_t extent = dims[axis];
    const Expr& size = value.dims[axis];
    if (extent < 0) return invalid("extent {} on axis {}", extent, axis);
    if (size.op() != TENON_EXPR_SYMBOL) {
      TENON_TRY_ASSIGN(const int64_t expected,
                       evaluate(plan_.graph.exprs->rows(), size.id(), symbols_));
      if (expected == extent) continue;
      return invalid("extent {} on axis {}, the model takes {}", extent, axis,
                     shape_text(plan_.graph, id));
    }
    const auto symbol = static_cast<size_t>(plan_.graph.exprs->row(size.id()).k);
    if (!bound_symbols_[symbol]) {
      symbols_[symbol] = extent;
      bound_symbols_[symbol] = true;
    } else if (symbols_[symbol] != extent) {
      return invalid("extent {} on axis {}, but \"{}\" is {} elsewhere", extent, axis,
                     plan_.graph.symbols[symbol].name, symbols_[symbol]);
    }
  }
  return {};
}

Status Session::Run::check_sizes() {
  const std::vector<Check>& checks = plan_.graph.checks;
  const auto rows = plan_.graph.exprs->rows();
  checked_.resize(checks.size());
  for (size_t i = 0; i < checks.size(); ++i) {
    if (checked_[i] || depends_on_unbound(rows, checks[i].condition.id(), bound_symbols_)) continue;
    TENON_TRY_ASSIGN(const int64_t holds, evaluate(rows, checks[i].condition.id(), symbols_));
    if (holds == 0) return invalid("{}", checks[i].text);
    checked_[i] = true;
  }
  return {};
}

const BoundPhase* Session::Run::holder(const Place& place) const {
  for (const BoundPhase* phase : phases_) {
    if (phase->slots.contains(place)) return phase;
  }
  return nullptr;
}

tenon_binding Session::Run::slot(const Place& place) const {
  const BoundPhase* phase = holder(place);
  const Slot& at = phase->slots.at(place);
  return {phase->arenas[place.first].get(), at.offset, at.bytes};
}

Status Session::Run::upload(size_t device, const tenon_binding& to,
                            std::span<const std::byte> from) {
  ++figures_.copies;
  figures_.copied_bytes += from.size();
  if (from.empty()) return {};
  Device& target = *plan_.devices[device];
  const TraceScope traced("upload", {}, target.id());
  return target.status(target.backend().upload(session_.queues_[device].stream.get(), to.buffer,
                                               to.offset, from.data(), from.size()));
}

Result<tenon_binding> Session::Run::on_device(size_t device, ValueId value) {
  const Place place{device, value};
  if (plan_.graph.value(value).kind == ValueKind::constant) return session_.constants_.at(place);
  if (const auto state = states_.find(value); state != states_.end()) return state->second;
  const tenon_binding binding = slot(place);
  if (ready_.contains(place)) return binding;
  TENON_TRY_ASSIGN(const HostValue* held, on_host(value));
  const bool late = (plan_.devices[device]->info().flags & TENON_DEVICE_ASYNC) != 0;
  if (late && plan_.graph.value(value).kind == ValueKind::input) {
    // The device may read it after the call gave up, when it is no longer the caller's.
    TENON_TRY_ASSIGN(host_.at(value), owned(*held));
  }
  TENON_TRY(upload(device, binding, held->tensor.view()));
  ready_.insert(place);
  return binding;
}

Status Session::Run::wait(size_t device) {
  Queue& queue = session_.queues_[device];
  Device& target = *plan_.devices[device];
  const TraceScope traced("wait", {}, target.id());
  const tenon_status code =
      target.backend().signal(queue.stream.get(), queue.fence.get(), ++queue.value);
  if (code != TENON_OK) return target.status(code);
  return wait_for(target, queue.fence, queue.value, patience_);
}

Result<HostTensor> Session::Run::host_tensor(ValueId value) {
  TENON_TRY_ASSIGN(std::vector<int64_t> dims, value_dims(plan_.graph, value, symbols_));
  return make_tensor(plan_.graph.value(value).dtype, std::move(dims));
}

bool Session::Run::is_on_host(ValueId id) const {
  return plan_.graph.value(id).kind == ValueKind::constant || host_.contains(id);
}

Result<const HostValue*> Session::Run::on_host(ValueId id) {
  if (const auto held = host_.find(id); held != host_.end()) return &held->second;
  const Value& value = plan_.graph.value(id);
  if (value.kind == ValueKind::constant) {
    return &host_.emplace(id, HostValue::of(tensor_of(value.constant))).first->second;
  }
  for (size_t device = 0; device < plan_.devices.size(); ++device) {
    const Place place{device, id};
    if (!ready_.contains(place)) continue;
    TENON_TRY_ASSIGN(HostTensor tensor, host_tensor(id));
    const tenon_binding from = slot(place);
    Device& source = *plan_.devices[device];
    ++figures_.copies;
    figures_.copied_bytes += tensor.bytes;
    // Kept by the session until it has come to rest: the download may outlast a failure here.
    const HostValue& held = host_.emplace(id, HostValue::of(std::move(tensor))).first->second;
    if (held.tensor.bytes > 0) {
      TENON_TRY(source.status(
          source.backend().download(session_.queues_[device].stream.get(), from.buffer, from.offset,
                                    held.tensor.data.get(), held.tensor.bytes)));
      TENON_TRY(wait(device));
    }
    return &held;
  }
  return internal_error("\"{}\" was not computed", value.name);
}

Result<const HostValue*> Session::Run::for_host_node(ValueId id) {
  const bool is_here = is_on_host(id);
  TENON_TRY_ASSIGN(const HostValue* held, on_host(id));
  if (!is_here) {
    ++figures_.waits;
    figures_.host_bytes += held->tensor.bytes;
  }
  return held;
}

Result<std::vector<HostValue>> Session::Run::run(const Node& node, uint32_t body,
                                                 std::span<const HostValue> inputs) {
  TENON_TRY(patience_.check());
  std::vector<HostValue> all(inputs.begin(), inputs.end());
  for (size_t i = node.inputs.size() - captured_count(node); i < node.inputs.size(); ++i) {
    TENON_TRY_ASSIGN(const HostValue* held, for_host_node(node.inputs[i]));
    all.push_back(*held);
  }
  TENON_TRY_ASSIGN(Session * session, session_.body_session(node, body, all));
  std::vector<RunInput> given;
  for (const size_t i : body_arguments(plan_.graph, node, all)) given.push_back({"", all[i]});
  auto made = session->run(given, patience_);
  const RunFigures inner = session->figures();
  figures_.add_body(inner);
  if (!made.ok()) return made.status();
  std::vector<HostValue> values;
  for (RunOutput& output : *made) values.push_back(std::move(output.value));
  return values;
}

Status Session::Run::run_step(const Node& node) {
  TENON_TRY(patience_.check());
  const TraceScope traced(node.op, node.name, "host");
  ++figures_.host_nodes;
  std::vector<const HostValue*> inputs;
  const size_t own = node.inputs.size() - captured_count(node);
  for (size_t i = 0; i < own; ++i) {
    const ValueId id = node.inputs[i];
    if (id == no_id) {
      inputs.push_back(nullptr);
      continue;
    }
    TENON_TRY_ASSIGN(const HostValue* held, for_host_node(id));
    inputs.push_back(held);
  }
  HostContext context(plan_.graph, node, inputs, *this);
  const Op* op = find_op(node.domain, node.op);
  // What follows a late node is a part of this graph: its nodes speak for themselves.
  const bool is_late = node.op == "Late";
  const auto where = [&] { return fmt::format("node \"{}\" ({})", node.name, node.op); };
  if (const Status status = op->host(context); !status.ok()) {
    return is_late ? status : status.at(where());
  }
  for (size_t k = 0; k < node.outputs.size(); ++k) {
    const ValueId id = node.outputs[k];
    if (id == no_id) continue;
    HostValue& made = context.results()[k];
    const Value& value = plan_.graph.value(id);
    if (made.is_tensor() && !made.tensor.data)
      return internal_error("{} makes no output {}", where(), k);
    if (made.is_tensor() && value.ranked) {
      if (made.tensor.dtype != value.dtype || made.tensor.dims.size() != value.dims.size()) {
        return internal_error("{}: output {} is {}", where(), k, describe(made));
      }
      if (const Status bound = bind_extents(id, made.tensor.dims); !bound.ok())
        return bound.at(where());
    }
    host_.insert_or_assign(id, std::move(made));
  }
  return {};
}

Status Session::Run::read_sizes(size_t phase) {
  for (const Read& read : plan_.reads) {
    if (read.phase != phase) continue;
    const Value& value = plan_.graph.value(read.value);
    const bool computed = !is_on_host(read.value);
    TENON_TRY_ASSIGN(const HostValue* held, on_host(read.value));
    const std::span<const std::byte> bytes = held->tensor.view();
    ++figures_.host_reads;
    figures_.waits += computed ? 1 : 0;
    figures_.host_bytes += bytes.size();
    const auto elements = static_cast<int64_t>(bytes.size() / element_bytes(value.dtype));
    for (const size_t symbol : read.symbols) {
      const Symbol& wanted = plan_.graph.symbols[symbol];
      if (wanted.element >= elements) {
        return invalid("\"{}\" has {} elements, element {} gives a size", value.name, elements,
                       wanted.element);
      }
      symbols_[symbol] =
          is_float(wanted.type)
              ? std::bit_cast<int64_t>(load_float(bytes.data(), value.dtype, wanted.element))
              : load_integer(bytes.data(), value.dtype, wanted.element);
      bound_symbols_[symbol] = true;
    }
  }
  return {};
}

Status Session::Run::run_island(BoundIsland& bound) {
  TENON_TRY(patience_.check());
  const Island& island = *bound.island;
  for (const uint32_t i : bound.open) {
    const bool is_input = i < island.inputs.size();
    if (is_input) {
      TENON_TRY_ASSIGN(bound.bindings[i], on_device(island.device, island.inputs[i]));
    } else {
      bound.bindings[i] = states_.at(island.outputs[i - island.inputs.size()]);
    }
  }
  for (const ValueId output : island.outputs) {
    if (!states_.contains(output)) ready_.insert({island.device, output});
  }
  figures_.kernels += bound.demand.kernels;
  figures_.nodes[island.device] += island.nodes.size();
  return session_.launch(bound, *phases_.back(), patience_);
}

Status Session::Run::run_phase(size_t phase) {
  for (const HostStep& step : plan_.steps) {
    if (step.phase == phase) TENON_TRY(run_step(step.node));
  }
  TENON_TRY(read_sizes(phase));
  TENON_TRY(check_sizes());
  TENON_TRY_ASSIGN(BoundPhase * bound, session_.bind(phase, symbols_));
  phases_.push_back(bound);
  for (size_t d = 0; d < bound->arenas.size(); ++d) {
    figures_.memory[d] += bound->arenas[d].bytes();
  }
  for (BoundIsland& island : bound->islands) TENON_TRY(run_island(island));
  return {};
}

Status Session::Run::collect() {
  const TraceScope traced("outputs");
  const Graph& graph = plan_.graph;
  for (size_t i = 0; i < graph.main().outputs.size(); ++i) {
    const ValueId id = graph.main().outputs[i];
    if (states_.contains(id)) continue;
    RunOutput& output = outputs_.emplace_back();
    output.name = graph.output_names[i];
    const auto device =
        std::ranges::find_if(ready_, [&](const Place& place) { return place.second == id; });
    if (is_on_host(id) || device == ready_.end()) {
      TENON_TRY_ASSIGN(const HostValue* held, on_host(id));
      TENON_TRY_ASSIGN(output.value, owned(*held));
      continue;
    }
    TENON_TRY_ASSIGN(HostTensor made, host_tensor(id));
    output.value = HostValue::of(std::move(made));
    const HostTensor& tensor = output.value.tensor;
    if (tensor.bytes == 0) continue;
    const tenon_binding from = slot(*device);
    Device& source = *plan_.devices[device->first];
    ++figures_.copies;
    figures_.copied_bytes += tensor.bytes;
    TENON_TRY(source.status(source.backend().download(session_.queues_[device->first].stream.get(),
                                                      from.buffer, from.offset, tensor.data.get(),
                                                      tensor.bytes)));
  }
  for (size_t d = 0; d < plan_.devices.size(); ++d) TENON_TRY(wait(d));
  return {};
}

Result<std::vector<RunOutput>> Session::Run::all() {
  const TraceScope traced("run");
  figures_.nodes.assign(plan_.devices.size(), 0);
  figures_.memory.assign(plan_.devices.size(), 0);
  TENON_TRY(match_inputs());
  for (size_t phase = 0; phase < plan_.phases; ++phase) TENON_TRY(run_phase(phase));
  TENON_TRY(collect());
  return std::move(outputs_);
}

}  // namespace tenon
