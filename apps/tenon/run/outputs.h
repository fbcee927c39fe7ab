// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"
#include "tenon/tenon.hpp"

#include <span>
#include <string>

// Results as a person or a program reads them. [any thread]
namespace tenon::cli {

// One line an output: name, type, min, max, mean, NaN count.
std::string output_lines(std::span<const Tensor> outputs);

// [{"name":..,"dtype":..,"dims":[..],"min":..,"max":..,"mean":..,"nan":..}]
Json outputs_json(std::span<const Tensor> outputs);

// The `count` largest numbers of the first row of the first output that has rows of classes.
struct Ranked {
  size_t index;
  double value;
};
std::vector<Ranked> ranked(std::span<const Tensor> outputs, size_t count);

// Lines of a file.
std::vector<std::string> read_lines(const std::string& path);

// The label file beside a model, or "".
std::string labels_beside(const std::string& model_path);

}  // namespace tenon::cli
