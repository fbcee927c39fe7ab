// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/int8_conv.h"

#include "plugins/backends/cpu/math/byte_rows.h"
#include "plugins/backends/cpu/math/int8_depthwise.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cstring>

namespace tenon::cpu {
namespace {

using reference::Scratch;
using reference::WindowAxis;

constexpr int64_t alignment = 64;

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return divide_up(a, b) * b; }

// Rows are output channels of a group; the inner axis is taps of padded groups of input channels.
void pack_group(Int8ConvWeights& w, std::span<const uint8_t> weights, uint8_t flip, int64_t group) {
  const Int8Gemm& gemm = int8_gemm();
  const int64_t rows = w.channels / w.groups;
  const int64_t padded = round_up(w.in_channels, 4);
  std::vector<uint8_t> matrix(static_cast<size_t>(rows * w.taps * padded));
  const uint8_t* from = weights.data() + group * rows * w.in_channels * w.taps;
  for (int64_t r = 0; r < rows; ++r) {
    uint8_t* const row = matrix.data() + r * w.taps * padded;
    int32_t total = 0;
    for (int64_t c = 0; c < w.in_channels; ++c) {
      for (int64_t t = 0; t < w.taps; ++t) {
        const auto byte = static_cast<uint8_t>(*from++ ^ flip);
        row[t * padded + c] = byte;
        total += static_cast<int8_t>(byte);
      }
    }
    w.totals[static_cast<size_t>(group * rows + r)] = total;
  }
  for (int64_t r = 0; r < rows; r += gemm.tile_rows) {
    const int64_t count = std::min(gemm.tile_rows, rows - r);
    w.places.push_back(w.blocks.size());
    const int64_t bytes = round_up(gemm.block_bytes(count, w.quads), alignment);
    w.blocks.resize(w.blocks.size() + static_cast<size_t>(bytes));
    gemm.pack_rows({.data = matrix.data() + r * w.taps * padded,
                    .stride = w.taps * padded,
                    .rows = count,
                    .columns = w.taps * padded},
                   w.blocks.data() + w.places.back(), nullptr);
  }
}

void keep_filters(Int8ConvWeights& w, std::span<const uint8_t> weights, uint8_t flip) {
  w.filters.reserve(weights.size());
  for (size_t i = 0; i < weights.size(); ++i) {
    const int32_t zero = w.zeros[i / static_cast<size_t>(w.taps)];
    const auto byte = static_cast<int8_t>(weights[i] ^ flip);
    w.filters.push_back(static_cast<float>(byte - zero));
  }
}

// Where a chunk stands.
struct Place {
  int64_t image;
  int64_t group;
  int64_t channel;   // first output channel, in the group
  int64_t channels;  // how many
  Band band;
};

Place place_of(const Int8ConvWeights& w, const Int8ConvShape& s, int64_t chunk) {
  const int64_t per_group = w.channels / w.groups;
  const int64_t part = chunk % s.parts;
  chunk /= s.parts;
  const int64_t column = chunk % s.column_bands * s.band_columns;
  chunk /= s.column_bands;
  const int64_t row = chunk % s.row_bands * s.band_rows;
  chunk /= s.row_bands;
  const int64_t channel = part * s.part_channels;
  return {.image = chunk / w.groups,
          .group = chunk % w.groups,
          .channel = channel,
          .channels = std::min(s.part_channels, per_group - channel),
          .band = {.row = row,
                   .rows = std::min(s.band_rows, s.window.axes[1].out - row),
                   .column = column,
                   .columns = std::min(s.band_columns, s.window.axes[2].out - column)}};
}

// Lanes [lane, lane + count) of a band of rows `pitch` apart, cut where rows end; calls
// f(first of the lanes, how many, place in the output plane).
template <class F>
void each_run(const Int8ConvShape& s, const Band& band, int64_t pitch, int64_t lane, int64_t count,
              F&& f) {
  const int64_t out = s.window.axes[2].out;
  for (int64_t row = lane / pitch; row * pitch < lane + count && row < band.rows; ++row) {
    const int64_t begin = std::max(lane, row * pitch);
    const int64_t end = std::min(lane + count, row * pitch + band.columns);
    if (begin < end) {
      f(begin - lane, end - begin, (band.row + row) * out + band.column + begin - row * pitch);
    }
  }
}

class Product {
 public:
  Product(const Int8ConvOperands& o, const Place& place, std::span<std::byte> bytes)
      : o_(o), w_(*o.weights), s_(*o.shape), place_(place), band_(place.band), gemm_(int8_gemm()) {
    Scratch scratch(bytes);
    panel_ = scratch.take<uint8_t>(gemm_.panel_bytes(gemm_.tile_lanes, w_.quads));
    sums_ = scratch.take<int32_t>(gemm_.tile_rows * gemm_.tile_lanes);
    totals_ = scratch.take<int32_t>(gemm_.tile_lanes);
    row_add_ = scratch.take<int32_t>(s_.part_channels);
    row_factor_ = scratch.take<int32_t>(s_.part_channels);
    tile_ = scratch.take<uint8_t>(gemm_.tile_rows * gemm_.tile_lanes);
    staged_ = scratch.take<uint8_t>(s_.is_straight ? 0 : s_.staging.bytes() * w_.in_channels);
  }

  void run() {
    const int64_t first = place_.group * (w_.channels / w_.groups) + place_.channel;
    for (int64_t i = 0; i < place_.channels; ++i) {
      const auto channel = static_cast<size_t>(first + i);
      const int64_t inner = w_.in_channels * w_.taps;
      row_factor_[i] = -w_.zeros[channel];
      row_add_[i] = wrap(static_cast<int64_t>(o_.bias != nullptr ? o_.bias[channel] : 0) -
                         static_cast<int64_t>(o_.zero) * w_.totals[channel] +
                         inner * o_.zero * w_.zeros[channel]);
    }
    const int64_t plane = s_.window.in_plane();
    const uint8_t* from = o_.x + (place_.image * w_.groups + place_.group) * w_.in_channels * plane;
    for (int64_t c = 0; c < w_.in_channels && !s_.is_straight; ++c) {
      s_.staging.stage(band_, from + c * plane, static_cast<uint8_t>(o_.zero ^ o_.flip),
                       staged_ + c * s_.staging.bytes());
    }
    const uint8_t* const straight = from + band_.column;
    // Long rows are cut to tiles one by one, short ones together with what lies between them.
    is_by_row_ = s_.is_straight || band_.columns >= gemm_.tile_lanes;
    const int64_t pitch = s_.is_straight ? band_.columns : s_.staging.pitch();
    const int64_t rows = is_by_row_ ? band_.rows : 1;
    const int64_t lanes = is_by_row_ ? band_.columns : s_.staging.places(band_);
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t lane = 0; lane < lanes; lane += gemm_.tile_lanes) {
        const int64_t count = std::min(gemm_.tile_lanes, lanes - lane);
        pack(straight + lane, row * pitch + lane, count);
        run_blocks(first, pitch, row * pitch + lane, count);
      }
    }
  }

 private:
  static int32_t wrap(int64_t value) { return static_cast<int32_t>(value); }

  void pack(const uint8_t* straight, int64_t lane, int64_t count) {
    Int8Matrix matrix = {.data = straight,
                         .stride = s_.window.in_plane(),
                         .rows = w_.in_channels,
                         .columns = count,
                         .flip = o_.flip};
    const int64_t step = gemm_.panel_bytes(count, divide_up(w_.in_channels, 4));
    for (int64_t t = 0; t < w_.taps; ++t) {
      if (!s_.is_straight) {
        matrix.data = staged_ + s_.staging.offsets()[static_cast<size_t>(t)] + lane;
        matrix.stride = s_.staging.bytes();
      }
      gemm_.pack_lanes(matrix, panel_ + t * step);
    }
    if (w_.has_zeros) gemm_.total_unsigned(panel_, count, w_.quads, totals_);
  }

  void run_blocks(int64_t first, int64_t pitch, int64_t lane, int64_t count) {
    const int64_t blocks_of_group = divide_up(w_.channels / w_.groups, gemm_.tile_rows);
    for (int64_t row = 0; row < place_.channels; row += gemm_.tile_rows) {
      const int64_t block =
          place_.group * blocks_of_group + (place_.channel + row) / gemm_.tile_rows;
      const Int8Tile tile = {.rows = w_.blocks.data() + w_.places[static_cast<size_t>(block)],
                             .lanes = panel_,
                             .row_count = std::min(gemm_.tile_rows, place_.channels - row),
                             .lane_count = count,
                             .groups = w_.quads,
                             .row_add = row_add_ + row,
                             .row_factor = w_.has_zeros ? row_factor_ + row : nullptr,
                             .lane_factor = totals_,
                             .sums = sums_};
      gemm_.signed_rows(tile);
      store(tile, first + row, pitch, lane);
    }
  }

  void store(const Int8Tile& tile, int64_t channel, int64_t pitch, int64_t lane) {
    const int64_t plane = s_.window.out_plane();
    const int64_t out = (place_.image * w_.channels + channel) * plane;
    Int8Requantize how = o_.how;
    if (o_.bytes != nullptr) how.row_scale = o_.scales + channel;
    if (is_by_row_ && o_.bytes != nullptr) {
      const int64_t row = band_.row + lane / pitch;
      const int64_t place = row * s_.window.axes[2].out + band_.column + lane % pitch;
      return gemm_.requantize(tile, how, o_.bytes + out + place, plane);
    }
    if (o_.bytes != nullptr) gemm_.requantize(tile, how, tile_, gemm_.tile_lanes);
    for (int64_t r = 0; r < tile.row_count; ++r) {
      each_run(s_, band_, pitch, lane, tile.lane_count, [&](int64_t at, int64_t n, int64_t place) {
        const int64_t from = r * gemm_.tile_lanes + at;
        const int64_t to = out + r * plane + place;
        if (o_.bytes != nullptr) {
          std::memcpy(o_.bytes + to, tile_ + from, static_cast<size_t>(n));
        } else {
          std::memcpy(o_.sums + to, tile.sums + from, static_cast<size_t>(n) * 4);
        }
      });
    }
  }

  const Int8ConvOperands& o_;
  const Int8ConvWeights& w_;
  const Int8ConvShape& s_;
  const Place& place_;
  const Band& band_;
  const Int8Gemm& gemm_;
  bool is_by_row_ = false;
  uint8_t* panel_;       // packed lanes of one tile
  int32_t* sums_;        // of one tile
  int32_t* totals_;      // by lane
  int32_t* row_add_;     // by channel of the part
  int32_t* row_factor_;  // by channel of the part
  uint8_t* tile_;        // a tile as bytes
  uint8_t* staged_;      // what the band sees
};

// Channels with a filter each, one after the other; a chunk has several.
class Depthwise {
 public:
  Depthwise(const Int8ConvOperands& o, std::span<std::byte> bytes)
      : o_(o),
        w_(*o.weights),
        s_(*o.shape),
        math_(int8_depthwise()),
        band_{.rows = s_.window.axes[1].out, .columns = s_.window.axes[2].out},
        lanes_(s_.staging.places(band_)) {
    Scratch scratch(bytes);
    reals_ = scratch.take<float>(s_.staging.bytes() + math_.slack);
    sums_ = scratch.take<float>(lanes_ + math_.slack);
    made_ = scratch.take<int32_t>(lanes_ + math_.slack);
    staged_ = scratch.take<uint8_t>(s_.staging.bytes() + byte_slack);
  }

  void run(int64_t chunk) {
    const int64_t planes = s_.images * w_.channels;
    const int64_t first = chunk * s_.chunk_planes;
    for (int64_t plane = first; plane < std::min(first + s_.chunk_planes, planes); ++plane) {
      run_plane(plane);
    }
  }

 private:
  void run_plane(int64_t plane) {
    const int64_t channel = plane % w_.channels;
    s_.staging.stage(band_, o_.x + plane * s_.window.in_plane(),
                     static_cast<uint8_t>(o_.zero ^ o_.flip), staged_);
    math_.center(staged_, s_.staging.bytes(), o_.flip, static_cast<float>(o_.zero), reals_);
    const float start = o_.bias != nullptr ? static_cast<float>(o_.bias[channel]) : 0.0f;
    math_.add_taps(reals_, s_.staging.offsets().data(), w_.filters.data() + channel * w_.taps,
                   w_.taps, start, lanes_, sums_);
    const bool is_bytes = o_.bytes != nullptr;
    if (is_bytes) {
      Int8Requantize how = o_.how;
      how.row_scale = o_.scales + channel;
      math_.requantize(sums_, lanes_, how, reinterpret_cast<uint8_t*>(made_));
    } else {
      math_.to_integers(sums_, lanes_, made_);
    }
    const int64_t size = is_bytes ? 1 : 4;
    uint8_t* const to = is_bytes ? o_.bytes : reinterpret_cast<uint8_t*>(o_.sums);
    byte_rows().cut(reinterpret_cast<const uint8_t*>(made_), band_.rows, s_.staging.pitch() * size,
                    band_.columns * size, to + plane * s_.window.out_plane() * size,
                    band_.columns * size);
  }

  const Int8ConvOperands& o_;
  const Int8ConvWeights& w_;
  const Int8ConvShape& s_;
  const Int8Depthwise& math_;
  Band band_;
  int64_t lanes_;
  float* reals_;  // what the filter sees, centered
  float* sums_;
  int32_t* made_;    // sums as the output has them
  uint8_t* staged_;  // what the filter sees
};

bool is_plain(const WindowAxis& axis) {
  return axis.kernel == 1 && axis.stride == 1 && axis.pad_begin == 0 && axis.in == axis.out;
}

// Bands of so many places that the packed weights are read seldom and what is staged stays in the
// second cache.
int64_t band_places(const Int8ConvShape& s, const Int8ConvWeights& w) {
  constexpr int64_t staged_bytes = 256 << 10;
  const int64_t of_a_place =
      std::max<int64_t>(w.in_channels * s.window.axes[1].stride * s.window.axes[2].stride, 1);
  return s.is_straight ? 192 : std::clamp<int64_t>(staged_bytes / of_a_place, 192, 2048);
}

void cut(Int8ConvShape& s, const Int8ConvWeights& w) {
  const int64_t places = band_places(s, w);
  const WindowAxis& height = s.window.axes[1];
  const WindowAxis& width = s.window.axes[2];
  if (w.is_depthwise) {
    s.band_rows = std::max<int64_t>(height.out, 1);
    s.band_columns = std::max<int64_t>(width.out, 1);
  } else {
    s.band_columns = std::clamp<int64_t>(width.out, 1, places);
    s.band_rows = std::clamp<int64_t>(places / s.band_columns, 1, std::max<int64_t>(height.out, 1));
  }
  s.row_bands = divide_up(height.out, s.band_rows);
  s.column_bands = divide_up(width.out, s.band_columns);
  // Channels are parted where there are few bands, into parts of at least a million products.
  const int64_t per_group = w.channels / w.groups;
  const int64_t bands = s.images * w.groups * s.row_bands * s.column_bands;
  const int64_t of_a_channel = s.band_rows * s.band_columns * w.quads * 4;
  const int64_t least = divide_up(int64_t{1} << 20, std::max<int64_t>(of_a_channel, 1));
  const int64_t wanted = std::max(least, divide_up(per_group * std::max<int64_t>(bands, 1), 8));
  s.part_channels = round_up(std::min(wanted, per_group), int8_gemm().tile_rows);
  s.parts = divide_up(per_group, s.part_channels);
}

}  // namespace

Result<Int8ConvWeights> pack_conv_weights(const NodeView& node, size_t input, int64_t groups,
                                          std::span<const std::byte> weights,
                                          std::span<const std::byte> zeros, int64_t most_bias) {
  Int8ConvWeights w;
  const std::span<const tenon_dim> dims = node.input_dims(input);
  w.channels = dims[0];
  w.groups = groups;
  w.in_channels = dims[1];
  w.taps = 1;
  for (const tenon_dim extent : dims.subspan(2)) w.taps *= extent;
  if (groups < 1 || w.channels % groups != 0) {
    return invalid("group {} does not divide {} channels", groups, w.channels);
  }
  if (static_cast<int64_t>(weights.size()) != w.channels * w.in_channels * w.taps) {
    return invalid("{} bytes of weights", weights.size());
  }
  if (zeros.size() > 1 && static_cast<int64_t>(zeros.size()) != w.channels) {
    return invalid("{} zero points for {} channels", zeros.size(), w.channels);
  }
  const bool is_unsigned = node.input_dtype(input) == DType::u8;
  const auto flip = static_cast<uint8_t>(is_unsigned ? 128 : 0);
  // f32 holds the sum of all taps exactly.
  const bool is_exact = w.taps <= 256 && w.taps * 255 * 255 + most_bias < (int64_t{1} << 24);
  w.is_depthwise = w.in_channels == 1 && w.channels == w.groups && is_exact;
  w.quads = w.taps * divide_up(w.in_channels, 4);
  w.totals.resize(static_cast<size_t>(w.channels));
  w.zeros.resize(static_cast<size_t>(w.channels), is_unsigned ? -128 : 0);
  for (size_t i = 0; i < w.zeros.size() && !zeros.empty(); ++i) {
    const auto byte = static_cast<uint8_t>(zeros[zeros.size() == 1 ? 0 : i]);
    w.zeros[i] = static_cast<int8_t>(byte ^ flip);
  }
  w.has_zeros = std::ranges::any_of(w.zeros, [](int32_t zero) { return zero != 0; });
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(weights.data()),
                                       weights.size());
  if (w.is_depthwise) {
    keep_filters(w, bytes, flip);
  } else {
    for (int64_t group = 0; group < groups; ++group) pack_group(w, bytes, flip, group);
  }
  return w;
}

Result<KernelWork> shape_conv(const KernelSizes& sizes, const Int8ConvWeights& weights) {
  Int8ConvShape s;
  TENON_TRY_ASSIGN(s.window, reference::window_of(sizes));
  if (s.window.axes[0].kernel != 1 || s.window.axes[0].in != 1 || s.window.axes[0].out != 1) {
    return unsupported("three spatial axes");
  }
  if (s.window.taps() != weights.taps ||
      sizes.input(0)[1] != weights.in_channels * weights.groups) {
    return invalid("the window or the channels do not fit the weights");
  }
  s.images = sizes.input(0)[0];
  s.is_straight = !weights.is_depthwise && is_plain(s.window.axes[1]) && is_plain(s.window.axes[2]);
  if (s.is_straight) {
    const int64_t plane = s.window.in_plane();
    s.window.axes = {WindowAxis{}, WindowAxis{}, WindowAxis{.in = plane, .out = plane}};
  }
  cut(s, weights);
  s.staging = ByteStaging(s.window, s.band_rows, s.band_columns);
  const Int8Gemm& gemm = int8_gemm();
  const int64_t slack = int8_depthwise().slack;
  const int64_t lanes = s.band_rows * s.staging.pitch() + slack;
  constexpr int64_t chunk_places = 16384;
  const int64_t out_plane = std::max<int64_t>(s.window.out_plane(), 1);
  s.chunk_planes = std::max<int64_t>(chunk_places / out_plane, 1);
  const int64_t planes = s.window.out_plane() == 0 ? 0 : s.images * weights.channels;
  KernelWork work;
  work.chunks = weights.is_depthwise
                    ? divide_up(planes, s.chunk_planes)
                    : s.images * weights.groups * s.row_bands * s.column_bands * s.parts;
  work.scratch =
      weights.is_depthwise
          ? 5 * (s.staging.bytes() + slack) + 8 * lanes + byte_slack
          : gemm.panel_bytes(gemm.tile_lanes, weights.quads) +
                5 * gemm.tile_rows * gemm.tile_lanes + 4 * gemm.tile_lanes + 8 * s.part_channels +
                (s.is_straight ? 0 : s.staging.bytes() * weights.in_channels + byte_slack);
  work.block = keep(std::move(s));
  return work;
}

void run_conv(const Int8ConvOperands& operands, std::span<std::byte> scratch, int64_t chunk) {
  if (operands.weights->is_depthwise) return Depthwise(operands, scratch).run(chunk);
  const Place place = place_of(*operands.weights, *operands.shape, chunk);
  Product(operands, place, scratch).run();
}

}  // namespace tenon::cpu
