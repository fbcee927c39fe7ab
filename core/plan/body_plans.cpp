// SPDX-License-Identifier: Apache-2.0
#include "core/plan/body_plans.h"

#include "core/graph/bodies.h"
#include "core/passes/pass.h"

#include <algorithm>

namespace tenon {
namespace {

// Signatures that are kept; more would be a model that looks different in every run.
constexpr size_t most_plans = 256;
constexpr size_t most_depth = 64;

}  // namespace

BodyPlans::BodyPlans(const Plan& plan, const PlanOptions& options)
    : plan_(plan), options_(options) {
  options_.cancel = nullptr;
  options_.depth = options.depth + 1;
}

Result<std::shared_ptr<const Plan>> BodyPlans::make(const Node& node, uint32_t body,
                                                    std::span<const HostValue> inputs) const {
  if (options_.depth > most_depth) return unsupported("bodies nest deeper than {}", most_depth);
  TENON_TRY_ASSIGN(Graph graph, body_graph(plan_.graph, node, body, inputs));
  TENON_TRY(run_passes(graph, {}));
  TENON_TRY_ASSIGN(auto plan, make_plan(std::move(graph), plan_.devices, options_));
  return std::shared_ptr<const Plan>(std::move(plan));
}

Result<std::shared_ptr<const Plan>> BodyPlans::get(const Node& node, uint32_t body,
                                                   std::span<const HostValue> inputs) {
  const std::string key = fmt::format("{}:{}", body, signature_of(node, inputs));
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = plans_.find(key); known != plans_.end()) return known->second;
  }
  TENON_TRY_ASSIGN(std::shared_ptr<const Plan> made, make(node, body, inputs));
  const std::lock_guard lock(mutex_);
  if (plans_.size() >= most_plans) plans_.clear();
  return plans_.emplace(key, std::move(made)).first->second;
}

Status BodyPlans::foresee() {
  for (const HostStep& step : plan_.steps) {
    if (has_pinned(step.node)) continue;
    const size_t captured = captured_count(step.node);
    std::vector<HostValue> given;
    bool known = true;
    for (size_t i = step.node.inputs.size() - captured; i < step.node.inputs.size(); ++i) {
      auto like = likeness(plan_.graph.value(step.node.inputs[i]));
      known &= like.has_value();
      if (like) given.push_back(std::move(*like));
    }
    if (!known) continue;
    for (const uint32_t body : bodies_of(step.node)) {
      // What a loop carries is known when it runs.
      if (!plan_.graph.bodies[body].inputs.empty()) continue;
      if (const Status status = get(step.node, body, given).status(); !status.ok()) {
        return status.at(fmt::format("node \"{}\" ({})", step.node.name, step.node.op));
      }
    }
  }
  return {};
}

}  // namespace tenon
