// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/host_value.h"
#include "core/plan/plan.h"

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

// Plans for the bodies of the host nodes of a plan, one for each signature that their inputs have
// had: kinds, types and ranks, and the elements that decide the structure. [any thread]
namespace tenon {

class BodyPlans {
 public:
  BodyPlans(const Plan& plan, const PlanOptions& options);

  // inputs: of the body, then the captured ones.
  Result<std::shared_ptr<const Plan>> get(const Node& node, uint32_t body,
                                          std::span<const HostValue> inputs);
  // Plans what will surely be wanted, so that what cannot run is said before the run.
  Status foresee();

 private:
  Result<std::shared_ptr<const Plan>> make(const Node& node, uint32_t body,
                                           std::span<const HostValue> inputs) const;

  const Plan& plan_;
  PlanOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Plan>> plans_;
};

}  // namespace tenon
