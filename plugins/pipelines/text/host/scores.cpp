// SPDX-License-Identifier: Apache-2.0
#include "host/scores.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tenon::text {

Result<Classifier> Classifier::open(const Host& host, const HostFiles& files) {
  TENON_TRY_ASSIGN(Encoder encoder, Encoder::open(host, files));
  TENON_TRY_ASSIGN(auto tokenizer, open_tokenizer(files));
  TENON_TRY_ASSIGN(const Json config, files.json("config.json"));
  Classifier made(std::move(encoder), std::move(tokenizer));
  made.read_labels(config);
  return made;
}

// {"0": "NEGATIVE", "1": "POSITIVE"} of config.json, or the list of a recipe's facts.
void Classifier::read_labels(const Json& config) {
  multi_label_ = config.text("problem_type") == "multi_label_classification";
  const Json* told = config.find("id2label");
  if (told == nullptr) told = encoder_.facts().find("labels");
  if (told == nullptr) return;
  for (const Json& label : told->array_items()) {
    labels_.emplace_back(label.text().value_or(""));
  }
  constexpr size_t most_labels = 1'000'000;
  for (const auto& [number, label] : told->members()) {
    size_t index = 0;
    const auto end = std::from_chars(number.data(), number.data() + number.size(), index);
    if (end.ec != std::errc() || index >= most_labels) continue;
    if (index >= labels_.size()) labels_.resize(index + 1);
    labels_[index] = std::string(label.text().value_or(""));
  }
}

std::string Classifier::label(size_t index) const {
  if (index < labels_.size() && !labels_[index].empty()) return labels_[index];
  return fmt::format("{}", index);
}

Result<std::vector<double>> Classifier::logits(std::string_view first,
                                               std::optional<std::string_view> second,
                                               const tenon_cancel* cancel) const {
  TENON_TRY_ASSIGN(const Encoding encoding, second ? tokenizer_->encode_pair(first, *second)
                                                   : tokenizer_->encode_single(first));
  TENON_TRY_ASSIGN(const std::vector<EncoderOutput> outputs, encoder_.run(encoding, cancel));
  const EncoderOutput* head = nullptr;
  for (const EncoderOutput& output : outputs) {
    const bool is_row = (output.dims.size() == 2 && output.dims[0] == 1) || output.dims.size() == 1;
    if (output.name == "logits" || (is_row && outputs.size() == 1)) head = &output;
  }
  if (head == nullptr || head->values.empty() || head->dims.size() > 2) {
    return unsupported(
        "the model has no head for classes, expected an output \"logits\" "
        "[1, classes]");
  }
  return std::vector<double>(head->values.begin(), head->values.end());
}

double sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

std::vector<double> softmax(std::vector<double> logits) {
  if (logits.empty()) return logits;
  const double peak = std::ranges::max(logits);
  double sum = 0;
  for (double& logit : logits) sum += logit = std::exp(logit - peak);
  for (double& logit : logits) logit /= sum;
  return logits;
}

}  // namespace tenon::text
