// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"
#include "sdk/kernels/trace.h"

#include <algorithm>

// One run of a bound program: checks what was bound, then walks the steps.
namespace tenon::kernels {
namespace {

Status check_binding(const Bound& bound, const tenon_run& run, size_t i) {
  const tenon_binding& binding = run.bindings[i];
  const uint32_t value = bound.program->bindings[i];
  if (binding.buffer == nullptr) return invalid("no buffer");
  if (binding.bytes < bound.binding_bytes[i]) {
    return invalid("{} bytes, the value needs {}", binding.bytes, bound.binding_bytes[i]);
  }
  TENON_TRY(check_range(*object(binding.buffer), binding.offset, binding.bytes));
  const auto address = reinterpret_cast<uintptr_t>(object(binding.buffer)->data) + binding.offset;
  const size_t width = element_bytes(bound.program->graph.dtype(value));
  if (bound.binding_bytes[i] != 0 && width > 1 && address % width != 0) {
    return invalid("address is no multiple of the element's {} bytes", width);
  }
  return {};
}

Status check(const Bound& bound, const tenon_run& run) {
  if (run.n_bindings != bound.binding_bytes.size()) {
    return invalid("{} bindings, the program has {}", run.n_bindings, bound.binding_bytes.size());
  }
  if (run.n_symbols != bound.program->graph.symbols()) {
    return invalid("{} symbols, the program has {}", run.n_symbols, bound.program->graph.symbols());
  }
  for (size_t i = 0; i < run.n_bindings; ++i) {
    const Status status = check_binding(bound, run, i);
    if (!status.ok()) return status.at(fmt::format("binding {}", i));
  }
  if (bound.scratch_bytes() == 0) return {};
  if (run.scratch.buffer == nullptr || run.scratch.bytes < bound.scratch_bytes()) {
    return invalid("scratch of {} bytes, the program needs {}",
                   run.scratch.buffer == nullptr ? 0 : run.scratch.bytes, bound.scratch_bytes());
  }
  TENON_TRY(check_range(*object(run.scratch.buffer), run.scratch.offset, run.scratch.bytes)
                .at("scratch"));
  const auto address =
      reinterpret_cast<uintptr_t>(object(run.scratch.buffer)->data) + run.scratch.offset;
  if (address % memory_alignment == 0) return {};
  return invalid("scratch is not aligned to {} bytes", memory_alignment);
}

// Without a host's pool: this thread, one chunk after the other.
Status run_alone(const Bound& bound, const tenon_step* steps, Frame& frame,
                 const tenon_cancel* cancel) {
  for (size_t i = 0; i < bound.tasks.size(); ++i) {
    for (uint32_t chunk = 0; chunk < bound.chunks[i] && !frame.failed; ++chunk) {
      if (cancel != nullptr && cancel->poll != nullptr) {
        TENON_TRY(from_host(cancel->poll(cancel->context), "stopped by the host"));
      }
      steps[i].fn(&steps[i], &frame, chunk, 0);
    }
  }
  return {};
}

}  // namespace

void run_task(const tenon_step* step, void* frame_pointer, uint32_t chunk, uint32_t slot) {
  const auto& bound = *static_cast<const BoundStep*>(step->state);
  auto& frame = *static_cast<Frame*>(frame_pointer);
  const KernelArguments arguments(bound, frame, slot);
  const int64_t begin = chunk * bound.group;
  const int64_t end = std::min(begin + bound.group, bound.work.chunks);
  try {
    for (int64_t i = begin; i < end && !frame.failed.load(std::memory_order_relaxed); ++i) {
      bound.run(arguments, i);
    }
  } catch (const std::exception& error) {
    arguments.fail(internal_error("{}", error.what()));
  }
}

Status run(const Bound& bound, const tenon_run& run) {
  TENON_TRY(check(bound, run));
  std::byte* scratch = nullptr;
  if (run.scratch.buffer != nullptr) {
    scratch = object(run.scratch.buffer)->data + run.scratch.offset;
  }
  Frame frame{bound, run, scratch, trace_of(run)};
  const std::vector<tenon_step> traced =
      frame.trace != nullptr ? traced_tasks(bound) : std::vector<tenon_step>();
  const tenon_step* steps = frame.trace != nullptr ? traced.data() : bound.tasks.data();
  Status status;
  if (bound.host_tasks != nullptr && !bound.tasks.empty()) {
    status = from_host(bound.host_tasks->run_steps(steps, bound.chunks.data(), bound.tasks.size(),
                                                   &frame, run.cancel),
                       "stopped by the host");
  } else {
    status = run_alone(bound, steps, frame, run.cancel);
  }
  return frame.failure.ok() ? status : frame.failure;
}

}  // namespace tenon::kernels
