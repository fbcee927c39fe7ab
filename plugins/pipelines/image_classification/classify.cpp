// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/classify.h"
#include "tenon/plugin.h"

#include "plugins/pipelines/image_classification/prepare.h"
#include "plugins/pipelines/image_classification/rank.h"
#include "tenon/picture.h"

#include <fmt/ranges.h>

namespace tenon::image_classification {

namespace {

// The host has kept the text of its failure.
Status from_host(tenon_status code) {
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), {});
}

struct Inputs {
  std::vector<ModelInput> fit;
  std::vector<std::string> names;
  Layout layout = Layout::automatic;
  Status misfit;  // why the last one is no picture
};

tenon_status collect_input(void* context, const tenon_host_tensor* tensor) {
  auto& inputs = *static_cast<Inputs*>(context);
  inputs.names.emplace_back(to_view(tensor->name));
  auto input = model_input(*tensor, inputs.layout);
  if (input.ok()) {
    inputs.fit.push_back(std::move(*input));
  } else {
    inputs.misfit = input.status();
  }
  return TENON_OK;
}

Result<ModelInput> picture_input(const tenon_models& models, tenon_model_ref* model,
                                 Layout layout) {
  Inputs inputs;
  inputs.layout = layout;
  const tenon_tensor_sink sink{&inputs, collect_input};
  const tenon_status status = models.inputs(model, &sink);
  TENON_TRY(from_host(status));
  if (inputs.names.size() != 1) {
    return unsupported("the model has {} inputs ({}), expected one for a picture",
                       inputs.names.size(), fmt::join(inputs.names, ", "));
  }
  if (inputs.fit.empty()) return inputs.misfit;
  return std::move(inputs.fit.front());
}

// Text beside the model; empty when there is none.
Result<std::string> companion(const tenon_models& models, tenon_model_ref* model,
                              std::string_view name) {
  std::string text;
  const tenon_byte_sink sink{&text, [](void* context, const void* bytes, uint64_t size) {
                               constexpr size_t limit = size_t{16} << 20;
                               auto& out = *static_cast<std::string*>(context);
                               if (size > limit - out.size()) return tenon_status{TENON_INVALID};
                               out.append(static_cast<const char*>(bytes), size);
                               return tenon_status{TENON_OK};
                             }};
  const tenon_status status = models.companion(model, to_str(name), &sink);
  if (status == TENON_UNSUPPORTED) return std::string();
  TENON_TRY(from_host(status));
  return text;
}

Result<Settings> settings_of(const tenon_models& models, tenon_model_ref* model,
                             const tenon_request& request) {
  constexpr std::string_view config_name = "preprocessor_config.json";
  Settings settings;
  TENON_TRY_ASSIGN(const std::string config_text, companion(models, model, config_name));
  if (!config_text.empty()) {
    const auto config = parse_json(config_text);
    if (!config.ok()) return config.status().at(config_name);
    TENON_TRY(apply_config(*config, settings).at(config_name));
  }
  const std::string_view parameters = to_view(request.parameters);
  if (!parameters.empty()) {
    const auto asked = parse_json(parameters);
    if (!asked.ok()) return asked.status().at("request");
    TENON_TRY(apply_request(*asked, settings));
  }
  if (settings.labels.empty()) {
    TENON_TRY_ASSIGN(const std::string labels, companion(models, model, "labels.txt"));
    settings.labels = split_labels(labels);
  }
  return settings;
}

tenon_status collect_scores(void* context, const tenon_host_tensor* tensor) {
  auto& scores = *static_cast<std::optional<Result<std::vector<double>>>*>(context);
  if (!scores) scores = scores_of(*tensor);
  return TENON_OK;
}

Result<std::vector<double>> run(const tenon_models& models, tenon_model_ref* model,
                                const ModelInput& input, const Prepared& prepared,
                                const tenon_cancel* cancel) {
  const tenon_host_tensor tensor =
      host_tensor(static_cast<uint32_t>(input.dtype), input.name, prepared.dims,
                  prepared.data.data(), prepared.data.size());
  std::optional<Result<std::vector<double>>> scores;
  const tenon_tensor_sink sink{&scores, collect_scores};
  const tenon_status status = models.run(model, &tensor, 1, &sink, cancel);
  TENON_TRY(from_host(status));
  if (!scores) return unsupported("the model has no output");
  return std::move(*scores);
}

std::string event_of(std::string_view part, const std::vector<Class>& classes,
                     const Settings& settings) {
  Json top = Json::array();
  for (const auto& [index, score] : classes) {
    const auto at = static_cast<size_t>(index);
    const std::string label =
        at < settings.labels.size() ? settings.labels[at] : fmt::format("{}", index);
    top.push(Json::object({{"index", index}, {"label", label}, {"score", score}}));
  }
  return Json::object({{"event", "result"}, {"part", part}, {"top", std::move(top)}}).dump();
}

}  // namespace

Status classify(const tenon_models& models, tenon_model_ref* model, const tenon_request& request,
                const tenon_event_sink& events) {
  if (model == nullptr) return invalid("pictures are classified by a model, and none was given");
  if (request.n_parts == 0) return invalid("no picture in the request");
  TENON_TRY_ASSIGN(const Settings settings, settings_of(models, model, request));
  TENON_TRY_ASSIGN(const ModelInput input, picture_input(models, model, settings.layout));
  for (uint64_t i = 0; i < request.n_parts; ++i) {
    const tenon_part& part = request.parts[i];
    const std::string_view name = to_view(part.name);
    TENON_TRY_ASSIGN(Picture picture,
                     decode_picture(name, {static_cast<const std::byte*>(part.data), part.bytes}));
    TENON_TRY_ASSIGN(const Prepared prepared, prepare(name, std::move(picture), settings, input));
    TENON_TRY_ASSIGN(std::vector<double> scores,
                     run(models, model, input, prepared, request.cancel));
    const auto classes = highest(distribution(std::move(scores)), settings.top);
    const std::string event = event_of(name, classes, settings);
    const tenon_status status = events.event(events.context, to_str(event));
    TENON_TRY(from_host(status));
  }
  return {};
}

}  // namespace tenon::image_classification
