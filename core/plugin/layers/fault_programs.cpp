// SPDX-License-Identifier: Apache-2.0
#include "core/base/border.h"
#include "core/plugin/layers/fault_objects.h"

#include <vector>

namespace tenon::fault {
namespace {

Device& of(tenon_device* handle) { return *object_of<Device>(handle); }

tenon_binding inner_binding(tenon_binding binding) {
  if (binding.buffer != nullptr) binding.buffer = object_of<Buffer>(binding.buffer)->inner;
  return binding;
}

// A run with everything that it borrows, because it may be given to the plugin later.
struct HeldRun {
  explicit HeldRun(const tenon_run& run) : asked(run) {
    bindings.reserve(run.n_bindings);
    for (uint32_t i = 0; i < run.n_bindings; ++i) {
      bindings.push_back(inner_binding(run.bindings[i]));
    }
    symbols.assign(run.symbols, run.symbols + run.n_symbols);
    asked.scratch = inner_binding(run.scratch);
  }
  tenon_run refreshed() {
    tenon_run run = asked;
    run.bindings = bindings.data();
    run.symbols = symbols.data();
    return run;
  }
  tenon_run asked;
  std::vector<tenon_binding> bindings;
  std::vector<int64_t> symbols;
};

tenon_status claim(tenon_device* handle, const tenon_graph* graph, const tenon_claim_sink* sink) {
  const Device& device = of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    return take_failure(device.programs().claim(device.inner, graph, sink));
  });
}

tenon_status compile(tenon_device* handle, const tenon_graph* graph, const tenon_compile* options,
                     tenon_program** program) {
  Device& device = of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    TENON_TRY(device.layer->counter.at(FaultPoint::compile));
    auto made = std::make_unique<Program>();
    made->device = &device;
    TENON_TRY(take_failure(device.programs().compile(device.inner, graph, options, &made->inner)));
    *program = handle_of<tenon_program>(made.release());
    return {};
  });
}

tenon_status bind(tenon_program* handle, const int64_t* symbols, uint64_t count,
                  tenon_bound** bound, tenon_demand* demand) {
  auto* program = object_of<Program>(handle);
  const Device& device = *program->device;
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    TENON_TRY(device.layer->counter.at(FaultPoint::bind));
    auto made = std::make_unique<Bound>();
    made->program = program;
    TENON_TRY(
        take_failure(device.programs().bind(program->inner, symbols, count, &made->inner, demand)));
    *bound = handle_of<tenon_bound>(made.release());
    return {};
  });
}

tenon_status run(tenon_bound* handle, const tenon_run* run, tenon_stream* stream_handle) {
  auto* bound = object_of<Bound>(handle);
  Stream& stream = *object_of<Stream>(stream_handle);
  Device& device = stream.device();
  return at_border([&]() -> Status {
    TENON_TRY(device.layer->counter.at(FaultPoint::run));
    auto held = std::make_shared<HeldRun>(*run);
    // The question whether to go on is borrowed for the call only.
    if (device.layer->delays()) held->asked.cancel = nullptr;
    return stream.submit([held, &stream, &device, inner = bound->inner] {
      const tenon_run now = held->refreshed();
      return take_failure(device.programs().run(inner, &now, stream.inner()));
    });
  });
}

tenon_status fingerprint(tenon_device* handle, const tenon_byte_sink* sink) {
  return of(handle).programs().fingerprint(of(handle).inner, sink);
}

void drop_bound(tenon_bound* handle) {
  const std::unique_ptr<Bound> bound(object_of<Bound>(handle));
  bound->program->device->programs().drop_bound(bound->inner);
}

void drop(tenon_program* handle) {
  const std::unique_ptr<Program> program(object_of<Program>(handle));
  program->device->programs().drop(program->inner);
}

}  // namespace

const tenon_programs& Layer::programs() const {
  static const tenon_programs table = {
      .size = sizeof(tenon_programs),
      .reserved = 0,
      .claim = claim,
      .compile = compile,
      .bind = bind,
      .run = run,
      .fingerprint = fingerprint,
      .drop_bound = drop_bound,
      .drop = drop,
  };
  return table;
}

}  // namespace tenon::fault
