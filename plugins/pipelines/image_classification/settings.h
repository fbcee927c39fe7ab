// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/pipelines/image_classification/resize.h"
#include "tenon/json.h"

#include <optional>
#include <string>

// How pictures become a model's input and scores become an answer. Read from
// preprocessor_config.json (the keys of Hugging Face) and then from the request, which wins.
// A value. [any thread]
namespace tenon::image_classification {

enum class Channels : uint8_t { as_model, rgb, bgr, gray };
enum class Layout : uint8_t { automatic, nchw, nhwc };

struct Size {
  int width = 0;
  int height = 0;
  int shortest_edge = 0;  // when set: keeps the picture's proportions
};

struct Settings {
  std::optional<Size> resize;
  std::optional<Size> crop;
  const Filter* filter = filter_by_code(2);
  Channels channels = Channels::as_model;
  Layout layout = Layout::automatic;
  bool invert = false;
  std::optional<double> rescale;  // without it: 1/255 for float inputs, 1 for integer ones
  std::vector<double> mean;       // one for all channels or one each; empty: 0
  std::vector<double> deviation;  // the same; empty: 1
  int64_t top = 5;
  std::vector<std::string> labels;
};

// Adds what preprocessor_config.json says. Keys without a meaning here are passed over; values
// that make no sense are errors.
Status apply_config(const Json& config, Settings& settings);

// Adds what a request says: the same keys, and "channels" ("rgb", "bgr", "gray"), "layout"
// ("nchw", "nhwc"), "invert", "top", "labels". Unknown keys are errors.
Status apply_request(const Json& request, Settings& settings);

// Lines of labels.txt.
std::vector<std::string> split_labels(std::string_view text);

}  // namespace tenon::image_classification
