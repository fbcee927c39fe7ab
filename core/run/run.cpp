// SPDX-License-Identifier: Apache-2.0
#include "core/run/run.h"

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

}  // namespace

Status Session::Run::match_inputs() {
  const std::vector<ValueId>& wanted = plan_.graph.main().inputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const InputTensor& tensor = inputs_[i];
    ValueId value = no_id;
    if (!tensor.name.empty()) {
      const auto named = std::ranges::find_if(
          wanted, [&](ValueId id) { return plan_.graph.value(id).name == tensor.name; });
      if (named == wanted.end()) return invalid("the model has no input \"{}\"", tensor.name);
      value = *named;
    } else if (i < wanted.size()) {
      value = wanted[i];
    } else {
      return invalid("{} inputs given, the model takes {}", inputs_.size(), wanted.size());
    }
    if (!given_.emplace(value, &tensor).second) {
      return invalid("input \"{}\" is given twice", plan_.graph.value(value).name);
    }
  }
  symbols_.assign(plan_.graph.symbols.size(), 0);
  bound_symbols_.assign(symbols_.size(), false);
  for (const ValueId value : wanted) {
    const auto given = given_.find(value);
    if (given == given_.end()) {
      return invalid("input \"{}\" is missing", plan_.graph.value(value).name);
    }
    TENON_TRY(bind_sizes(value, *given->second));
  }
  return {};
}

Status Session::Run::bind_sizes(ValueId id, const InputTensor& tensor) {
  const Value& value = plan_.graph.value(id);
  if (tensor.dtype != value.dtype) {
    return invalid("input \"{}\": {} given, the model takes {}", value.name, name_of(tensor.dtype),
                   name_of(value.dtype));
  }
  if (tensor.dims.size() != value.dims.size()) {
    return invalid("input \"{}\": {} dims given, the model takes {}", value.name,
                   tensor.dims.size(), shape_text(plan_.graph, id));
  }
  uint64_t bytes = element_bytes(value.dtype);
  for (size_t axis = 0; axis < tensor.dims.size(); ++axis) {
    const int64_t extent = tensor.dims[axis];
    const Expr& size = value.dims[axis];
    if (extent < 0 || __builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes)) {
      return invalid("input \"{}\": extent {} on axis {}", value.name, extent, axis);
    }
    if (size.op() == TENON_EXPR_SYMBOL) {
      const auto symbol = static_cast<size_t>(plan_.graph.exprs->row(size.id()).k);
      if (!bound_symbols_[symbol]) {
        symbols_[symbol] = extent;
        bound_symbols_[symbol] = true;
      } else if (symbols_[symbol] != extent) {
        return invalid("input \"{}\": extent {} on axis {}, but \"{}\" is {} elsewhere", value.name,
                       extent, axis, plan_.graph.symbols[symbol].name, symbols_[symbol]);
      }
    } else if (size.constant() != extent) {
      return invalid("input \"{}\": extent {} on axis {}, the model takes {}", value.name, extent,
                     axis, shape_text(plan_.graph, id));
    }
  }
  if (bytes != tensor.data.size()) {
    return invalid("input \"{}\": {} bytes given, its shape and type need {}", value.name,
                   tensor.data.size(), bytes);
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
  return target.status(target.backend().upload(session_.queues_[device].stream.get(), to.buffer,
                                               to.offset, from.data(), from.size()));
}

Result<tenon_binding> Session::Run::on_device(size_t device, ValueId value) {
  const Place place{device, value};
  if (plan_.graph.value(value).kind == ValueKind::constant) return session_.constants_.at(place);
  const tenon_binding binding = slot(place);
  if (ready_.contains(place)) return binding;
  TENON_TRY_ASSIGN(const auto bytes, on_host(value));
  TENON_TRY(upload(device, binding, bytes));
  ready_.insert(place);
  return binding;
}

Status Session::Run::wait(size_t device) {
  Queue& queue = session_.queues_[device];
  Device& target = *plan_.devices[device];
  const tenon_status code =
      target.backend().signal(queue.stream.get(), queue.fence.get(), ++queue.value);
  if (code != TENON_OK) return target.status(code);
  return wait_for(target, queue.fence, queue.value, patience_);
}

Result<HostTensor> Session::Run::host_tensor(ValueId value, std::string name) {
  HostTensor tensor;
  tensor.name = std::move(name);
  tensor.dtype = plan_.graph.value(value).dtype;
  TENON_TRY_ASSIGN(tensor.dims, value_dims(plan_.graph, value, symbols_));
  TENON_TRY_ASSIGN(tensor.bytes, value_bytes(plan_.graph, value, symbols_));
  const uint64_t padded = (tensor.bytes + 63) / 64 * 64 + 64;
  tensor.data.reset(static_cast<std::byte*>(std::aligned_alloc(64, padded)),
                    [](std::byte* p) { std::free(p); });
  if (!tensor.data) return no_memory("no memory for {} bytes of \"{}\"", tensor.bytes, tensor.name);
  return tensor;
}

Result<std::span<const std::byte>> Session::Run::on_host(ValueId id) {
  const Value& value = plan_.graph.value(id);
  if (value.kind == ValueKind::constant) return value.constant->bytes;
  if (const auto given = given_.find(id); given != given_.end()) return given->second->data;
  if (const auto staged = staged_.find(id); staged != staged_.end()) {
    return std::span<const std::byte>(staged->second.data.get(), staged->second.bytes);
  }
  for (size_t device = 0; device < plan_.devices.size(); ++device) {
    const Place place{device, id};
    if (!ready_.contains(place)) continue;
    TENON_TRY_ASSIGN(HostTensor tensor, host_tensor(id, value.name));
    const tenon_binding from = slot(place);
    Device& source = *plan_.devices[device];
    ++figures_.copies;
    figures_.copied_bytes += tensor.bytes;
    if (tensor.bytes > 0) {
      TENON_TRY(source.status(source.backend().download(session_.queues_[device].stream.get(),
                                                        from.buffer, from.offset, tensor.data.get(),
                                                        tensor.bytes)));
      TENON_TRY(wait(device));
    }
    const auto [staged, fresh] = staged_.emplace(id, std::move(tensor));
    return std::span<const std::byte>(staged->second.data.get(), staged->second.bytes);
  }
  return internal_error("\"{}\" was not computed", value.name);
}

Status Session::Run::read_sizes(size_t phase) {
  for (const Read& read : plan_.reads) {
    if (read.phase != phase) continue;
    const Value& value = plan_.graph.value(read.value);
    const bool computed = value.kind == ValueKind::computed && !staged_.contains(read.value);
    TENON_TRY_ASSIGN(const auto bytes, on_host(read.value));
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

Status Session::Run::run_island(const BoundIsland& bound) {
  TENON_TRY(patience_.check());
  const Island& island = *bound.island;
  Device& device = *plan_.devices[island.device];
  bindings_.clear();
  for (const ValueId input : island.inputs) {
    TENON_TRY_ASSIGN(const tenon_binding binding, on_device(island.device, input));
    bindings_.push_back(binding);
  }
  for (const ValueId output : island.outputs) {
    bindings_.push_back(slot({island.device, output}));
    ready_.insert({island.device, output});
  }
  tenon_run run{};
  run.size = sizeof run;
  run.n_bindings = static_cast<uint32_t>(bindings_.size());
  run.bindings = bindings_.data();
  run.symbols = symbols_.data();
  run.n_symbols = static_cast<uint32_t>(symbols_.size());
  run.cancel = patience_.cancel;
  if (bound.demand.scratch_bytes > 0) {
    run.scratch = {phases_.back()->arenas[island.device].get(), bound.scratch_offset,
                   bound.demand.scratch_bytes};
  }
  figures_.kernels += bound.demand.kernels;
  figures_.nodes[island.device] += island.nodes.size();
  return device.status(
      device.programs().run(bound.bound.get(), &run, session_.queues_[island.device].stream.get()));
}

Status Session::Run::run_phase(size_t phase) {
  TENON_TRY(read_sizes(phase));
  TENON_TRY(check_sizes());
  TENON_TRY_ASSIGN(BoundPhase * bound, session_.bind(phase, symbols_));
  phases_.push_back(bound);
  for (size_t d = 0; d < bound->arenas.size(); ++d) {
    figures_.memory[d] += bound->arenas[d].bytes();
  }
  for (const BoundIsland& island : bound->islands) TENON_TRY(run_island(island));
  return {};
}

Status Session::Run::collect() {
  const Graph& graph = plan_.graph;
  for (size_t i = 0; i < graph.main().outputs.size(); ++i) {
    const ValueId id = graph.main().outputs[i];
    TENON_TRY_ASSIGN(HostTensor made, host_tensor(id, graph.output_names[i]));
    const HostTensor& tensor = outputs_.emplace_back(std::move(made));
    const auto device =
        std::ranges::find_if(ready_, [&](const Place& place) { return place.second == id; });
    if (graph.value(id).kind != ValueKind::computed || device == ready_.end()) {
      TENON_TRY_ASSIGN(const auto bytes, on_host(id));
      if (!bytes.empty()) std::memcpy(tensor.data.get(), bytes.data(), bytes.size());
    } else if (tensor.bytes > 0) {
      const tenon_binding from = slot(*device);
      Device& source = *plan_.devices[device->first];
      ++figures_.copies;
      figures_.copied_bytes += tensor.bytes;
      TENON_TRY(source.status(
          source.backend().download(session_.queues_[device->first].stream.get(), from.buffer,
                                    from.offset, tensor.data.get(), tensor.bytes)));
    }
  }
  for (size_t d = 0; d < plan_.devices.size(); ++d) TENON_TRY(wait(d));
  return {};
}

Result<std::vector<HostTensor>> Session::Run::all() {
  figures_.nodes.assign(plan_.devices.size(), 0);
  figures_.memory.assign(plan_.devices.size(), 0);
  TENON_TRY(match_inputs());
  for (size_t phase = 0; phase < plan_.phases; ++phase) TENON_TRY(run_phase(phase));
  TENON_TRY(collect());
  return std::move(outputs_);
}

}  // namespace tenon
