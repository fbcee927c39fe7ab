// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/text_classification/classify.h"

#include "host/scores.h"

#include <algorithm>
#include <numeric>

namespace tenon::text_classification {

namespace {

struct Settings {
  std::string_view function;
  size_t top = 5;
};

Result<Settings> settings_of(const Json& request) {
  Settings settings;
  settings.function = request.text("function");
  if (!settings.function.empty() && settings.function != "softmax" &&
      settings.function != "sigmoid" && settings.function != "none") {
    return invalid("request: \"function\": \"{}\", expected softmax, sigmoid or none",
                   settings.function);
  }
  const int64_t top = request.integer("top", 5);
  if (top < 1) return invalid("request: \"top\": {}, expected 1 or more", top);
  settings.top = static_cast<size_t>(top);
  return settings;
}

std::vector<double> scores_of(std::vector<double> logits, std::string_view function,
                              bool is_multi_label) {
  if (function.empty()) function = is_multi_label || logits.size() == 1 ? "sigmoid" : "softmax";
  if (function == "softmax") return text::softmax(std::move(logits));
  if (function == "sigmoid") std::ranges::transform(logits, logits.begin(), text::sigmoid);
  return logits;
}

Json top_of(const std::vector<double>& scores, size_t count, const text::Classifier& classifier) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  order.resize(std::min(order.size(), count));
  Json top = Json::array();
  for (const size_t index : order) {
    top.push(Json::object({{"index", static_cast<int64_t>(index)},
                           {"label", classifier.label(index)},
                           {"score", scores[index]}}));
  }
  return top;
}

}  // namespace

Status classify(const text::Host& host, const tenon_request& request,
                const tenon_event_sink& events) {
  constexpr std::string_view known[] = {"input", "top", "function"};
  const text::HostFiles files(host, request);
  TENON_TRY_ASSIGN(const Json parameters, text::parameters_of(request));
  TENON_TRY(text::expect_keys(parameters, known));
  TENON_TRY_ASSIGN(const Settings settings, settings_of(parameters));
  const Json* input = parameters.find("input");
  if (input == nullptr) return invalid("request: expected \"input\", a text or texts");
  const Json texts = input->is_array() ? *input : Json::array({*input});
  TENON_TRY_ASSIGN(const text::Classifier classifier, text::Classifier::open(host, files));
  int64_t index = 0;
  for (const Json& row : texts.array_items()) {
    const Json* pair = row.find("pair");
    const auto first = row.is_text() ? row.text() : std::optional(row.text("text"));
    if (!row.is_text() && !row.is_object()) {
      return invalid("\"input\": {}, expected a text or {{\"text\":..., \"pair\":...}}",
                     row.kind());
    }
    const auto second = pair == nullptr ? std::nullopt : pair->text();
    TENON_TRY_ASSIGN(std::vector<double> logits, classifier.logits(*first, second, request.cancel));
    const std::vector<double> scores =
        scores_of(std::move(logits), settings.function, classifier.is_multi_label());
    TENON_TRY(
        text::send(events, Json::object({{"event", "result"},
                                         {"index", index++},
                                         {"top", top_of(scores, settings.top, classifier)}})));
  }
  return {};
}

}  // namespace tenon::text_classification
