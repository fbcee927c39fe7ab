// SPDX-License-Identifier: Apache-2.0
#include "core/run/steady.h"

#include "core/base/trace.h"

#include <algorithm>
#include <cstring>

namespace tenon {
namespace {

// Plain enough to be told by type and sizes alone.
bool is_plain(const HostValue& value) {
  return value.is_tensor() && value.tensor.dtype != DType::string;
}

// The one device that all islands are on, if it is done when its calls return.
std::optional<size_t> only_device(const Plan& plan) {
  if (plan.islands.empty() || plan.phases != 1 || !plan.steps.empty() || !plan.reads.empty()) {
    return {};
  }
  const size_t device = plan.islands.front().device;
  const bool is_alone = std::ranges::all_of(
      plan.islands, [&](const Island& island) { return island.device == device; });
  const bool is_late = (plan.devices[device]->info().flags & TENON_DEVICE_ASYNC) != 0;
  return is_alone && !is_late ? std::optional(device) : std::nullopt;
}

}  // namespace

std::unique_ptr<Session::Steady> Session::Steady::after(Session& session,
                                                        std::span<const RunInput> inputs,
                                                        std::span<const RunState> states,
                                                        std::span<const RunOutput> outputs) {
  const auto device = only_device(*session.plan_);
  if (!device || session.bound_.empty()) return nullptr;
  std::unique_ptr<Steady> made(new Steady(session));
  made->device_ = *device;
  made->phase_ = session.bound_.front().get();
  const bool is_complete = made->add_inputs(inputs) && made->add_states(states) &&
                           made->add_open_bindings() && made->add_outputs(outputs);
  return is_complete ? std::move(made) : nullptr;
}

bool Session::Steady::add_inputs(std::span<const RunInput> inputs) {
  const Graph& graph = session_.plan_->graph;
  const std::vector<ValueId>& wanted = graph.main().inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto& [name, value] = inputs[i];
    if (!is_plain(value)) return false;
    inputs_.push_back(
        {std::string(name), value.tensor.dtype, value.tensor.dims, value.tensor.bytes, {}});
    const auto named = std::ranges::find_if(
        wanted, [&](ValueId id) { return !name.empty() && graph.value(id).name == name; });
    input_values_.push_back(named == wanted.end() ? wanted[i] : *named);
  }
  return true;
}

bool Session::Steady::add_states(std::span<const RunState> states) {
  for (const RunState& state : states) states_.push_back({state.value, state.dims});
  return true;
}

// Inputs have a place in the arena, where they must be brought; states are bound as they are given.
bool Session::Steady::add_open_bindings() {
  const Graph& graph = session_.plan_->graph;
  std::vector<ValueId> placed;
  for (BoundIsland& bound : phase_->islands) {
    const Island& island = *bound.island;
    for (const uint32_t i : bound.open) {
      const bool is_input = i < island.inputs.size();
      const ValueId value = is_input ? island.inputs[i] : island.outputs[i - island.inputs.size()];
      const auto given = std::ranges::find(input_values_, value);
      if (is_input && given != input_values_.end()) {
        if (std::ranges::count(placed, value) > 0) continue;
        placed.push_back(value);
        const auto at = static_cast<size_t>(given - input_values_.begin());
        inputs_[at].places.push_back(bound.bindings[i]);
        continue;
      }
      const auto state = std::ranges::find_if(graph.states, [&](const GraphState& one) {
        return one.value == value || (one.output && graph.main().outputs[*one.output] == value);
      });
      if (state == graph.states.end()) return false;
      const auto known = std::ranges::find(states_, state->value, &State::value);
      if (known == states_.end()) return false;
      state_uses_.push_back({&bound.bindings[i], static_cast<size_t>(known - states_.begin()),
                             value != state->value});
    }
  }
  return true;
}

bool Session::Steady::add_outputs(std::span<const RunOutput> outputs) {
  const Graph& graph = session_.plan_->graph;
  size_t next = 0;
  for (size_t i = 0; i < graph.main().outputs.size(); ++i) {
    const ValueId id = graph.main().outputs[i];
    const bool is_state = std::ranges::any_of(
        graph.states, [&](const GraphState& state) { return state.output == i; });
    if (is_state) continue;
    if (next == outputs.size() || !is_plain(outputs[next].value)) return false;
    const RunOutput& output = outputs[next++];
    const auto slot = phase_->slots.find({device_, id});
    const bool is_made = std::ranges::any_of(phase_->islands, [&](const BoundIsland& bound) {
      return std::ranges::count(bound.island->outputs, id) > 0;
    });
    if (!is_made || slot == phase_->slots.end()) return false;
    const HostTensor& tensor = output.value.tensor;
    outputs_.push_back({output.name,
                        tensor.dtype,
                        tensor.dims,
                        tensor.bytes,
                        {phase_->arenas[device_].get(), slot->second.offset, tensor.bytes}});
  }
  return next == outputs.size();
}

bool Session::Steady::fits(std::span<const RunInput> inputs,
                           std::span<const RunState> states) const {
  const auto same_input = [](const Input& known, const RunInput& given) {
    const HostTensor& tensor = given.value.tensor;
    return is_plain(given.value) && known.name == given.name && known.dtype == tensor.dtype &&
           known.bytes == tensor.bytes && known.dims == tensor.dims;
  };
  const auto same_state = [](const State& known, const RunState& given) {
    return known.value == given.value && known.dims == given.dims;
  };
  return std::ranges::equal(inputs_, inputs, same_input) &&
         std::ranges::equal(states_, states, same_state);
}

void Session::Steady::bind_states(std::span<const RunState> states) {
  for (const StateUse& use : state_uses_) {
    const RunState& state = states[use.state];
    const bool is_apart = use.is_next && state.next.buffer != nullptr;
    *use.binding = is_apart ? state.next : state.memory;
  }
}

Status Session::Steady::run(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
                            const Patience& patience, std::span<const RunState> states) {
  const TraceScope traced("run");
  Device& device = *session_.plan_->devices[device_];
  tenon_stream* const stream = session_.queues_[device_].stream.get();
  RunFigures& figures = session_.figures_;
  figures.copies = figures.copied_bytes = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Input& input = inputs_[i];
    for (const tenon_binding& to : input.places) {
      ++figures.copies;
      figures.copied_bytes += input.bytes;
      if (input.bytes == 0) continue;
      TENON_TRY(device.status(device.backend().upload(
          stream, to.buffer, to.offset, inputs[i].value.tensor.data.get(), input.bytes)));
    }
  }
  bind_states(states);
  for (const BoundIsland& island : phase_->islands) {
    TENON_TRY(patience.check());
    TENON_TRY(session_.launch(island, *phase_, patience));
  }
  outputs.resize(outputs_.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    ++figures.copies;
    figures.copied_bytes += outputs_[i].bytes;
    TENON_TRY(fetch(outputs[i], outputs_[i]));
  }
  return wait(patience);
}

Status Session::Steady::fetch(RunOutput& output, const Output& from) {
  HostTensor& tensor = output.value.tensor;
  // Not what is borrowed from elsewhere, which has no owner to count, nor what others hold too.
  const bool is_ours = output.value.is_tensor() && tensor.data.use_count() == 1 &&
                       tensor.dtype == from.dtype && tensor.dims == from.dims &&
                       tensor.bytes == from.bytes && output.name == from.name;
  if (!is_ours) {
    TENON_TRY_ASSIGN(HostTensor made, make_tensor(from.dtype, from.dims));
    output = {from.name, HostValue::of(std::move(made))};
  }
  if (from.bytes == 0) return {};
  Device& device = *session_.plan_->devices[device_];
  return device.status(device.backend().download(session_.queues_[device_].stream.get(),
                                                 from.place.buffer, from.place.offset,
                                                 output.value.tensor.data.get(), from.bytes));
}

Status Session::Steady::wait(const Patience& patience) {
  Queue& queue = session_.queues_[device_];
  Device& device = *session_.plan_->devices[device_];
  TENON_TRY(
      device.status(device.backend().signal(queue.stream.get(), queue.fence.get(), ++queue.value)));
  return wait_for(device, queue.fence, queue.value, patience);
}

}  // namespace tenon
