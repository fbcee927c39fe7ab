// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan/plan.h"
#include "core/run/bound_phase.h"
#include "core/run/wait.h"
#include "core/run/weights.h"

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

// One user of a plan: binds sizes, moves data, runs islands in order. Runs one call at a time;
// concurrent calls wait for each other. The plan and the weights outlive it.
namespace tenon {

struct InputTensor {
  std::string_view name;  // empty: by position
  DType dtype = DType::none;
  std::span<const int64_t> dims;
  std::span<const std::byte> data;
};

struct HostTensor {
  std::string name;
  DType dtype = DType::none;
  std::vector<int64_t> dims;
  std::shared_ptr<std::byte> data;  // 64-byte aligned, never null
  uint64_t bytes = 0;
};

// What the last run did.
struct RunFigures {
  std::vector<uint64_t> nodes;  // per device
  uint64_t kernels = 0;         // launches
  uint64_t host_reads = 0;      // tensors whose content the host read for sizes
  uint64_t waits = 0;           // times the host waited for a device in between
  uint64_t host_bytes = 0;      // bytes read for sizes
  uint64_t copies = 0;          // tensors moved between devices and host
  uint64_t copied_bytes = 0;
  std::vector<uint64_t> memory;  // per device: bytes of arenas
  double milliseconds = 0;
};

class Session {
 public:
  static Result<std::unique_ptr<Session>> make(std::shared_ptr<const Plan> plan,
                                               std::shared_ptr<Weights> weights);
  ~Session();

  Result<std::vector<HostTensor>> run(std::span<const InputTensor> inputs,
                                      const Patience& patience);
  RunFigures figures() const;
  const Plan& plan() const { return *plan_; }

 private:
  struct Queue {
    Stream stream;
    Fence fence;
    uint64_t value = 0;  // last value signalled
  };
  class Run;

  Session(std::shared_ptr<const Plan> plan, std::shared_ptr<Weights> weights)
      : plan_(std::move(plan)), weights_(std::move(weights)) {}
  Result<BoundPhase*> bind(size_t phase, const std::vector<int64_t>& symbols);
  // After a failure: waits until no command is pending, or marks the session as unusable.
  void drain();

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<Weights> weights_;
  std::vector<std::shared_ptr<Buffer>> held_;  // constants of the plan
  std::map<std::pair<size_t, ValueId>, tenon_binding> constants_;
  std::vector<Queue> queues_;                       // per device
  std::vector<std::unique_ptr<BoundPhase>> bound_;  // most recently used first
  mutable std::mutex mutex_;
  RunFigures figures_;
  bool lost_ = false;
};

}  // namespace tenon
