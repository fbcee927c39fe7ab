// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/rerank/rank.h"

#include "host/scores.h"

#include <algorithm>

namespace tenon::rerank {

namespace {

struct Scored {
  int64_t index = 0;
  double score = 0;
  double logit = 0;
};

Result<Scored> scored(int64_t index, const std::vector<double>& logits) {
  if (logits.size() == 1) return Scored{index, text::sigmoid(logits[0]), logits[0]};
  if (logits.size() == 2) return Scored{index, text::softmax(logits)[1], logits[1] - logits[0]};
  return unsupported("the model has {} classes, expected one number for a pair", logits.size());
}

}  // namespace

Status rank(const text::Host& host, const tenon_request& request, const tenon_event_sink& events) {
  constexpr std::string_view known[] = {"query", "documents", "top"};
  const text::HostFiles files(host, request);
  TENON_TRY_ASSIGN(const Json parameters, text::parameters_of(request));
  TENON_TRY(text::expect_keys(parameters, known));
  const std::string_view query = parameters.text("query");
  const Json* documents = parameters.find("documents");
  if (parameters.find("query") == nullptr || documents == nullptr || !documents->is_array()) {
    return invalid("request: expected \"query\", a text, and \"documents\", texts");
  }
  TENON_TRY_ASSIGN(const text::Classifier classifier, text::Classifier::open(host, files));
  std::vector<Scored> rows;
  for (const Json& document : documents->array_items()) {
    const auto text = document.text();
    if (!text) return invalid("\"documents\": {}, expected texts", document.kind());
    TENON_TRY_ASSIGN(const std::vector<double> logits,
                     classifier.logits(query, *text, request.cancel));
    TENON_TRY_ASSIGN(const Scored row, scored(static_cast<int64_t>(rows.size()), logits));
    rows.push_back(row);
  }
  std::ranges::stable_sort(rows, std::ranges::greater(), &Scored::score);
  const auto top = static_cast<size_t>(
      std::max<int64_t>(parameters.integer("top", static_cast<int64_t>(rows.size())), 0));
  rows.resize(std::min(rows.size(), top));
  Json results = Json::array();
  for (const Scored& row : rows) {
    results.push(Json::object({{"index", row.index}, {"score", row.score}, {"logit", row.logit}}));
  }
  return text::send(events, Json::object({{"event", "result"}, {"results", std::move(results)}}));
}

}  // namespace tenon::rerank
