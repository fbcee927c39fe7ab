// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/prepare.h"

#include "tenon/strip_vm.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace tenon::image_classification {

namespace {

constexpr int64_t max_tensor_bytes = int64_t{1} << 30;
constexpr std::array pixel_dtypes = {DType::f32, DType::f16, DType::bf16, DType::f64, DType::u8};

bool is_channels(int64_t size) { return size == 1 || size == 3; }

Result<bool> channels_last(const std::string& name, std::span<const int64_t> dims, Layout layout) {
  if (layout != Layout::automatic) return layout == Layout::nhwc;
  const int64_t first = dims[dims.size() - 3], last = dims[dims.size() - 1];
  if (is_channels(first)) return false;
  if (is_channels(last)) return true;
  if (first < 0) return false;
  return invalid("input \"{}\" [{}]: no axis of 1 or 3 channels; is this model for pictures?", name,
                 fmt::join(dims, ", "));
}

// L = 0.299 R + 0.587 G + 0.114 B in 16 fractional bits, as Pillow rounds it.
Picture to_gray(const Picture& picture) {
  if (picture.channels == 1) return picture;
  Picture gray = blank(picture.width, picture.height, 1);
  for (size_t i = 0; i < gray.samples.size(); ++i) {
    const uint8_t* rgb = picture.samples.data() + i * 3;
    gray.samples[i] =
        static_cast<uint8_t>((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
  }
  return gray;
}

Picture to_three(const Picture& picture, bool bgr) {
  Picture out = blank(picture.width, picture.height, 3);
  for (size_t i = 0; i < out.samples.size(); i += 3) {
    const uint8_t* from = picture.samples.data() + i / 3 * picture.channels;
    for (int c = 0; c < 3; ++c) {
      const int source = picture.channels == 1 ? 0 : (bgr ? 2 - c : c);
      out.samples[i + c] = from[source];
    }
  }
  return out;
}

Result<Picture> with_channels(Picture picture, const Settings& settings, const ModelInput& input) {
  const bool gray = settings.channels == Channels::gray;
  if (gray || input.channels == 1) picture = to_gray(picture);
  const int64_t wanted = input.channels > 0 ? input.channels : (gray ? 1 : 3);
  if (wanted == 1) return picture;
  if (wanted == 3) return to_three(picture, settings.channels == Channels::bgr);
  return invalid("input \"{}\" [{}]: {} channels, expected 1 or 3", input.name,
                 fmt::join(input.dims, ", "), wanted);
}

// The picture's size after a resize to `size`.
Size target_of(const Size& size, const Picture& picture) {
  if (size.shortest_edge == 0) return size;
  const double scale = double(size.shortest_edge) / std::min(picture.width, picture.height);
  const auto scaled = [&](int side) { return static_cast<int>(std::nearbyint(side * scale)); };
  return {scaled(picture.width), scaled(picture.height), 0};
}

// Resize and crop as told; untold, to the size that the model wants.
Result<Picture> with_size(std::string_view name, Picture picture, const Settings& settings,
                          const ModelInput& input) {
  const Size model{static_cast<int>(std::max<int64_t>(input.width, 0)),
                   static_cast<int>(std::max<int64_t>(input.height, 0)), 0};
  const bool fixed = model.width > 0 && model.height > 0;
  if (settings.resize) {
    const Size target = target_of(*settings.resize, picture);
    if (int64_t{target.width} * target.height > int64_t{64} << 20) {
      return invalid("{}: resized to {} x {} pixels, at most 64 M", name, target.width,
                     target.height);
    }
    picture = resize(picture, target.width, target.height, *settings.filter);
  } else if (!settings.crop && fixed) {
    picture = resize(picture, model.width, model.height, *settings.filter);
  }
  if (settings.crop) {
    const Size target = target_of(*settings.crop, picture);
    picture = crop_center(picture, target.width, target.height);
  }
  if ((input.width > 0 && input.width != picture.width) ||
      (input.height > 0 && input.height != picture.height)) {
    return invalid(
        "{}: {} x {} pixels after resize and crop, the model wants {} x {}; change "
        "resize or crop",
        name, picture.width, picture.height, input.width, input.height);
  }
  return picture;
}

// (sample * scale - mean) / deviation for each of the 256 samples of a channel.
std::array<double, 256> curve_of(const Settings& settings, double scale, size_t channel) {
  const auto pick = [&](const std::vector<double>& numbers, double otherwise) {
    if (numbers.empty()) return otherwise;
    return numbers.size() == 1 ? numbers[0] : numbers[channel];
  };
  const double mean = pick(settings.mean, 0), deviation = pick(settings.deviation, 1);
  std::array<double, 256> curve{};
  for (size_t sample = 0; sample < curve.size(); ++sample) {
    const double shown = settings.invert ? 255.0 - static_cast<double>(sample) : double(sample);
    curve[sample] = (shown * scale - mean) / deviation;
  }
  return curve;
}

void store(std::vector<std::byte>& data, DType dtype, int64_t index, double value) {
  if (dtype == DType::u8) {
    data[static_cast<size_t>(index)] =
        static_cast<std::byte>(std::lround(std::clamp(value, 0.0, 255.0)));
    return;
  }
  store_float(data.data(), dtype, index, value);
}

Status check_channels(const Settings& settings, int channels) {
  for (const auto* numbers : {&settings.mean, &settings.deviation}) {
    const auto count = static_cast<int>(numbers->size());
    if (count > 1 && count != channels) {
      return invalid("mean or std: {} numbers for {} channels", count, channels);
    }
  }
  return {};
}

}  // namespace

Result<ModelInput> model_input(const tenon_host_tensor& input, Layout layout) {
  ModelInput out;
  out.name = std::string(to_view(input.name));
  out.dtype = static_cast<DType>(input.dtype);
  out.dims.assign(input.dims, input.dims + input.rank);
  if (std::ranges::find(pixel_dtypes, out.dtype) == pixel_dtypes.end()) {
    return invalid("input \"{}\": {}, expected f32, f16, bf16, f64 or u8 for pictures", out.name,
                   name_of(out.dtype));
  }
  if (input.rank != 3 && input.rank != 4) {
    return invalid("input \"{}\" [{}]: {} axes, expected [N, C, H, W] or [N, H, W, C]", out.name,
                   fmt::join(out.dims, ", "), input.rank);
  }
  TENON_TRY_ASSIGN(out.channels_last, channels_last(out.name, out.dims, layout));
  out.batch = input.rank == 3 ? 0 : (out.dims[0] > 0 ? out.dims[0] : 1);
  const int64_t* image = out.dims.data() + (input.rank - 3);
  out.channels = out.channels_last ? image[2] : image[0];
  out.height = out.channels_last ? image[0] : image[1];
  out.width = out.channels_last ? image[1] : image[2];
  if (out.height > 16384 || out.width > 16384 || out.channels == 0 || out.height == 0 ||
      out.width == 0) {
    return invalid("input \"{}\" [{}]: no size for a picture", out.name, fmt::join(out.dims, ", "));
  }
  return out;
}

Result<Prepared> prepare(std::string_view name, Picture picture, const Settings& settings,
                         const ModelInput& input) {
  TENON_TRY_ASSIGN(picture, with_channels(std::move(picture), settings, input));
  TENON_TRY_ASSIGN(picture, with_size(name, std::move(picture), settings, input));
  TENON_TRY(check_channels(settings, picture.channels));
  const int64_t c = picture.channels, h = picture.height, w = picture.width;
  Prepared out;
  if (input.batch > 0) out.dims.push_back(input.batch);
  const std::array image = input.channels_last ? std::array{h, w, c} : std::array{c, h, w};
  out.dims.insert(out.dims.end(), image.begin(), image.end());

  const int64_t one = c * h * w, copies = std::max<int64_t>(input.batch, 1);
  const auto element = static_cast<int64_t>(element_bytes(input.dtype));
  if (copies > max_tensor_bytes / (one * element)) {
    return invalid("input \"{}\": a batch of {} pictures, at most {} bytes", input.name, copies,
                   max_tensor_bytes);
  }
  out.data.resize(static_cast<size_t>(one * copies * element));
  const double scale = settings.rescale.value_or(input.dtype == DType::u8 ? 1.0 : 1.0 / 255);
  for (int64_t channel = 0; channel < c; ++channel) {
    const auto curve = curve_of(settings, scale, static_cast<size_t>(channel));
    for (int64_t i = 0; i < h * w; ++i) {
      const int64_t at = input.channels_last ? i * c + channel : channel * h * w + i;
      const uint8_t sample = picture.samples[static_cast<size_t>(i * c + channel)];
      store(out.data, input.dtype, at, curve[sample]);
    }
  }
  for (int64_t copy = 1; copy < copies; ++copy) {
    std::memcpy(out.data.data() + copy * one * element, out.data.data(),
                static_cast<size_t>(one * element));
  }
  return out;
}

}  // namespace tenon::image_classification
