// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/host_value.h"
#include "core/plan/plan.h"
#include "core/run/bound_phase.h"
#include "core/run/wait.h"
#include "core/run/weights.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

// One user of a plan: binds sizes, moves data, runs islands in order. Runs one call at a time;
// concurrent calls wait for each other. The plan and the weights outlive it.
namespace tenon {

struct RunInput {
  std::string_view name;  // empty: by position
  HostValue value;
};

// Where a state of the graph lies, with its extents now.
struct RunState {
  ValueId value = no_id;
  std::vector<int64_t> dims;
  tenon_binding memory{};  // on the device whose islands use it
  tenon_binding next{};    // of its next version; without a buffer: the same memory
};

struct RunOutput {
  std::string name;
  HostValue value;
};

// What the last run did.
struct RunFigures {
  std::vector<uint64_t> nodes;  // per device
  uint64_t kernels = 0;         // launches
  uint64_t host_nodes = 0;      // host operators that ran, in bodies too
  uint64_t host_reads = 0;      // tensors whose content the host read for sizes
  uint64_t waits = 0;           // times the host waited for a device in between
  uint64_t host_bytes = 0;      // bytes read for sizes, and brought for host operators
  uint64_t copies = 0;          // tensors moved between devices and host
  uint64_t copied_bytes = 0;
  std::vector<uint64_t> memory;  // per device: bytes of arenas
  double milliseconds = 0;

  // Counts what a body did as part of this run.
  void add_body(const RunFigures& body);
};

class Session {
 public:
  // upload_limit: how long a constant may be on its way to a device.
  static Result<std::unique_ptr<Session>> make(
      std::shared_ptr<const Plan> plan, std::shared_ptr<Weights> weights,
      std::optional<std::chrono::milliseconds> upload_limit = {});
  ~Session();

  // A run that is stopped, or whose deadline passes, returns at once; what it left pending on a
  // device ends on its own, and the next run waits for that first, within its own patience.
  // Texts in the values are numbers of the plan's graph's pool; the caller holds a lease of it for
  // as long as it uses them.
  // states: of every state of the plan's graph that an island uses; their next versions are not
  // among the outputs. The memory is nobody else's during the run.
  Result<std::vector<RunOutput>> run(std::span<const RunInput> inputs, const Patience& patience,
                                     std::span<const RunState> states = {});
  // The same. Outputs of an earlier run that nobody else holds are written again: where sizes are
  // those of the run before, on a device that is done when its calls return, nothing is allocated.
  Status run_into(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
                  const Patience& patience, std::span<const RunState> states = {});
  RunFigures figures() const;
  const Plan& plan() const { return *plan_; }

 private:
  struct Queue {
    Fence fence;  // outlives the stream, which may still signal it
    Stream stream;
    uint64_t value = 0;  // last value signalled
  };
  class Run;
  class Steady;

  Session(std::shared_ptr<const Plan> plan, std::shared_ptr<Weights> weights,
          std::optional<std::chrono::milliseconds> upload_limit);
  Status fill(Queue& queue, Device& device);
  // The session for a body of a host node that is given such inputs.
  Result<Session*> body_session(const Node& node, uint32_t body, std::span<const HostValue> inputs);
  Result<BoundPhase*> bind(size_t phase, const std::vector<int64_t>& symbols);
  // Runs an island whose bindings are all there.
  Status launch(const BoundIsland& bound, const BoundPhase& phase, const Patience& patience);
  // Fills in the bindings that are the same in every run.
  void connect(BoundPhase& phase) const;
  Status run_anew(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
                  const Patience& patience, std::span<const RunState> states);
  // After a failure: keeps the run until no command is pending, and waits for that unless the
  // caller has no more patience.
  void rest(std::unique_ptr<Run> run, const Status& failure, const Patience& patience);
  // Waits for what a failed run left pending; an error when that does not end.
  Status settle(const Patience& patience);

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<Weights> weights_;
  std::vector<std::shared_ptr<Buffer>> held_;  // constants of the plan
  std::map<std::pair<size_t, ValueId>, tenon_binding> constants_;
  std::vector<Queue> queues_;                       // per device
  std::vector<std::unique_ptr<BoundPhase>> bound_;  // most recently used first
  std::map<const Plan*, std::unique_ptr<Session>> bodies_;
  std::optional<std::chrono::milliseconds> upload_limit_;
  mutable std::mutex mutex_;
  RunFigures figures_;
  std::unique_ptr<Run> pending_;    // failed, with commands that read and write its memory
  std::unique_ptr<Steady> steady_;  // how to repeat the last run
  bool lost_ = false;
};

}  // namespace tenon
