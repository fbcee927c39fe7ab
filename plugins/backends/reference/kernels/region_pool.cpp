// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

enum class Mode : uint8_t { average, max, bins };

struct RegionPool {
  Mode mode = Mode::average;
  int64_t channels = 0;
  int64_t in[2] = {};    // height, width
  int64_t bins[2] = {};  // of the output
  int64_t samples = 0;   // along an axis of a bin; 0: as many as the bin has places
  double scale = 1;
  bool half_pixel = false;

  int64_t plane() const { return wrapping_multiply(in[0], in[1]); }
};

// One axis of a region: where bin 0 begins and how long a bin is.
struct Side {
  double begin = 0;
  double bin = 0;
  int64_t samples = 1;
  double place(int64_t bin_index, int64_t sample) const {
    return begin + bin * (static_cast<double>(bin_index) +
                          (static_cast<double>(sample) + 0.5) / static_cast<double>(samples));
  }
};

Side side_of(const RegionPool& pool, double low, double high, int64_t axis) {
  Side side;
  const auto bins = static_cast<double>(pool.bins[axis]);
  if (pool.mode == Mode::bins) {
    side.begin = std::round(low * pool.scale);
    side.bin = std::max(std::round(high * pool.scale) - side.begin + 1, 1.0) / bins;
    return side;
  }
  const double offset = pool.half_pixel ? 0.5 : 0.0;
  side.begin = low * pool.scale - offset;
  double extent = high * pool.scale - offset - side.begin;
  if (!pool.half_pixel) extent = std::max(extent, 1.0);
  side.bin = extent / bins;
  // Beyond the data all samples are 0: more than its size with a margin need not be looked at.
  const double most = 4.0 * static_cast<double>(pool.in[axis] + 2);
  side.samples = pool.samples > 0
                     ? pool.samples
                     : static_cast<int64_t>(std::clamp(std::ceil(side.bin), 0.0, most));
  return side;
}

struct Neighbours {
  int64_t low = 0;
  int64_t high = 0;
  double at_high = 0;
  bool inside = false;
};

Neighbours neighbours(double place, int64_t size) {
  Neighbours n;
  n.inside = size > 0 && place >= -1 && place <= static_cast<double>(size);
  if (!n.inside) return n;
  const double kept = std::clamp(place, 0.0, static_cast<double>(size - 1));
  n.low = static_cast<int64_t>(kept);
  n.high = std::min(n.low + 1, size - 1);
  n.at_high = kept - static_cast<double>(n.low);
  return n;
}

double sampled_bin(const RegionPool& pool, const double* plane, const Side (&sides)[2], int64_t y,
                   int64_t x) {
  double total = 0;
  double best = 0;
  bool first = true;
  for (int64_t i = 0; i < sides[0].samples; ++i) {
    const Neighbours rows = neighbours(sides[0].place(y, i), pool.in[0]);
    for (int64_t k = 0; k < sides[1].samples; ++k) {
      const Neighbours columns = neighbours(sides[1].place(x, k), pool.in[1]);
      for (int corner = 0; corner < 4; ++corner) {
        const bool low_row = corner < 2;
        const bool low_column = corner % 2 == 0;
        double part = 0;
        if (rows.inside && columns.inside) {
          part = plane[(low_row ? rows.low : rows.high) * pool.in[1] +
                       (low_column ? columns.low : columns.high)] *
                 (low_row ? 1 - rows.at_high : rows.at_high) *
                 (low_column ? 1 - columns.at_high : columns.at_high);
        }
        total += part;
        best = first ? part : std::max(best, part);
        first = false;
      }
    }
  }
  if (pool.mode == Mode::max) return best;
  return total / static_cast<double>(std::max<int64_t>(sides[0].samples * sides[1].samples, 1));
}

// First and last place, exclusive, of a bin along an axis of `size` places.
std::pair<int64_t, int64_t> places(const Side& side, int64_t bin, int64_t size) {
  const auto at = [&](double place) {
    return static_cast<int64_t>(std::clamp(place + side.begin, 0.0, static_cast<double>(size)));
  };
  const auto index = static_cast<double>(bin);
  return {at(std::floor(index * side.bin)), at(std::ceil((index + 1) * side.bin))};
}

double whole_bin(const RegionPool& pool, const double* plane, const Side (&sides)[2], int64_t y,
                 int64_t x) {
  const auto [top, bottom] = places(sides[0], y, pool.in[0]);
  const auto [left, right] = places(sides[1], x, pool.in[1]);
  if (top >= bottom || left >= right) return 0;
  double best = plane[top * pool.in[1] + left];
  for (int64_t i = top; i < bottom; ++i) {
    for (int64_t k = left; k < right; ++k) best = std::max(best, plane[i * pool.in[1] + k]);
  }
  return best;
}

void run_plane(const KernelArguments& arguments, const RegionPool& pool, int64_t row) {
  const int64_t region = row / pool.channels;
  const int64_t batch = arguments.input<int64_t>(2)[static_cast<size_t>(region)];
  const int64_t batches = arguments.input_dims(0)[0];
  if (batch < 0 || batch >= batches) {
    arguments.fail(invalid("region {} is of batch {}, there are {}", region, batch, batches));
    return;
  }
  double corners[4];
  widen(arguments.input_data(1), arguments.input_dtype(1), region * 4, 4, corners);
  if (!std::all_of(corners, corners + 4, [](double x) { return std::isfinite(x); })) {
    arguments.fail(invalid("a corner of region {} is not finite", region));
    return;
  }
  const Side sides[2] = {side_of(pool, corners[1], corners[3], 0),
                         side_of(pool, corners[0], corners[2], 1)};
  auto* const plane = Scratch(arguments.scratch()).take<double>(pool.plane());
  widen(arguments.input_data(0), arguments.input_dtype(0),
        (batch * pool.channels + row % pool.channels) * pool.plane(), pool.plane(), plane);
  for (int64_t y = 0; y < pool.bins[0]; ++y) {
    for (int64_t x = 0; x < pool.bins[1]; ++x) {
      const double value = pool.mode == Mode::bins ? whole_bin(pool, plane, sides, y, x)
                                                   : sampled_bin(pool, plane, sides, y, x);
      narrow(&value, 1, arguments.output_dtype(0), arguments.output_data(0),
             (row * pool.bins[0] + y) * pool.bins[1] + x);
    }
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& pool = arguments.block<RegionPool>();
  for (const int64_t row : arguments.rows_of(chunk)) run_plane(arguments, pool, row);
}

Result<Mode> mode_named(std::string_view mode) {
  if (mode == "average") return Mode::average;
  if (mode == "max") return Mode::max;
  if (mode == "bins") return Mode::bins;
  return unsupported("mode \"{}\", known are average, max, bins", mode);
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const std::span<const int64_t> x = sizes.input(0);
  const std::span<const int64_t> regions = sizes.input(1);
  const std::span<const int64_t> y = sizes.output(0);
  if (x.size() != 4 || regions.size() != 2 || regions[1] != 4 || sizes.input(2).size() != 1 ||
      sizes.input(2)[0] != regions[0] || y.size() != 4 || y[0] != regions[0] || y[1] != x[1]) {
    return invalid("expected data [n, c, h, w], regions [r, 4], batches [r], output [r, c, p, q]");
  }
  RegionPool pool;
  TENON_TRY_ASSIGN(pool.mode, mode_named(sizes.node().attr_string("mode", "")));
  pool.channels = x[1];
  for (size_t axis = 0; axis < 2; ++axis) {
    pool.in[axis] = x[2 + axis];
    pool.bins[axis] = y[2 + axis];
  }
  pool.samples = sizes.node().attr_int("sampling_ratio", 0);
  pool.scale = sizes.node().attr_float("spatial_scale", 1);
  pool.half_pixel = sizes.node().attr_int("half_pixel", 0) != 0;
  KernelWork work = in_rows(y[0] * y[1], 1);
  // Without data its extents may be any.
  if (x[0] > 0) work.scratch = pool.plane() * 8;
  work.block = keep(pool);
  return work;
}

}  // namespace

Kernel region_pool() {
  return {.op = "RegionPool",
          .inputs = {float_types, float_types, DType::i64},
          .outputs = {float_types},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
