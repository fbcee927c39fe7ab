// SPDX-License-Identifier: Apache-2.0
#include "core/run/session.h"

#include "core/plan/body_plans.h"
#include "core/run/run.h"

#include <algorithm>
#include <chrono>

namespace tenon {

// Sets of sizes that stay bound; the least recently used one goes first.
constexpr size_t most_bound = 16;
// Sessions of bodies that are kept for the next time.
constexpr size_t most_bodies = 256;
// How long a failed run may take to come to rest before the session is given up.
constexpr std::chrono::seconds drain_limit{10};

Result<std::unique_ptr<Session>> Session::make(std::shared_ptr<const Plan> plan,
                                               std::shared_ptr<Weights> weights) {
  std::unique_ptr<Session> session(new Session(std::move(plan), std::move(weights)));
  for (Device* device : session->plan_->devices) {
    Queue queue;
    TENON_TRY_ASSIGN(queue.stream, device->stream());
    TENON_TRY_ASSIGN(queue.fence, device->fence());
    session->queues_.push_back(std::move(queue));
  }
  for (const Island& island : session->plan_->islands) {
    for (const ValueId id : island.inputs) {
      const Value& value = session->plan_->graph.value(id);
      if (value.kind != ValueKind::constant) continue;
      const std::pair key{island.device, id};
      if (session->constants_.contains(key)) continue;
      TENON_TRY_ASSIGN(auto buffer, session->weights_->get(*session->plan_->devices[island.device],
                                                           value.constant));
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
  if (bound_.size() >= most_bound + plan_->phases) bound_.pop_back();
  TENON_TRY_ASSIGN(auto made, bind_phase(*plan_, phase, symbols));
  bound_.insert(bound_.begin(), std::move(made));
  return bound_.front().get();
}

void Session::drain() {
  const Patience patience{nullptr, std::chrono::steady_clock::now() + drain_limit};
  for (size_t d = 0; d < queues_.size(); ++d) {
    Queue& queue = queues_[d];
    Device& device = *plan_->devices[d];
    const tenon_status code =
        device.backend().signal(queue.stream.get(), queue.fence.get(), ++queue.value);
    if (code != TENON_OK) {
      lost_ |= device.status(code).code() == Code::device_lost;
      continue;
    }
    const Status status = wait_for(device, queue.fence, queue.value, patience);
    lost_ |= status.code() == Code::timeout || status.code() == Code::device_lost;
  }
}

Result<Session*> Session::body_session(const Node& node, uint32_t body,
                                       std::span<const HostValue> inputs) {
  TENON_TRY_ASSIGN(std::shared_ptr<const Plan> plan, plan_->bodies->get(node, body, inputs));
  if (bodies_.size() >= most_bodies) bodies_.clear();
  std::unique_ptr<Session>& session = bodies_[plan.get()];
  if (!session) {
    TENON_TRY_ASSIGN(session, make(plan, weights_));
  }
  return session.get();
}

Result<std::vector<RunOutput>> Session::run(std::span<const RunInput> inputs,
                                            const Patience& patience) {
  const std::lock_guard lock(mutex_);
  if (lost_) return device_lost("the session's device stopped answering; make a new session");
  const auto begin = std::chrono::steady_clock::now();
  Run run(*this, inputs, patience);
  auto outputs = run.all();
  if (!outputs.ok()) drain();
  figures_ = run.figures();
  for (const auto& [plan, body] : bodies_) {
    const RunFigures inner = body->figures();
    for (size_t d = 0; d < inner.memory.size(); ++d) figures_.memory[d] += inner.memory[d];
  }
  figures_.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return outputs;
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
