// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/validate_objects.h"

#include <bit>
#include <cstring>
#include <vector>

namespace tenon::validate {
namespace {

struct ClaimList {
  const Call& call;
  const tenon_graph* graph;
  const tenon_claim_sink* sink;
  Status broken;
};

Status check_claim(const ClaimList& list, const tenon_claim* claim) {
  if (claim == nullptr || claim->size < sizeof(tenon_claim)) {
    return list.call.plugin_broke("A3", "a claim of an unknown form");
  }
  if (claim->n_nodes == 0 || claim->nodes == nullptr) {
    return list.call.plugin_broke("its text", "a claim without nodes");
  }
  for (uint32_t i = 0; i < claim->n_nodes; ++i) {
    if (claim->nodes[i] >= list.graph->nodes.count) {
      return list.call.plugin_broke("its text", fmt::format("claims node {} of {}", claim->nodes[i],
                                                            list.graph->nodes.count));
    }
  }
  return {};
}

tenon_status TENON_CALL pass_claim(void* context, const tenon_claim* claim) {
  auto* list = static_cast<ClaimList*>(context);
  return at_border([&]() -> Status {
    list->broken = check_claim(*list, claim);
    TENON_TRY(list->broken);
    return take_failure(list->sink->claim(list->sink->context, claim));
  });
}

tenon_status TENON_CALL pass_refusal(void* context, uint32_t node, uint32_t reserved,
                                     tenon_str reason) {
  auto* list = static_cast<ClaimList*>(context);
  return at_border([&]() -> Status {
    if (node >= list->graph->nodes.count) {
      list->broken = list->call.plugin_broke(
          "its text", fmt::format("refuses node {} of {}", node, list->graph->nodes.count));
      return list->broken;
    }
    return take_failure(list->sink->refuse(list->sink->context, node, reserved, reason));
  });
}

Status check_graph(const Call& call, const tenon_graph* graph) {
  TENON_TRY(call.need(graph, "graph"));
  if (graph->size >= sizeof(tenon_graph) && graph->version == TENON_GRAPH_VERSION) return {};
  return call.host_broke(
      "A3", fmt::format("a graph of {} bytes and version {}", graph->size, graph->version));
}

tenon_status claim(tenon_device* handle, const tenon_graph* graph, const tenon_claim_sink* sink) {
  const Call call("tenon.programs/1 claim");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(check_graph(call, graph));
    TENON_TRY(call.need(sink, "sink"));
    ClaimList list{call, graph, sink, {}};
    const tenon_claim_sink passing = {
        .context = &list, .claim = pass_claim, .refuse = pass_refusal};
    const Status status =
        call.ask([&] { return device->programs().claim(device->inner, graph, &passing); });
    if (!list.broken.ok()) return list.broken;
    return status;
  });
}

tenon_status compile(tenon_device* handle, const tenon_graph* graph, const tenon_compile* options,
                     tenon_program** program) {
  const Call call("tenon.programs/1 compile");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(check_graph(call, graph));
    TENON_TRY(call.need(options, "options"));
    TENON_TRY(call.need(program, "program"));
    if (options->size < sizeof(tenon_compile)) {
      return call.host_broke("A3", fmt::format("tenon_compile of {} bytes", options->size));
    }
    tenon_program* inner = nullptr;
    TENON_TRY(call.ask(
        [&] { return device->programs().compile(device->inner, graph, options, &inner); }));
    if (inner == nullptr) return call.plugin_broke("A6", "success without a program");
    *program = handle_of<tenon_program>(
        give_out(std::make_unique<Program>(*device, inner, graph->symbols.count)));
    return {};
  });
}

tenon_status bind(tenon_program* handle, const int64_t* symbols, uint64_t count,
                  tenon_bound** bound, tenon_demand* demand) {
  const Call call("tenon.programs/1 bind");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Program* const program, call.find<Program>(handle));
    if (count > 0) TENON_TRY(call.need(symbols, "symbols"));
    TENON_TRY(call.need(bound, "bound"));
    TENON_TRY(call.need(demand, "demand"));
    if (count != program->symbols) {
      return call.host_broke(
          "its text", fmt::format("{} symbol values, the graph has {}", count, program->symbols));
    }
    if (demand->size < sizeof(tenon_demand)) {
      return call.host_broke("A3", fmt::format("tenon_demand of {} bytes", demand->size));
    }
    tenon_bound* inner = nullptr;
    TENON_TRY(call.ask([&] {
      return program->device.programs().bind(program->inner, symbols, count, &inner, demand);
    }));
    if (inner == nullptr) return call.plugin_broke("A6", "success without a bound program");
    if (demand->scratch_alignment != 0 && !std::has_single_bit(demand->scratch_alignment)) {
      return call.plugin_broke("its text",
                               fmt::format("scratch alignment {}", demand->scratch_alignment));
    }
    *bound = handle_of<tenon_bound>(give_out(std::make_unique<Bound>(*program, inner, *demand)));
    return {};
  });
}

Result<tenon_binding> check_binding(const Call& call, const Stream& stream,
                                    const tenon_binding& binding) {
  tenon_binding inner = binding;
  if (binding.buffer == nullptr && binding.bytes == 0) return inner;
  TENON_TRY_ASSIGN(Buffer* const buffer, call.find<Buffer>(binding.buffer));
  TENON_TRY(call.same_device(*buffer, stream));
  TENON_TRY(call.inside(*buffer, binding.offset, binding.bytes));
  inner.buffer = buffer->inner;
  return inner;
}

Status check_scratch(const Call& call, const Bound& bound, const tenon_run& run) {
  const tenon_demand& demand = bound.demand;
  if (run.scratch.bytes < demand.scratch_bytes) {
    return call.host_broke("its text", fmt::format("{} bytes of scratch, {} were demanded",
                                                   run.scratch.bytes, demand.scratch_bytes));
  }
  const bool aligned = demand.scratch_bytes == 0 || demand.scratch_alignment == 0 ||
                       run.scratch.offset % demand.scratch_alignment == 0;
  if (aligned) return {};
  return call.host_broke("its text", fmt::format("scratch at {}, alignment {} was demanded",
                                                 run.scratch.offset, demand.scratch_alignment));
}

Status run_checked(const Call& call, Bound& bound, Stream& stream, const tenon_run& asked) {
  if (asked.size < sizeof(tenon_run)) {
    return call.host_broke("A3", fmt::format("tenon_run of {} bytes", asked.size));
  }
  if (&bound.program.device != &stream.device) {
    return call.host_broke("A8", "the program and the stream belong to different devices");
  }
  if (asked.n_symbols != bound.program.symbols) {
    return call.host_broke("its text", fmt::format("{} symbol values, the graph has {}",
                                                   asked.n_symbols, bound.program.symbols));
  }
  if (asked.n_bindings > 0) TENON_TRY(call.need(asked.bindings, "bindings"));
  if (asked.n_symbols > 0) TENON_TRY(call.need(asked.symbols, "symbols"));
  TENON_TRY(check_scratch(call, bound, asked));
  std::vector<tenon_binding> bindings;
  for (uint32_t i = 0; i < asked.n_bindings; ++i) {
    TENON_TRY_ASSIGN(const tenon_binding inner, check_binding(call, stream, asked.bindings[i]));
    bindings.push_back(inner);
  }
  tenon_run run = asked;
  run.bindings = bindings.data();
  TENON_TRY_ASSIGN(run.scratch, check_binding(call, stream, asked.scratch));
  return call.ask([&] { return stream.device.programs().run(bound.inner, &run, stream.inner); });
}

tenon_status run(tenon_bound* handle, const tenon_run* run, tenon_stream* stream_handle) {
  const Call call("tenon.programs/1 run");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Bound* const bound, call.find<Bound>(handle));
    TENON_TRY_ASSIGN(Stream* const stream, call.find<Stream>(stream_handle));
    TENON_TRY(call.need(run, "run"));
    const StreamUse use(*stream);
    if (!use.owns()) return call.host_broke("A10", "two threads use one stream at once");
    return run_checked(call, *bound, *stream, *run);
  });
}

tenon_status fingerprint(tenon_device* handle, const tenon_byte_sink* sink) {
  const Call call("tenon.programs/1 fingerprint");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(call.need(sink, "sink"));
    return call.ask([&] { return device->programs().fingerprint(device->inner, sink); });
  });
}

void drop_bound(tenon_bound* handle) {
  const Call call("tenon.programs/1 drop_bound");
  at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Bound* const bound, call.find<Bound>(handle));
    TENON_TRY(retire(call, *bound));
    bound->program.device.programs().drop_bound(bound->inner);
    return {};
  });
}

void drop(tenon_program* handle) {
  const Call call("tenon.programs/1 drop");
  at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Program* const program, call.find<Program>(handle));
    TENON_TRY(retire(call, *program));
    program->device.programs().drop(program->inner);
    return {};
  });
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

}  // namespace tenon::validate
