// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/programs.h"
#include "tenon/kernelgen/island_program.h"
#include "tenon/plugin.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

// A backend from a device class: memory, streams, fences, and a compiler for kernel text. The class
// supplies what is below, this file the C tables with every operator that the templates cover.
//
//   class Device {
//    public:
//     using Plugin = ...;                       // the plugin object given to the tables as self
//     class Buffer; class Stream; class Fence; class Module; class Kernel;
//     static Status list(Plugin&, const tenon_device_sink&);
//     static Result<std::unique_ptr<Device>> open(Plugin&, uint32_t ordinal,
//                                                 std::span<const tenon_kv> options);
//     Limits limits() const;                    // what templates may use
//     const kir::CTarget& target() const;       // how kernels are spelled
//     uint64_t alignment() const;               // of offsets into buffers
//     std::string fingerprint() const;
//     Status memory(uint64_t& free, uint64_t& total);
//     Result<std::unique_ptr<Buffer>> alloc(uint64_t bytes, uint32_t usage);
//     Result<std::unique_ptr<Buffer>> import_host(void*, uint64_t bytes, uint32_t usage);
//     Result<std::unique_ptr<Stream>> stream();
//     Result<std::unique_ptr<Fence>> fence();
//     Result<std::unique_ptr<Module>> build(const std::string& source);
//   };
//   Buffer: uint64_t bytes(). Module: Result<std::unique_ptr<Kernel>> kernel(const kir::Kernel&);
//   Status prepare(std::span<const Coming>): what would otherwise be made at the first launches.
//   Fence: Status value(uint64_t&), Status block(uint64_t value, uint64_t timeout_ns).
//   Stream: copy, upload, download, fill, signal, wait, launch; see the calls below.
namespace tenon::kernelgen {

// An argument of a launch: memory or a number.
template <class Buffer>
struct LaunchArgument {
  Buffer* buffer = nullptr;
  uint64_t offset = 0;
  uint64_t bits = 0;
  uint64_t bytes = 0;  // of a number; 0 for memory
};

// A kernel that will be launched, and with how many groups if that is known.
struct Coming {
  const kir::Kernel* kernel;
  std::optional<std::array<uint32_t, 3>> groups;
};

template <class Device>
class GeneratedBackend {
 public:
  static const tenon_backend* backend();
  static const tenon_programs* programs();

 private:
  using Buffer = typename Device::Buffer;
  using Stream = typename Device::Stream;
  using Fence = typename Device::Fence;
  using Module = typename Device::Module;
  using Kernel = typename Device::Kernel;

  struct Program {
    Device* device;
    IslandProgram island;
    std::unique_ptr<Module> module;  // null: nothing to launch
  };
  // The mutex keeps two streams from setting arguments of one kernel object.
  struct Bound {
    IslandPlan plan;
    std::vector<std::unique_ptr<Kernel>> kernels;  // one for each launch
    std::vector<LaunchArgument<Buffer>> arguments;
    std::mutex mutex;
  };

  static Status prepare(Device& device, Program& program, bool fixed);

  static Device& of(tenon_device* device) { return *reinterpret_cast<Device*>(device); }
  static Buffer& of(tenon_buffer* buffer) { return *reinterpret_cast<Buffer*>(buffer); }
  static Stream& of(tenon_stream* stream) { return *reinterpret_cast<Stream*>(stream); }
  static Fence& of(tenon_fence* fence) { return *reinterpret_cast<Fence*>(fence); }

  // Hands an object over to the host.
  template <class Handle, class Object>
  static Status give(Result<std::unique_ptr<Object>> made, Handle** handle) {
    if (!made.ok()) return made.status();
    *handle = reinterpret_cast<Handle*>(made->release());
    return {};
  }

  static Status inside(Buffer& buffer, uint64_t offset, uint64_t bytes) {
    if (offset > buffer.bytes() || bytes > buffer.bytes() - offset) {
      return invalid("bytes {} to {} of a buffer of {} bytes", offset, offset + bytes,
                     buffer.bytes());
    }
    return {};
  }

  // Whether the two bindings that a launch copies between are the same.
  static bool is_one_memory(const BoundLaunch& launch, const tenon_run& run) {
    size_t found = 0;
    const tenon_binding* ends[2] = {};
    for (const BoundArgument& argument : launch.arguments) {
      if (argument.kind != BoundArgument::Kind::binding || found == 2) continue;
      ends[found++] = &run.bindings[argument.binding];
    }
    return found == 2 && ends[0]->buffer == ends[1]->buffer && ends[0]->offset == ends[1]->offset;
  }

  static Status claim(Device& device, const tenon_graph* graph, const tenon_claim_sink& sink);
  static Status compile(Device& device, const tenon_graph* graph, const tenon_compile& options,
                        tenon_program** program);
  static Status bind(Program& program, std::span<const int64_t> symbols, tenon_bound** bound,
                     tenon_demand& demand);
  static Status run(Bound& bound, const tenon_run& run, Stream& stream);
};

template <class Device>
Status GeneratedBackend<Device>::claim(Device& device, const tenon_graph* graph,
                                       const tenon_claim_sink& sink) {
  Island island(graph, device.limits());
  const GraphView& view = island.graph();
  const tenon_body& body = view.body();
  for (uint32_t i = 0; i < body.n_node; ++i) {
    const uint32_t index = body.node0 + i;
    const Status able = can_generate(island, view.node(index));
    if (able.ok()) {
      const tenon_claim made = {.size = sizeof(tenon_claim),
                                .n_nodes = 1,
                                .nodes = &index,
                                .cost_us = 0,
                                .label = to_str("generated")};
      TENON_TRY(from_host(sink.claim(sink.context, &made), "claim"));
    } else if (able.code() == Code::unsupported || able.code() == Code::invalid) {
      TENON_TRY(from_host(sink.refuse(sink.context, index, 0, to_str(able.message())), "refuse"));
    } else {
      return able;
    }
  }
  return {};
}

// With fixed sizes the launches are known; else each kernel may come with any number of groups.
template <class Device>
Status GeneratedBackend<Device>::prepare(Device& device, Program& program, bool fixed) {
  const std::vector<kir::Kernel>& kernels = program.island.kernels();
  std::vector<Coming> coming;
  if (fixed) {
    const auto plan = program.island.plan({}, device.alignment());
    if (!plan.ok()) return {};  // bind will say so
    for (const BoundLaunch& launch : plan->launches) {
      coming.push_back({&kernels[launch.kernel], launch.groups});
    }
  } else {
    for (const kir::Kernel& kernel : kernels) coming.push_back({&kernel, std::nullopt});
  }
  return program.module->prepare(coming);
}

template <class Device>
Status GeneratedBackend<Device>::compile(Device& device, const tenon_graph* graph,
                                         const tenon_compile& options, tenon_program** program) {
  TENON_TRY_ASSIGN(IslandProgram island,
                   IslandProgram::compile(graph, device.limits(), device.target()));
  if (options.cancel != nullptr) {
    TENON_TRY(from_host(options.cancel->poll(options.cancel->context), "compile was stopped"));
  }
  auto made = std::make_unique<Program>(Program{&device, std::move(island), nullptr});
  if (!made->island.source().empty()) {
    TENON_TRY_ASSIGN(made->module, device.build(made->island.source()));
    TENON_TRY(prepare(device, *made, graph->symbols.count == 0));
  }
  *program = reinterpret_cast<tenon_program*>(made.release());
  return {};
}

template <class Device>
Status GeneratedBackend<Device>::bind(Program& program, std::span<const int64_t> symbols,
                                      tenon_bound** bound, tenon_demand& demand) {
  auto made = std::make_unique<Bound>();
  const uint64_t alignment = program.device->alignment();
  TENON_TRY_ASSIGN(made->plan, program.island.plan(symbols, alignment));
  size_t most = 0;
  for (const BoundLaunch& launch : made->plan.launches) {
    TENON_TRY_ASSIGN(std::unique_ptr<Kernel> kernel,
                     program.module->kernel(program.island.kernels()[launch.kernel]));
    made->kernels.push_back(std::move(kernel));
    most = std::max(most, launch.arguments.size());
  }
  made->arguments.resize(most);
  demand.kernels = static_cast<uint32_t>(made->plan.launches.size());
  demand.scratch_bytes = made->plan.scratch_bytes;
  demand.scratch_alignment = alignment;
  *bound = reinterpret_cast<tenon_bound*>(made.release());
  return {};
}

template <class Device>
Status GeneratedBackend<Device>::run(Bound& bound, const tenon_run& run, Stream& stream) {
  const std::vector<uint64_t>& needed = bound.plan.binding_bytes;
  if (run.n_bindings != needed.size()) {
    return invalid("run: {} bindings, expected {}", run.n_bindings, needed.size());
  }
  for (size_t i = 0; i < needed.size(); ++i) {
    if (run.bindings[i].bytes < needed[i]) {
      return invalid("run: binding {} has {} bytes, needs {}", i, run.bindings[i].bytes, needed[i]);
    }
    if (needed[i] == 0) continue;
    if (run.bindings[i].buffer == nullptr) return invalid("run: binding {} has no buffer", i);
    TENON_TRY(inside(of(run.bindings[i].buffer), run.bindings[i].offset, needed[i]));
  }
  if (bound.plan.scratch_bytes > 0) {
    if (run.scratch.buffer == nullptr || run.scratch.bytes < bound.plan.scratch_bytes) {
      return invalid("run: scratch has {} bytes, needs {}", run.scratch.bytes,
                     bound.plan.scratch_bytes);
    }
    TENON_TRY(inside(of(run.scratch.buffer), run.scratch.offset, bound.plan.scratch_bytes));
  }
  const std::lock_guard lock(bound.mutex);
  for (size_t i = 0; i < bound.plan.launches.size(); ++i) {
    if (run.cancel != nullptr) {
      TENON_TRY(from_host(run.cancel->poll(run.cancel->context), "run was stopped"));
    }
    const BoundLaunch& launch = bound.plan.launches[i];
    if (launch.is_copy_of_binding && is_one_memory(launch, run)) continue;
    for (size_t a = 0; a < launch.arguments.size(); ++a) {
      const BoundArgument& from = launch.arguments[a];
      LaunchArgument<Buffer>& to = bound.arguments[a];
      if (from.kind == BoundArgument::Kind::number) {
        to = {.buffer = nullptr, .offset = 0, .bits = from.bits, .bytes = from.bytes};
        continue;
      }
      const bool is_scratch = from.kind == BoundArgument::Kind::scratch;
      const tenon_binding& where = is_scratch ? run.scratch : run.bindings[from.binding];
      // A tensor without elements may come without a buffer; its kernels touch nothing.
      to = {.buffer = reinterpret_cast<Buffer*>(where.buffer),
            .offset = where.offset + from.offset,
            .bits = 0,
            .bytes = 0};
    }
    const std::span arguments(bound.arguments.data(), launch.arguments.size());
    TENON_TRY(stream.launch(*bound.kernels[i], launch.groups, arguments));
  }
  return {};
}

template <class Device>
const tenon_backend* GeneratedBackend<Device>::backend() {
  using Plugin = typename Device::Plugin;
  static const tenon_backend table = {
      .size = sizeof(tenon_backend),
      .reserved = 0,
      .devices = [](void* self, const tenon_device_sink* sink) -> tenon_status {
        return guard([&] { return Device::list(*static_cast<Plugin*>(self), *sink); });
      },
      .open = [](void* self, uint32_t ordinal, uint32_t, const tenon_kv* options, uint64_t count,
                 tenon_device** device) -> tenon_status {
        return guard([&] {
          return give(Device::open(*static_cast<Plugin*>(self), ordinal,
                                   {options, static_cast<size_t>(count)}),
                      device);
        });
      },
      .close = [](tenon_device* device) { delete &of(device); },
      .memory = [](tenon_device* device, uint64_t* free, uint64_t* total) -> tenon_status {
        return guard([&] { return of(device).memory(*free, *total); });
      },
      .alloc = [](tenon_device* device, uint64_t bytes, uint32_t usage, uint32_t,
                  tenon_buffer** buffer) -> tenon_status {
        return guard([&] { return give(of(device).alloc(bytes, usage), buffer); });
      },
      .import_host = [](tenon_device* device, void* pointer, uint64_t bytes, uint32_t usage,
                        uint32_t, tenon_buffer** buffer) -> tenon_status {
        return guard([&] { return give(of(device).import_host(pointer, bytes, usage), buffer); });
      },
      .free = [](tenon_device*, tenon_buffer* buffer) { delete &of(buffer); },
      .map = [](tenon_device*, tenon_buffer*, void**) -> tenon_status {
        return guard([] { return unsupported("map: device memory is not visible to the host"); });
      },
      .unmap = [](tenon_device*, tenon_buffer*) {},
      .stream = [](tenon_device* device, tenon_stream** stream) -> tenon_status {
        return guard([&] { return give(of(device).stream(), stream); });
      },
      .stream_free = [](tenon_device*, tenon_stream* stream) { delete &of(stream); },
      .copy = [](tenon_stream* stream, tenon_buffer* to, uint64_t to_offset, tenon_buffer* from,
                 uint64_t from_offset, uint64_t bytes) -> tenon_status {
        return guard([&]() -> Status {
          if (bytes == 0) return {};
          TENON_TRY(inside(of(to), to_offset, bytes));
          TENON_TRY(inside(of(from), from_offset, bytes));
          return of(stream).copy(of(to), to_offset, of(from), from_offset, bytes);
        });
      },
      .upload = [](tenon_stream* stream, tenon_buffer* to, uint64_t offset, const void* from,
                   uint64_t bytes) -> tenon_status {
        return guard([&]() -> Status {
          if (bytes == 0) return {};
          TENON_TRY(inside(of(to), offset, bytes));
          return of(stream).upload(of(to), offset, from, bytes);
        });
      },
      .download = [](tenon_stream* stream, tenon_buffer* from, uint64_t offset, void* to,
                     uint64_t bytes) -> tenon_status {
        return guard([&]() -> Status {
          if (bytes == 0) return {};
          TENON_TRY(inside(of(from), offset, bytes));
          return of(stream).download(of(from), offset, to, bytes);
        });
      },
      .fill = [](tenon_stream* stream, tenon_buffer* to, uint64_t offset, uint64_t bytes,
                 uint32_t value, uint32_t) -> tenon_status {
        return guard([&]() -> Status {
          if (bytes == 0) return {};
          TENON_TRY(inside(of(to), offset, bytes));
          return of(stream).fill(of(to), offset, bytes, static_cast<uint8_t>(value));
        });
      },
      .fence = [](tenon_device* device, tenon_fence** fence) -> tenon_status {
        return guard([&] { return give(of(device).fence(), fence); });
      },
      .fence_free = [](tenon_device*, tenon_fence* fence) { delete &of(fence); },
      .signal = [](tenon_stream* stream, tenon_fence* fence, uint64_t value) -> tenon_status {
        return guard([&] { return of(stream).signal(of(fence), value); });
      },
      .wait = [](tenon_stream* stream, tenon_fence* fence, uint64_t value) -> tenon_status {
        return guard([&] { return of(stream).wait(of(fence), value); });
      },
      .value = [](tenon_fence* fence, uint64_t* value, tenon_status* status) -> tenon_status {
        return guard([&]() -> Status {
          const Status failed = of(fence).value(*value);
          if (status != nullptr) *status = static_cast<tenon_status>(failed.code());
          return {};
        });
      },
      .block = [](tenon_fence* fence, uint64_t value, uint64_t timeout_ns) -> tenon_status {
        return guard([&] { return of(fence).block(value, timeout_ns); });
      },
  };
  return &table;
}

template <class Device>
const tenon_programs* GeneratedBackend<Device>::programs() {
  static const tenon_programs table = {
      .size = sizeof(tenon_programs),
      .reserved = 0,
      .claim = [](tenon_device* device, const tenon_graph* graph, const tenon_claim_sink* sink)
          -> tenon_status { return guard([&] { return claim(of(device), graph, *sink); }); },
      .compile = [](tenon_device* device, const tenon_graph* graph, const tenon_compile* options,
                    tenon_program** program) -> tenon_status {
        return guard([&] { return compile(of(device), graph, *options, program); });
      },
      .bind = [](tenon_program* program, const int64_t* symbols, uint64_t count,
                 tenon_bound** bound, tenon_demand* demand) -> tenon_status {
        return guard([&] {
          return bind(*reinterpret_cast<Program*>(program), {symbols, static_cast<size_t>(count)},
                      bound, *demand);
        });
      },
      .run = [](tenon_bound* bound, const tenon_run* what, tenon_stream* stream) -> tenon_status {
        return guard([&] { return run(*reinterpret_cast<Bound*>(bound), *what, of(stream)); });
      },
      .fingerprint = [](tenon_device* device, const tenon_byte_sink* sink) -> tenon_status {
        return guard([&]() -> Status {
          const std::string text = of(device).fingerprint();
          return from_host(sink->write(sink->context, text.data(), text.size()), "fingerprint");
        });
      },
      .drop_bound = [](tenon_bound* bound) { delete reinterpret_cast<Bound*>(bound); },
      .drop = [](tenon_program* program) { delete reinterpret_cast<Program*>(program); },
  };
  return &table;
}

}  // namespace tenon::kernelgen
