// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"

// The table tenon.programs/1.
namespace tenon {
namespace kernels {
namespace {

tenon_status claim_nodes(tenon_device* device, const tenon_graph* graph,
                         const tenon_claim_sink* sink) {
  return guard([&] { return claim(*object(device), *graph, *sink); });
}

tenon_status compile_graph(tenon_device* device, const tenon_graph* graph,
                           const tenon_compile* options, tenon_program** program) {
  return guard([&]() -> Status {
    const tenon_cancel* cancel = options == nullptr ? nullptr : options->cancel;
    const uint32_t precision = options == nullptr ? TENON_PRECISION_EXACT : options->precision;
    TENON_TRY_ASSIGN(std::unique_ptr<Program> made,
                     compile(*object(device), *graph, precision, cancel));
    *program = reinterpret_cast<tenon_program*>(made.release());
    return {};
  });
}

tenon_status bind_program(tenon_program* program, const int64_t* symbols, uint64_t count,
                          tenon_bound** bound, tenon_demand* demand) {
  return guard([&]() -> Status {
    TENON_TRY_ASSIGN(std::unique_ptr<Bound> made,
                     bind(*object(program), {symbols, static_cast<size_t>(count)}));
    demand->size = sizeof(tenon_demand);
    demand->kernels = static_cast<uint32_t>(made->steps.size());
    demand->scratch_bytes = made->scratch_bytes();
    demand->scratch_alignment = memory_alignment;
    *bound = reinterpret_cast<tenon_bound*>(made.release());
    return {};
  });
}

tenon_status run_bound(tenon_bound* bound, const tenon_run* what, tenon_stream*) {
  return guard([&] { return run(*object(bound), *what); });
}

tenon_status fingerprint(tenon_device* device, const tenon_byte_sink* sink) {
  return guard([&]() -> Status {
    const HostBackend& backend = object(device)->plugin->backend();
    const std::string text = fmt::format("{} kernels/1 {}", backend.id, __VERSION__);
    return from_host(sink->write(sink->context, text.data(), text.size()), "the fingerprint");
  });
}

void drop_bound(tenon_bound* bound) { delete object(bound); }
void drop(tenon_program* program) { delete object(program); }

}  // namespace

const tenon_programs& programs_table() {
  static constexpr tenon_programs table = {
      .size = sizeof(tenon_programs),
      .reserved = 0,
      .claim = claim_nodes,
      .compile = compile_graph,
      .bind = bind_program,
      .run = run_bound,
      .fingerprint = fingerprint,
      .drop_bound = drop_bound,
      .drop = drop,
  };
  return table;
}

}  // namespace kernels

const void* HostBackendPlugin::query(std::string_view id) const {
  if (id == TENON_BACKEND_ID) return &kernels::backend_table();
  if (id == TENON_PROGRAMS_ID) return &kernels::programs_table();
  return nullptr;
}

}  // namespace tenon
