// SPDX-License-Identifier: Apache-2.0
#include "core/run/session.h"

#include "core/base/trace.h"
#include "core/plan/body_plans.h"
#include "core/run/run.h"
#include "core/run/steady.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace tenon {

// Sets of sizes that stay bound; the least recently used one goes first.
constexpr size_t most_bound = 16;
// Sessions of bodies that are kept for the next time.
constexpr size_t most_bodies = 256;
// How long a failed run may take to come to rest before the session is given up.
constexpr std::chrono::seconds rest_limit{10};
// How long a constant may be on its way to a device when nobody sets a limit.
constexpr std::chrono::milliseconds usual_upload_limit{30'000};

Session::Session(std::shared_ptr<const Plan> plan, std::shared_ptr<Weights> weights,
                 std::optional<std::chrono::milliseconds> upload_limit)
    : plan_(std::move(plan)), weights_(std::move(weights)), upload_limit_(upload_limit) {}

Status Session::fill(Queue& queue, Device& device) {
  TENON_TRY_ASSIGN(queue.fence, device.fence());
  TENON_TRY_ASSIGN(queue.stream, device.stream());
  queue.value = 0;
  return {};
}

Result<std::unique_ptr<Session>> Session::make(
    std::shared_ptr<const Plan> plan, std::shared_ptr<Weights> weights,
    std::optional<std::chrono::milliseconds> upload_limit) {
  std::unique_ptr<Session> session(new Session(std::move(plan), std::move(weights), upload_limit));
  for (Device* device : session->plan_->devices) {
    TENON_TRY(session->fill(session->queues_.emplace_back(), *device));
  }
  const std::chrono::milliseconds limit = upload_limit.value_or(usual_upload_limit);
  for (const Island& island : session->plan_->islands) {
    for (const ValueId id : island.inputs) {
      const Value& value = session->plan_->graph.value(id);
      if (value.kind != ValueKind::constant) continue;
      const std::pair key{island.device, id};
      if (session->constants_.contains(key)) continue;
      TENON_TRY_ASSIGN(auto buffer, session->weights_->get(*session->plan_->devices[island.device],
                                                           value.constant, limit));
      session->constants_[key] = {buffer->get(), 0, buffer->bytes()};
      session->held_.push_back(std::move(buffer));
    }
  }
  return session;
}

Session::~Session() {
  // Streams wait for their commands before the arenas go.
  queues_.clear();
}

Result<BoundPhase*> Session::bind(size_t phase, const std::vector<int64_t>& symbols) {
  const auto found = std::ranges::find_if(bound_, [&](const auto& bound) {
    return bound->phase == phase && bound->symbols == symbols;
  });
  if (found != bound_.end()) {
    std::rotate(bound_.begin(), found, found + 1);
    return bound_.front().get();
  }
  if (bound_.size() >= most_bound + plan_->phases) {
    steady_.reset();  // may use what goes
    bound_.pop_back();
  }
  const TraceScope traced("bind");
  TENON_TRY_ASSIGN(auto made, bind_phase(*plan_, phase, symbols));
  connect(*made);
  bound_.insert(bound_.begin(), std::move(made));
  return bound_.front().get();
}

void Session::connect(BoundPhase& phase) const {
  std::set<std::pair<size_t, ValueId>> made;
  for (BoundIsland& bound : phase.islands) {
    const Island& island = *bound.island;
    const auto leave_open = [&] {
      bound.open.push_back(static_cast<uint32_t>(bound.bindings.size()));
      bound.bindings.emplace_back();
    };
    const auto bind_slot = [&](const std::pair<size_t, ValueId>& place) {
      const Slot& slot = phase.slots.at(place);
      bound.bindings.push_back({phase.arenas[place.first].get(), slot.offset, slot.bytes});
    };
    for (const ValueId input : island.inputs) {
      const std::pair place{island.device, input};
      if (plan_->graph.value(input).kind == ValueKind::constant) {
        bound.bindings.push_back(constants_.at(place));
      } else if (made.contains(place)) {
        bind_slot(place);
      } else {
        leave_open();
      }
    }
    for (const ValueId output : island.outputs) {
      const std::pair place{island.device, output};
      if (!phase.slots.contains(place)) {  // a state's next version
        leave_open();
        continue;
      }
      bind_slot(place);
      made.insert(place);
    }
  }
}

Status Session::launch(const BoundIsland& bound, const BoundPhase& phase,
                       const Patience& patience) {
  const size_t device = bound.island->device;
  Device& target = *plan_->devices[device];
  const TraceScope traced("island", {}, target.id());
  tenon_run run{};
  run.size = sizeof run;
  run.n_bindings = static_cast<uint32_t>(bound.bindings.size());
  run.bindings = bound.bindings.data();
  run.symbols = phase.symbols.data();
  run.n_symbols = static_cast<uint32_t>(phase.symbols.size());
  run.cancel = patience.cancel;
  run.trace_id = trace_run(target.id());
  if (bound.demand.scratch_bytes > 0) {
    run.scratch = {phase.arenas[device].get(), bound.scratch_offset, bound.demand.scratch_bytes};
  }
  return target.status(
      target.programs().run(bound.bound.get(), &run, queues_[device].stream.get()));
}

void Session::rest(std::unique_ptr<Run> run, const Status& failure, const Patience& patience) {
  pending_ = std::move(run);
  for (size_t d = 0; d < queues_.size(); ++d) {
    Queue& queue = queues_[d];
    Device& device = *plan_->devices[d];
    const tenon_status code =
        device.backend().signal(queue.stream.get(), queue.fence.get(), ++queue.value);
    if (code == TENON_OK) continue;
    // Nothing will tell when its commands end.
    static_cast<void>(device.status(code));
    lost_ = true;
  }
  const bool stopped = failure.code() == Code::timeout || failure.code() == Code::cancelled;
  const auto now = std::chrono::steady_clock::now();
  auto end = stopped ? now : now + rest_limit;
  if (patience.deadline) end = std::min(end, *patience.deadline);
  const Status rested = settle({nullptr, end});
  lost_ |= !stopped && !patience.deadline && rested.code() == Code::timeout;
}

Status Session::settle(const Patience& patience) {
  for (size_t d = 0; d < queues_.size() && !lost_; ++d) {
    Queue& queue = queues_[d];
    Device& device = *plan_->devices[d];
    const Status status = wait_for(device, queue.fence, queue.value, patience);
    if (status.code() == Code::timeout || status.code() == Code::cancelled) {
      return status.at("an earlier run has not ended");
    }
    lost_ |= status.code() == Code::device_lost;
    if (status.ok() || lost_) continue;
    // After a command that failed, a stream runs no more, and its fence keeps failing.
    queue.stream = Stream();
    lost_ |= !fill(queue, device).ok();
  }
  if (lost_) return device_lost("the session's device stopped answering; make a new session");
  pending_.reset();
  return {};
}

Result<Session*> Session::body_session(const Node& node, uint32_t body,
                                       std::span<const HostValue> inputs) {
  TENON_TRY_ASSIGN(std::shared_ptr<const Plan> plan, plan_->bodies->get(node, body, inputs));
  if (bodies_.size() >= most_bodies) bodies_.clear();
  std::unique_ptr<Session>& session = bodies_[plan.get()];
  if (!session) {
    TENON_TRY_ASSIGN(session, make(plan, weights_, upload_limit_));
  }
  return session.get();
}

Result<std::vector<RunOutput>> Session::run(std::span<const RunInput> inputs,
                                            const Patience& patience,
                                            std::span<const RunState> states) {
  std::vector<RunOutput> outputs;
  TENON_TRY(run_into(outputs, inputs, patience, states));
  return outputs;
}

Status Session::run_into(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
                         const Patience& patience, std::span<const RunState> states) {
  const std::lock_guard lock(mutex_);
  if (lost_) return device_lost("the session's device stopped answering; make a new session");
  const auto begin = std::chrono::steady_clock::now();
  if (pending_) {
    Patience limited = patience;
    if (!limited.deadline) limited.deadline = begin + rest_limit;
    const Status settled = settle(limited);
    lost_ |= !patience.deadline && settled.code() == Code::timeout;
    if (!settled.ok()) return settled;
  }
  Status status;
  if (steady_ && steady_->fits(inputs, states)) {
    status = steady_->run(outputs, inputs, patience, states);
    if (!status.ok()) rest(nullptr, status, patience);
  } else {
    status = run_anew(outputs, inputs, patience, states);
  }
  figures_.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return status;
}

Status Session::run_anew(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
                         const Patience& patience, std::span<const RunState> states) {
  steady_.reset();
  auto run = std::make_unique<Run>(*this, inputs, patience, states);
  auto made = run->all();
  figures_ = run->figures();
  for (const auto& [plan, body] : bodies_) {
    const RunFigures inner = body->figures();
    for (size_t d = 0; d < inner.memory.size(); ++d) figures_.memory[d] += inner.memory[d];
  }
  if (!made.ok()) {
    rest(std::move(run), made.status(), patience);
    return made.status();
  }
  outputs = std::move(*made);
  steady_ = Steady::after(*this, inputs, states, outputs);
  return {};
}

void RunFigures::add_body(const RunFigures& body) {
  kernels += body.kernels;
  host_nodes += body.host_nodes;
  host_reads += body.host_reads;
  waits += body.waits;
  host_bytes += body.host_bytes;
  copies += body.copies;
  copied_bytes += body.copied_bytes;
  for (size_t d = 0; d < body.nodes.size(); ++d) {
    nodes[d] += body.nodes[d];
  }
}

RunFigures Session::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace tenon
