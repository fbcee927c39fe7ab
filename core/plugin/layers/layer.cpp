// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/layer.h"

#include "core/base/platform.h"
#include "core/base/text.h"
#include "core/plugin/layers/fault_script.h"

#include <algorithm>
#include <vector>

namespace tenon {
namespace {

template <class Table>
const Table& inner_table(PluginTables& inner, std::string_view id) {
  return *static_cast<const Table*>(inner.query(id));
}

PluginTables& inner_of(void* self) { return static_cast<PluginLayer*>(self)->inner(); }

const tenon_loader& forwarding_loader() {
  static const tenon_loader table = {
      .size = sizeof(tenon_loader),
      .reserved = 0,
      .probe = [](void* self, const void* head, uint64_t size, uint64_t file_bytes,
                  tenon_str file_name) -> uint32_t {
        PluginTables& inner = inner_of(self);
        return inner_table<tenon_loader>(inner, TENON_LOADER_ID)
            .probe(inner.self(), head, size, file_bytes, file_name);
      },
      .load = [](void* self, const tenon_load* load) -> tenon_status {
        PluginTables& inner = inner_of(self);
        return inner_table<tenon_loader>(inner, TENON_LOADER_ID).load(inner.self(), load);
      },
  };
  return table;
}

const tenon_pipeline& forwarding_pipeline() {
  static const tenon_pipeline table = {
      .size = sizeof(tenon_pipeline),
      .reserved = 0,
      .task = [](void* self) -> tenon_str {
        PluginTables& inner = inner_of(self);
        return inner_table<tenon_pipeline>(inner, TENON_PIPELINE_ID).task(inner.self());
      },
      .run = [](void* self, tenon_model_ref* model, const tenon_request* request,
                const tenon_event_sink* events) -> tenon_status {
        PluginTables& inner = inner_of(self);
        return inner_table<tenon_pipeline>(inner, TENON_PIPELINE_ID)
            .run(inner.self(), model, request, events);
      },
  };
  return table;
}

}  // namespace

PluginLayer::PluginLayer(std::unique_ptr<PluginTables> inner)
    : inner_(std::move(inner)),
      backend_(static_cast<const tenon_backend*>(inner_->query(TENON_BACKEND_ID))),
      programs_(static_cast<const tenon_programs*>(inner_->query(TENON_PROGRAMS_ID))) {}

const void* PluginLayer::query(std::string_view id) {
  if (id == TENON_BACKEND_ID) return backend_ ? &backend() : nullptr;
  // Programs without devices cannot be reached.
  if (id == TENON_PROGRAMS_ID) return backend_ && programs_ ? &programs() : nullptr;
  if (id == TENON_LOADER_ID) return inner_->query(id) ? &forwarding_loader() : nullptr;
  if (id == TENON_PIPELINE_ID) return inner_->query(id) ? &forwarding_pipeline() : nullptr;
  return nullptr;
}

Status check_layers(std::string_view names) {
  for (const std::string_view name : split(names, ',')) {
    if (trim(name) != "validate" && trim(name) != "fault") {
      return invalid("layer {}: layers are validate and fault", in_quotes(trim(name)));
    }
    if (trim(name) == "fault") {
      TENON_TRY(parse_fault_script(environment("TENON_FAULT").value_or("")).status());
    }
  }
  return {};
}

std::unique_ptr<PluginTables> with_layers(std::unique_ptr<PluginTables> plugin,
                                          std::string_view names) {
  std::vector<std::string_view> innermost_first = split(names, ',');
  std::ranges::reverse(innermost_first);
  for (const std::string_view name : innermost_first) {
    plugin = trim(name) == "validate" ? validate_layer(std::move(plugin))
                                      : fault_layer(std::move(plugin));
  }
  return plugin;
}

}  // namespace tenon
