// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"
#include "tenon/status.h"

#include <cstdint>
#include <vector>

// From a model's output to the most probable classes. [any thread]
namespace tenon::image_classification {

struct Class {
  int64_t index;
  double score;
};

// The scores of the first picture in a batch, widened. The first of two or more axes is the batch.
Result<std::vector<double>> scores_of(const tenon_host_tensor& output);

// Scores as probabilities: unchanged when they are none below 0 and sum to 1, else their softmax.
std::vector<double> distribution(std::vector<double> scores);

// The `count` highest, highest first; of equal ones the lower index first; NaN last.
std::vector<Class> highest(const std::vector<double>& scores, int64_t count);

}  // namespace tenon::image_classification
