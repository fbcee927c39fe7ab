// SPDX-License-Identifier: Apache-2.0
#include "core/api/directory.h"
#include "core/api/models_service.h"
#include "core/api/runs.h"
#include "core/api/tensors.h"
#include "core/base/border.h"
#include "core/base/platform_file.h"
#include "core/base/trace.h"
#include "core/plan/precision.h"
#include "core/run/services.h"

#include "tenon/tenon.h"

#include <algorithm>
#include <charconv>
#include <cstring>

using namespace tenon;

struct tenon_engine {
  std::unique_ptr<Engine> engine;
};
struct tenon_model {
  std::unique_ptr<Model> model;
};
struct tenon_session {
  std::unique_ptr<Runs> runs;
  int64_t deadline_ms = 0;  // 0 = none
};
struct tenon_result {
  std::vector<RunInput> inputs;  // of the last run; borrows what the caller gave for it
  std::vector<RunOutput> outputs;
  HostViews views;
};

namespace {

std::string& last_error() {
  thread_local std::string text;
  return text;
}

// Runs f and keeps the text of its failure for tenon_error_text().
template <class F>
tenon_status api(F&& f) noexcept {
  const tenon_status code = at_border(std::forward<F>(f));
  try {
    last_error().clear();
    if (code != TENON_OK) last_error() = take_failure(code).message();
  } catch (...) {
    return TENON_NO_MEMORY;
  }
  return code;
}

// Key and value of each option go to take(key, value), which says whether it knows the key.
template <class F>
Status read_options(const tenon_kv* options, uint64_t count, std::string_view known, F&& take) {
  for (uint64_t i = 0; i < count; ++i) {
    const std::string_view key = to_view(options[i].key);
    TENON_TRY_ASSIGN(const bool taken, take(key, std::string(to_view(options[i].value))));
    if (!taken) return invalid("option \"{}\" is not known; options are: {}", key, known);
  }
  return {};
}

Result<int64_t> integer(std::string_view key, std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return invalid("option \"{}\": \"{}\" is not a number", key, text);
  }
  return number;
}

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

Status send_text(const tenon_byte_sink* sink, std::string_view text) {
  const tenon_status code = sink->write(sink->context, text.data(), text.size());
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), "the sink refused");
}

Result<bool> engine_option(PluginHostOptions& host, std::string_view key, std::string value) {
  if (key == "plugins") {
    host.directories.push_back(std::move(value));
  } else if (key == "search") {
    host.default_directories = value != "none";
  } else if (key == "probe") {
    host.probe = value == "on";
  } else if (key == "layers") {
    host.layers = std::move(value);
  } else if (key == "threads") {
    TENON_TRY_ASSIGN(const int64_t threads, integer(key, value));
    set_task_width(static_cast<uint32_t>(std::min<int64_t>(threads, 4096)));
  } else if (key == "cache") {
    set_block_directory(value == "off" ? std::string() : std::move(value));
  } else {
    return false;
  }
  return true;
}

Result<bool> load_option(LoadOptions& load, std::string_view key, std::string value) {
  if (key == "loader") {
    load.loader = std::move(value);
  } else if (key.starts_with("dim.")) {
    TENON_TRY_ASSIGN(load.sizes[std::string(key.substr(4))], integer(key, value));
  } else if (key.starts_with("value.")) {
    load.values[std::string(key.substr(6))] = std::move(value);
  } else if (key == "disable") {
    load.passes.disabled = words(value);
  } else if (key == "stop_after") {
    load.passes.stop_after = std::move(value);
  } else if (key == "incomplete") {
    load.allow_incomplete = value == "allow";
  } else if (key.find('.') != std::string_view::npos) {
    load.loader_options.emplace_back(std::string(key), std::move(value));
  } else {
    return false;
  }
  return true;
}

Result<LoadOptions> load_options(const tenon_kv* options, uint64_t count) {
  LoadOptions how;
  TENON_TRY(read_options(
      options, count,
      "loader, dim.NAME, value.NAME, disable, stop_after, incomplete, and the loader's own",
      [&](std::string_view key, std::string value) {
        return load_option(how, key, std::move(value));
      }));
  return how;
}

Status load(tenon_engine* engine, const std::string& path, tenon_source content,
            const LoadOptions& how, const tenon_cancel* cancel, tenon_model** model) {
  TENON_TRY_ASSIGN(auto made, Model::load(*engine->engine, path, std::move(content), how, cancel));
  *model = new tenon_model{std::move(made)};
  return {};
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

Patience patience(const tenon_session* session, const tenon_cancel* cancel) {
  Patience made{cancel, {}};
  if (session->deadline_ms > 0) {
    made.deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(session->deadline_ms);
  }
  return made;
}

Status run_into(tenon_session& session, const tenon_host_tensor* inputs, uint64_t count,
                const tenon_cancel* cancel, tenon_result& result) {
  StringPool& strings = *session.runs->session().plan().graph.strings;
  const StringPool::Lease lease(strings);
  result.views.show({}, strings);
  TENON_TRY(run_inputs(inputs, count, strings, result.inputs));
  TENON_TRY(session.runs->run_into(result.outputs, result.inputs, patience(&session, cancel)));
  result.views.show(result.outputs, strings);
  return {};
}

// runs: null for a task without a model.
Status run_task(Engine& engine, Runs* runs, std::string_view task, const tenon_request& request,
                const tenon_event_sink& events) {
  std::string known;
  for (const Engine::Offer& offer : engine.offers(TENON_PIPELINE_ID)) {
    const auto* table = static_cast<const tenon_pipeline*>(offer.table);
    const std::string_view offered = to_view(table->task(offer.plugin->self()));
    if (offered == task) {
      tenon_model_ref ref{runs};
      const tenon_status code =
          table->run(offer.plugin->self(), runs == nullptr ? nullptr : &ref, &request, &events);
      return take_failure(code);
    }
    known += (known.empty() ? "" : ", ") + std::string(offered);
  }
  return device_error("no plugin offers the task \"{}\"; tasks are: {}", task,
                      known.empty() ? "none" : known);
}

}  // namespace

extern "C" {

const char* tenon_version(void) { return TENON_VERSION_TEXT; }

const char* tenon_error_text(void) { return last_error().c_str(); }

tenon_status tenon_engine_create(const tenon_kv* options, uint64_t count,
                                 const tenon_plugin* const* static_plugins, uint64_t n_static,
                                 tenon_engine** engine) {
  return api([&]() -> Status {
    PluginHostOptions host;
    host.static_plugins.assign(static_plugins, static_plugins + n_static);
    TENON_TRY(read_options(options, count, "plugins, search, probe, layers, threads, cache",
                           [&](std::string_view key, std::string value) {
                             return engine_option(host, key, std::move(value));
                           }));
    TENON_TRY_ASSIGN(auto made, Engine::make(std::move(host)));
    *engine = new tenon_engine{std::move(made)};
    return {};
  });
}

void tenon_engine_destroy(tenon_engine* engine) { delete engine; }

tenon_status tenon_engine_describe(tenon_engine* engine, const char* what,
                                   const tenon_byte_sink* sink) {
  return api([&]() -> Status {
    TENON_TRY_ASSIGN(const Json facts, describe_engine(*engine->engine, what));
    return send_text(sink, facts.dump(2));
  });
}

tenon_status tenon_engine_trace(tenon_engine*, uint32_t on, const tenon_byte_sink* sink) {
  return api([&]() -> Status {
    set_trace(on != 0);
    return on != 0 ? Status() : send_text(sink, trace_json());
  });
}

tenon_status tenon_model_load(tenon_engine* engine, const char* path, const tenon_kv* options,
                              uint64_t count, const tenon_cancel* cancel, tenon_model** model) {
  return api([&]() -> Status {
    TENON_TRY_ASSIGN(const LoadOptions how, load_options(options, count));
    TENON_TRY_ASSIGN(const std::string opened, path_to_open(*engine->engine, path, how.loader));
    TENON_TRY_ASSIGN(MappedFile file, map_file(opened));
    auto owner = std::make_shared<MappedFile>(std::move(file));
    return load(engine, opened, {nullptr, std::string(file_name(opened)), owner, owner->bytes()},
                how, cancel, model);
  });
}

tenon_status tenon_model_load_memory(tenon_engine* engine, const void* data, uint64_t bytes,
                                     const char* name, const tenon_kv* options, uint64_t count,
                                     const tenon_cancel* cancel, tenon_model** model) {
  return api([&]() -> Status {
    TENON_TRY_ASSIGN(const LoadOptions how, load_options(options, count));
    return load(engine, name,
                {nullptr, name, nullptr, {static_cast<const std::byte*>(data), bytes}}, how, cancel,
                model);
  });
}

void tenon_model_destroy(tenon_model* model) { delete model; }

tenon_status tenon_model_inputs(tenon_model* model, const tenon_tensor_sink* sink) {
  return api([&] {
    const Graph& graph = model->model->face();
    return send_values(graph, graph.main().inputs, {}, *sink);
  });
}

tenon_status tenon_model_outputs(tenon_model* model, const tenon_tensor_sink* sink) {
  return api([&] {
    const Graph& graph = model->model->face();
    return send_values(graph, graph.main().outputs, graph.output_names, *sink);
  });
}

tenon_status tenon_model_describe(tenon_model* model, const char* what,
                                  const tenon_byte_sink* sink) {
  return api([&]() -> Status {
    TENON_TRY_ASSIGN(const std::string text, describe_model(*model->model, what));
    return send_text(sink, text);
  });
}

tenon_status tenon_session_create(tenon_model* model, const char* devices, const tenon_kv* options,
                                  uint64_t count, const tenon_cancel* cancel,
                                  tenon_session** session) {
  return api([&]() -> Status {
    PlanOptions plan;
    plan.cancel = cancel;
    std::vector<std::string> taps;
    auto made = std::make_unique<tenon_session>();
    plan.precision.reset();
    TENON_TRY(read_options(options, count, "tap, precision, states, deadline_ms",
                           [&](std::string_view key, std::string value) -> Result<bool> {
                             if (key == "tap") {
                               taps.push_back(std::move(value));
                             } else if (key == "precision") {
                               TENON_TRY_ASSIGN(plan.precision, read_precision(value));
                             } else if (key == "states") {
                               TENON_TRY_ASSIGN(plan.states, read_type_of_states(value));
                             } else if (key == "deadline_ms") {
                               TENON_TRY_ASSIGN(made->deadline_ms, integer(key, value));
                             } else {
                               return false;
                             }
                             return true;
                           }));
    std::optional<std::chrono::milliseconds> limit;
    if (made->deadline_ms > 0) limit = std::chrono::milliseconds(made->deadline_ms);
    TENON_TRY_ASSIGN(made->runs, Runs::make(*model->model, devices, taps, plan, limit));
    *session = made.release();
    return {};
  });
}

void tenon_session_destroy(tenon_session* session) { delete session; }

tenon_status tenon_session_describe(tenon_session* session, const tenon_byte_sink* sink) {
  return api([&] { return send_text(sink, describe_session(session->runs->session()).dump(2)); });
}

tenon_status tenon_session_run(tenon_session* session, const tenon_host_tensor* inputs,
                               uint64_t count, const tenon_cancel* cancel, tenon_result** result) {
  return api([&]() -> Status {
    auto made = std::make_unique<tenon_result>();
    TENON_TRY(run_into(*session, inputs, count, cancel, *made));
    *result = made.release();
    return {};
  });
}

tenon_status tenon_session_run_into(tenon_session* session, const tenon_host_tensor* inputs,
                                    uint64_t count, const tenon_cancel* cancel,
                                    tenon_result* result) {
  return api([&] { return run_into(*session, inputs, count, cancel, *result); });
}

uint64_t tenon_result_count(const tenon_result* result) { return result->views.views().size(); }

tenon_status tenon_result_tensor(const tenon_result* result, uint64_t index,
                                 tenon_host_tensor* tensor) {
  return api([&]() -> Status {
    const auto views = result->views.views();
    if (index >= views.size()) return invalid("result {} of {}", index, views.size());
    // The caller's struct may be that of an older header.
    const uint32_t size = std::min<uint32_t>(tensor->size, sizeof *tensor);
    std::memcpy(tensor, &views[index], size);
    tensor->size = size;
    return {};
  });
}

void tenon_result_destroy(tenon_result* result) { delete result; }

tenon_status tenon_task_run(tenon_session* session, const char* task, const tenon_request* request,
                            const tenon_event_sink* events) {
  return api([&] {
    Runs* runs = session->runs.get();
    return run_task(runs->model().engine(), runs, task, *request, *events);
  });
}

tenon_status tenon_engine_task(tenon_engine* engine, const char* task, const tenon_request* request,
                               const tenon_event_sink* events) {
  return api([&] { return run_task(*engine->engine, nullptr, task, *request, *events); });
}

}  // extern "C"
