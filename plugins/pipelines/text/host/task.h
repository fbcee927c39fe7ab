// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/pipeline.h"
#include "tenon/json.h"
#include "tenon/plugin.h"

#include <array>
#include <functional>

// What every plugin of a text task has: the border, the request as JSON and events as JSON.
// [any thread]
namespace tenon::text {

// What the host offers to a task.
struct Host {
  const tenon_models* models = nullptr;              // null in a host without models
  const tenon_sequences_table* sequences = nullptr;  // null in a host without states
  tenon_model_ref* model = nullptr;                  // null for a task without a model
};

// A failure of the host, which has kept its text.
inline Status host_failed(tenon_status code) {
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), {});
}

// The parameters of a request, an object.
Result<Json> parameters_of(const tenon_request& request);

// Fails when the request has a key that is not among `known`.
Status expect_keys(const Json& request, std::span<const std::string_view> known);

// Sends one event.
Status send(const tenon_event_sink& events, const Json& event);

// TENON_CANCELLED as a question.
inline bool is_cancelled(const tenon_cancel* cancel) {
  return cancel != nullptr && cancel->poll != nullptr && cancel->poll(cancel->context) != TENON_OK;
}

using Task = Status (*)(const Host& host, const tenon_request& request,
                        const tenon_event_sink& events);

// Runs a task at the border: what it throws becomes a code, and its failures get to the host.
template <Task task>
tenon_status run_task(void*, tenon_model_ref* model, const tenon_request* request,
                      const tenon_event_sink* events) {
  tenon_status host_failure = TENON_OK;
  const tenon_status code = guard([&]() -> Status {
    const Host host{host_service<tenon_models>(TENON_MODELS_ID),
                    host_service<tenon_sequences_table>(TENON_SEQUENCES_ID), model};
    Status status = task(host, *request, *events);
    if (status.ok() || !status.message().empty()) return status;
    host_failure = static_cast<tenon_status>(status.code());
    return {};
  });
  return host_failure != TENON_OK ? host_failure : code;
}

// A plugin of one task: TENON_PLUGIN(TaskPlugin<...>). name: a function, as texts are no
// template arguments.
template <std::string_view (*name)(), Task task>
class TaskPlugin {
 public:
  static Result<std::unique_ptr<TaskPlugin>> start(std::span<const tenon_kv>) {
    return std::make_unique<TaskPlugin>();
  }

  const void* query(std::string_view id) {
    static constexpr tenon_pipeline pipeline = {
        .size = sizeof(tenon_pipeline),
        .reserved = 0,
        .task = [](void*) { return to_str(name()); },
        .run = run_task<task>,
    };
    return id == TENON_PIPELINE_ID ? &pipeline : nullptr;
  }
};

}  // namespace tenon::text
