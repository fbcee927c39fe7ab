// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/encoder.h"

// Texts and pairs of texts through a model with a head for classes. [any thread]
namespace tenon::text {

class Classifier {
 public:
  static Result<Classifier> open(const Host& host, const HostFiles& files);

  // The head's numbers for a text; for two texts when `second` is given.
  Result<std::vector<double>> logits(std::string_view first, std::optional<std::string_view> second,
                                     const tenon_cancel* cancel) const;

  // The name of a class: that of the model's files, or its number.
  std::string label(size_t index) const;
  // Whether classes do not exclude each other.
  bool is_multi_label() const { return multi_label_; }

 private:
  Classifier(Encoder encoder, std::unique_ptr<Tokenizer> tokenizer)
      : encoder_(std::move(encoder)), tokenizer_(std::move(tokenizer)) {}
  void read_labels(const Json& config);

  Encoder encoder_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::vector<std::string> labels_;
  bool multi_label_ = false;
};

double sigmoid(double logit);
std::vector<double> softmax(std::vector<double> logits);

}  // namespace tenon::text
