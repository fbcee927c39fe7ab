// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/plugin.h"

#include "apps/tenon/bench/loops.h"
#include "apps/tenon/bench/workers.h"

#include <memory>

namespace tenon::cli::bench {
namespace {

constexpr std::string_view manifest = R"({
  "id": "org.tenon.app.bench",
  "version": "0.1.0",
  "abi": [1, 0],
  "interfaces": ["tenon.pipeline/1"],
  "description": "Loops that tenon bench times",
  "licence": "Apache-2.0"
})";

struct Started {
  const tenon_host* host;
};

tenon_status reported(const tenon_host* host, const Status& status) {
  if (!status.ok()) {
    host->fail(host, static_cast<tenon_status>(status.code()), to_str(__FILE__), 0, 0,
               to_str(status.message()));
  }
  return static_cast<tenon_status>(status.code());
}

Status tell_costs(const tenon_host& host, const tenon_event_sink& events) {
  TENON_TRY_ASSIGN(const Json costs, worker_costs(host));
  const std::string text = costs.dump();
  const tenon_status code = events.event(events.context, to_str(text));
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), "the listener failed");
}

tenon_status run(void* self, tenon_model_ref* model, const tenon_request* request,
                 const tenon_event_sink* events) {
  const tenon_host* host = static_cast<const Started*>(self)->host;
  try {
    const auto parameters = parse_json(to_view(request->parameters));
    if (!parameters.ok()) return reported(host, parameters.status());
    if (model == nullptr) return reported(host, tell_costs(*host, *events));
    return reported(host, time_texts(*host, model, *parameters, *events, request->cancel));
  } catch (const std::exception& error) {
    return reported(host, internal_error("{}", error.what()));
  }
}

const void* query(void*, tenon_str id) {
  static const tenon_pipeline table = {
      .size = sizeof(tenon_pipeline),
      .reserved = 0,
      .task = [](void*) -> tenon_str { return to_str("bench"); },
      .run = run,
  };
  return to_view(id) == TENON_PIPELINE_ID ? &table : nullptr;
}

}  // namespace

const tenon_plugin& plugin() {
  static const tenon_plugin table = {
      .size = sizeof(tenon_plugin),
      .minor = TENON_ABI_MINOR,
      .manifest = to_str(manifest),
      .start = [](const tenon_host* host, const tenon_kv*, uint64_t, void** self) -> tenon_status {
        *self = std::make_unique<Started>(Started{host}).release();
        return TENON_OK;
      },
      .stop = [](void* self) { delete static_cast<Started*>(self); },
      .query = query,
  };
  return table;
}

}  // namespace tenon::cli::bench
