// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/encoder.h"

#include <optional>

// How the vectors of a text's tokens become one: read from the model's files (modules.json and the
// folders it names, or the recipe's facts of a GGUF file) and then from the request. A value.
// [any thread]
namespace tenon::embedding {

struct Pooling {
  enum class Kind : uint8_t { mean, cls, last, max, mean_sqrt };
  Kind kind = Kind::mean;
  bool normalizes = true;
  std::optional<size_t> dimensions;  // the first of the vector; others are cut off
};

Result<Pooling> read_pooling(const text::HostFiles& files, const Json& facts, const Json& request);

// One vector of rows [tokens, width], or of a single row that the model pooled itself.
Result<std::vector<float>> pool(const std::vector<text::EncoderOutput>& outputs, size_t tokens,
                                const Pooling& pooling);

}  // namespace tenon::embedding
