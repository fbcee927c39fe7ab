// SPDX-License-Identifier: Apache-2.0
#include "tenon/plugin.h"

#include "plugins/pipelines/image_classification/classify.h"

namespace tenon::image_classification {

namespace {

tenon_status run(tenon_model_ref* model, const tenon_request& request,
                 const tenon_event_sink& events) {
  tenon_status host_failure = TENON_OK;
  const tenon_status code = guard([&]() -> Status {
    const auto* models = host_service<tenon_models>(TENON_MODELS_ID);
    if (models == nullptr) return unsupported("this host runs no models for pipelines");
    Status status = classify(*models, model, request, events);
    if (status.ok() || !status.message().empty()) return status;
    host_failure = static_cast<tenon_status>(status.code());
    return {};
  });
  return host_failure != TENON_OK ? host_failure : code;
}

constexpr tenon_pipeline pipeline = {
    .size = sizeof(tenon_pipeline),
    .reserved = 0,
    .task = [](void*) { return to_str("image-classification"); },
    .run = [](void*, tenon_model_ref* model, const tenon_request* request,
              const tenon_event_sink* events) { return run(model, *request, *events); },
};

class Plugin {
 public:
  static Result<std::unique_ptr<Plugin>> start(std::span<const tenon_kv>) {
    return std::make_unique<Plugin>();
  }
  const void* query(std::string_view id) { return id == TENON_PIPELINE_ID ? &pipeline : nullptr; }
};

}  // namespace

}  // namespace tenon::image_classification

TENON_PLUGIN(tenon::image_classification::Plugin)
