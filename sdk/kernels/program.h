// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/kernels/device.h"

#include "tenon/strip_vm.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// From an island's graph to steps. A Program is the graph with a kernel for each node; a Bound is
// a program with sizes; a Frame is one run of it. Programs and bounds are immutable once made.
namespace tenon::kernels {

constexpr size_t most_formula_inputs = 16;

// A matrix that a kernel takes as it is stored, [.., columns, rows], and by its formula where it is
// computed: the nodes that would turn and compute it have no steps.
struct Stored {
  size_t input = 0;  // of the kernel
  uint32_t value = TENON_NONE;
  std::optional<NodeView> maker = {};
  std::shared_ptr<const StripProgram> formula = {};
};

struct Step {
  NodeView node;
  const Kernel* kernel;
  KernelState state;
  std::optional<Stored> stored = {};
  // Inputs that each element of the output reads only at its own place: the output may lie there.
  std::vector<uint32_t> straight = {};

  // Values that are read when it runs, TENON_NONE among them.
  std::vector<uint32_t> reads() const;
};

// What nodes take as it is stored, and the nodes that then have no step.
struct StoredMatrices {
  std::map<uint32_t, Stored> of;  // by node
  std::set<uint32_t> left_out;
};
StoredMatrices find_stored(const HostBackendPlugin& plugin, const GraphView& graph);

struct Program {
  const Device* device;
  std::vector<uint64_t> blob;  // the graph is borrowed for compile only, so this is a copy
  GraphView graph;
  std::vector<Step> steps;
  std::vector<KernelPlace> places;  // of each value; offsets in the scratch come with the sizes
  std::vector<uint32_t> homes;      // of each value: the value in whose memory it lies
  std::vector<uint32_t> bindings;   // the value of each binding: inputs, then outputs
  // Outputs whose value lies elsewhere already: (binding, value).
  std::vector<std::pair<uint32_t, uint32_t>> copies;
};

// A node, or one phase of it.
struct BoundStep {
  void (*run)(const KernelArguments&, int64_t chunk) = nullptr;
  std::string_view op = {};
  std::string_view name = {};
  const void* state = nullptr;
  KernelWork work = {};
  size_t phase = 0;
  int64_t group = 1;  // kernel chunks that one task runs
  std::vector<KernelOperand> inputs = {};
  std::vector<KernelOperand> outputs = {};
};

struct Bound {
  const Program* program;
  const tenon_tasks* host_tasks = nullptr;  // null: none
  std::vector<BoundStep> steps;
  std::vector<tenon_step> tasks;  // one for each step
  std::vector<uint32_t> chunks;
  std::vector<uint64_t> binding_bytes;
  // Of the scratch: intermediate values, what the phases of a node share, each worker's part.
  uint64_t values_bytes = 0;
  uint64_t shared_bytes = 0;
  uint64_t worker_bytes = 0;
  uint32_t workers = 1;
  uint64_t workers_begin() const { return values_bytes + shared_bytes; }
  uint64_t scratch_bytes() const { return workers_begin() + worker_bytes * workers; }
};

struct Frame {
  const Bound& bound;
  const tenon_run& run;
  std::byte* scratch;
  const tenon_trace* trace = nullptr;  // who wants to know what chunks do
  std::atomic<bool> failed = false;
  std::mutex mutex = {};
  Status failure = {};
};

inline Program* object(tenon_program* pointer) { return reinterpret_cast<Program*>(pointer); }
inline Bound* object(tenon_bound* pointer) { return reinterpret_cast<Bound*>(pointer); }

// Tells the sink which nodes will run here, and why others will not.
Status claim(const Device& device, const tenon_graph& graph, const tenon_claim_sink& sink);
Result<std::unique_ptr<Program>> compile(const Device& device, const tenon_graph& graph,
                                         uint32_t precision, const tenon_cancel* cancel);
Result<std::unique_ptr<Bound>> bind(const Program& program, std::span<const int64_t> symbols);
Status run(const Bound& bound, const tenon_run& run);

// Gives every intermediate value a place in the scratch; returns the bytes of all.
Result<uint64_t> plan_scratch(const Program& program, std::span<const uint64_t> bytes,
                              std::span<KernelPlace> places);

// Runs nodes from their formula.
Kernel formula_kernel(Formulas precision);

// What fn of a tenon_step does; state is a BoundStep, frame a Frame.
void run_task(const tenon_step* step, void* frame, uint32_t chunk, uint32_t slot);

}  // namespace tenon::kernels
