// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/settings.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tenon::image_classification {

namespace {

constexpr int64_t max_side = 16384;
constexpr int64_t max_pixels = int64_t{64} << 20;
constexpr size_t max_labels = 1'000'000;

Result<int> side_of(std::string_view key, const Json& value) {
  const auto side = value.integer();
  if (!side || *side < 1 || *side > max_side) {
    return invalid("\"{}\": {}, expected a whole number of pixels from 1 to {}", key, value.dump(),
                   max_side);
  }
  return static_cast<int>(*side);
}

// {"height": 224, "width": 224}, {"shortest_edge": 256} or a bare number.
Result<Size> size_of(std::string_view key, const Json& value, bool number_is_edge) {
  Size size;
  if (const Json* edge = value.find("shortest_edge")) {
    TENON_TRY_ASSIGN(size.shortest_edge, side_of(key, *edge));
    return size;
  }
  const Json* height = value.find("height");
  const Json* width = value.find("width");
  if (value.is_object() && (height == nullptr || width == nullptr)) {
    return invalid("\"{}\": {}, expected height and width, or shortest_edge", key, value.dump());
  }
  TENON_TRY_ASSIGN(size.height, side_of(key, height != nullptr ? *height : value));
  TENON_TRY_ASSIGN(size.width, side_of(key, width != nullptr ? *width : value));
  if (int64_t{size.height} * size.width > max_pixels) {
    return invalid("\"{}\": {} x {} pixels, at most {} in all", key, size.width, size.height,
                   max_pixels);
  }
  if (number_is_edge && !value.is_object()) return Size{0, 0, size.width};
  return size;
}

Result<std::vector<double>> numbers_of(std::string_view key, const Json& value) {
  std::vector<double> numbers;
  if (const auto one = value.number()) numbers.push_back(*one);
  for (const Json& item : value.array_items()) {
    const auto number = item.number();
    if (!number) return invalid("\"{}\": {}, expected numbers", key, value.dump());
    numbers.push_back(*number);
  }
  if (numbers.empty() || numbers.size() > 4) {
    return invalid("\"{}\": {}, expected one number or one for each channel", key, value.dump());
  }
  return numbers;
}

Result<bool> switch_of(std::string_view key, const Json& value) {
  const auto on = value.boolean();
  if (!on) return invalid("\"{}\": {}, expected true or false", key, value.dump());
  return *on;
}

// Whether the step that `toggle` switches is wanted: yes unless it says false.
Result<bool> wanted(const Json& config, std::string_view toggle) {
  const Json* value = config.find(toggle);
  return value == nullptr || value->is_null() ? Result<bool>(true) : switch_of(toggle, *value);
}

// The member if it is there and not null.
const Json* given(const Json& config, std::string_view key) {
  const Json* value = config.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Status read_sizes(const Json& config, Settings& settings) {
  TENON_TRY_ASSIGN(const bool crops, wanted(config, "do_center_crop"));
  if (!crops) settings.crop.reset();
  if (const Json* size = given(config, "crop_size"); size != nullptr && crops) {
    TENON_TRY_ASSIGN(settings.crop, size_of("crop_size", *size, false));
  }
  TENON_TRY_ASSIGN(const bool resizes, wanted(config, "do_resize"));
  if (!resizes) settings.resize.reset();
  if (const Json* size = given(config, "size"); size != nullptr && resizes) {
    TENON_TRY_ASSIGN(settings.resize, size_of("size", *size, settings.crop.has_value()));
  }
  if (const Json* code = given(config, "resample")) {
    const auto number = code->integer();
    const auto text = code->text();
    const Filter* filter =
        number ? filter_by_code(*number) : (text ? filter_by_name(*text) : nullptr);
    if (filter == nullptr) {
      return invalid(
          "\"resample\": {}, expected 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, "
          "4 box or 5 hamming",
          code->dump());
    }
    settings.filter = filter;
  }
  return {};
}

Status read_numbers(const Json& config, Settings& settings) {
  TENON_TRY_ASSIGN(const bool rescales, wanted(config, "do_rescale"));
  if (!rescales) settings.rescale = 1;
  if (const Json* factor = given(config, "rescale_factor"); factor != nullptr && rescales) {
    const auto number = factor->number();
    if (!number) return invalid("\"rescale_factor\": {}, expected a number", factor->dump());
    settings.rescale = *number;
  }
  TENON_TRY_ASSIGN(const bool normalises, wanted(config, "do_normalize"));
  if (!normalises) {
    settings.mean.clear();
    settings.deviation.clear();
    return {};
  }
  if (const Json* mean = given(config, "image_mean")) {
    TENON_TRY_ASSIGN(settings.mean, numbers_of("image_mean", *mean));
  }
  if (const Json* deviation = given(config, "image_std")) {
    TENON_TRY_ASSIGN(settings.deviation, numbers_of("image_std", *deviation));
    if (std::ranges::count(settings.deviation, 0.0) > 0) {
      return invalid("\"image_std\": {}, expected numbers other than 0", deviation->dump());
    }
  }
  return {};
}

Status read_labels(const Json& value, Settings& settings) {
  settings.labels.clear();
  for (const Json& item : value.array_items()) {
    const auto text = item.text();
    if (!text) return invalid("\"labels\": {}, expected texts", item.dump());
    settings.labels.emplace_back(*text);
  }
  return value.is_array() ? Status() : invalid("\"labels\": expected an array of texts");
}

Status read_own_keys(const Json& request, Settings& settings) {
  if (const Json* value = given(request, "channels")) {
    const std::string_view text = value->text().value_or("");
    if (text != "rgb" && text != "bgr" && text != "gray") {
      return invalid("\"channels\": {}, expected \"rgb\", \"bgr\" or \"gray\"", value->dump());
    }
    settings.channels = text == "rgb"   ? Channels::rgb
                        : text == "bgr" ? Channels::bgr
                                        : Channels::gray;
  }
  if (const Json* value = given(request, "layout")) {
    const std::string_view text = value->text().value_or("");
    if (text != "nchw" && text != "nhwc") {
      return invalid("\"layout\": {}, expected \"nchw\" or \"nhwc\"", value->dump());
    }
    settings.layout = text == "nchw" ? Layout::nchw : Layout::nhwc;
  }
  if (const Json* value = given(request, "invert")) {
    TENON_TRY_ASSIGN(settings.invert, switch_of("invert", *value));
  }
  if (const Json* value = given(request, "top")) {
    const auto top = value->integer();
    if (!top || *top < 1) return invalid("\"top\": {}, expected 1 or more", value->dump());
    settings.top = *top;
  }
  if (const Json* value = given(request, "labels")) return read_labels(*value, settings);
  return {};
}

}  // namespace

Status apply_config(const Json& config, Settings& settings) {
  if (!config.is_object()) return invalid("{}, expected an object", config.kind());
  TENON_TRY(read_sizes(config, settings));
  TENON_TRY(read_numbers(config, settings));
  TENON_TRY_ASSIGN(const bool gray,
                   switch_of("do_convert_grayscale", config.find("do_convert_grayscale") != nullptr
                                                         ? *config.find("do_convert_grayscale")
                                                         : Json(false)));
  if (gray) settings.channels = Channels::gray;
  return {};
}

Status apply_request(const Json& request, Settings& settings) {
  static constexpr std::string_view known[] = {
      "do_resize",  "size",       "resample",       "do_center_crop",
      "crop_size",  "do_rescale", "rescale_factor", "do_normalize",
      "image_mean", "image_std",  "channels",       "layout",
      "invert",     "top",        "labels",         "do_convert_grayscale"};
  if (!request.is_object()) return invalid("request: {}, expected an object", request.kind());
  for (const auto& [name, value] : request.members()) {
    if (std::ranges::find(known, name) == std::end(known)) {
      return invalid("request: unknown key \"{}\"; known keys: {}", name, fmt::join(known, ", "));
    }
  }
  TENON_TRY(apply_config(request, settings).at("request"));
  return read_own_keys(request, settings).at("request");
}

std::vector<std::string> split_labels(std::string_view text) {
  std::vector<std::string> labels;
  while (!text.empty() && labels.size() < max_labels) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    labels.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return labels;
}

}  // namespace tenon::image_classification
