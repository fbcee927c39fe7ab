// SPDX-License-Identifier: Apache-2.0
#include "conv.h"

#include "contract.h"
#include "templates.h"

// Convolutions as products: rows are output channels of a group, columns are neighbours along the
// last spatial axis, depth is input channels by taps.
namespace tenon::kernelgen {
namespace {

class Convolution {
 public:
  Convolution(const Work& work, ConvSizes sizes, bool is_transposed)
      : work_(work),
        sizes_(std::move(sizes)),
        is_transposed_(is_transposed),
        pool_(work.island().pool()),
        shape_(tile_for(sizes_.group_filters, sizes_.out.back())),
        draft_(work.island(), work.name(), {tile_threads(work.island().limits()), 1, 1}),
        b_(draft_.builder()) {}

  Kernels run() {
    x_ = work_.read(draft_, 0);
    w_ = work_.read(draft_, 1);
    if (work_.has_input(2)) bias_ = work_.read(draft_, 2);
    y_ = work_.write(draft_);
    const std::span<const Expr> outer(sizes_.out.data(), sizes_.out.size() - 1);
    const Expr row_tiles = tiles(pool_, sizes_.group_filters, shape_.rows);
    const Expr column_tiles = tiles(pool_, sizes_.out.back(), shape_.columns);
    const Expr count =
        sizes_.images * sizes_.groups * row_tiles * product(pool_, outer) * column_tiles;
    const Value thread = b_.thread(0);
    b_.when(thread < draft_.argument(count), [&] {
      axes_ = window_axes(draft_, sizes_.window, sizes_.in, sizes_.out);
      std::vector<Value> extents = {b_.integer(0), groups(), draft_.argument(row_tiles)};
      for (size_t i = 0; i + 1 < axes_.size(); ++i) extents.push_back(axes_[i].out);
      extents.push_back(draft_.argument(column_tiles));
      tile(digits(thread, extents));
    });
    Kernels kernels;
    kernels.list.push_back(draft_.finish(count));
    return kernels;
  }

 private:
  // at: image, group, row tile, outer coordinates, column tile.
  void tile(const std::vector<Value>& at) {
    channels_ = draft_.argument(sizes_.group_channels);
    filters_ = draft_.argument(sizes_.group_filters);
    image_ = at[0];
    group_ = at[1];
    first_row_ = at[2] * static_cast<double>(shape_.rows);
    first_column_ = at.back() * static_cast<double>(shape_.columns);
    outer_.assign(at.begin() + 3, at.end() - 1);
    rows_ = clamped(first_row_, shape_.rows, filters_);
    Tile sums(b_, accumulator(y_.dtype), shape_);
    is_transposed_ ? gather(sums) : slide(sums);
    store(sums);
  }

  // The convolution itself.
  void slide(Tile& sums) {
    const WindowAxis& last = axes_.back();
    const Value first = origin(last, first_column_);
    const Value reach = first + static_cast<double>((shape_.columns - 1) * last.stride) +
                        (last.kernel - 1) * static_cast<double>(last.dilation);
    const Value is_inside = (first >= 0) & (reach < last.in);
    b_.when(
        is_inside, [&] { slide_over(sums, true); }, [&] { slide_over(sums, false); });
  }

  void slide_over(Tile& sums, bool is_inside) {
    std::vector<Value> taps;
    std::vector<Value> places;
    b_.loop(channels_, [&](Value channel) { slide_outer(sums, is_inside, channel, taps, places); });
  }

  void slide_outer(Tile& sums, bool is_inside, Value channel, std::vector<Value>& taps,
                   std::vector<Value>& places) {
    const size_t axis = taps.size();
    const WindowAxis& window = axes_[axis];
    if (axis + 1 == axes_.size()) {
      return b_.loop(window.kernel, [&](Value tap) {
        taps.push_back(tap);
        multiply(sums, channel, taps, columns_of(is_inside, channel, places, tap));
        taps.pop_back();
      });
    }
    const Value at = origin(window, outer_[axis]);
    const Taps inside = taps_inside(window, at);
    b_.loop(inside.first, inside.last, b_.integer(1), [&](Value tap) {
      taps.push_back(tap);
      places.push_back(at + tap * static_cast<double>(window.dilation));
      slide_outer(sums, is_inside, channel, taps, places);
      taps.pop_back();
      places.pop_back();
    });
  }

  // The elements of x under a tap of the last axis, one a column of the tile.
  std::vector<Value> columns_of(bool is_inside, Value channel, const std::vector<Value>& places,
                                Value tap) {
    const WindowAxis& window = axes_.back();
    const Value row = input_row(channel, places);
    const Value first = origin(window, first_column_) + tap * static_cast<double>(window.dilation);
    std::vector<Value> all;
    for (int64_t j = 0; j < shape_.columns; ++j) {
      const Value place = first + static_cast<double>(j * window.stride);
      const Value inside = is_inside ? Value() : below(place, window.in);
      all.push_back(load(x_, row + place, inside));
    }
    return all;
  }

  // Each output gathers the inputs that the transposed window spreads onto it.
  void gather(Tile& sums) {
    std::vector<Value> taps;
    std::vector<Value> places;
    gather_outer(sums, taps, places);
  }

  void gather_outer(Tile& sums, std::vector<Value>& taps, std::vector<Value>& places) {
    const size_t axis = taps.size();
    const WindowAxis& window = axes_[axis];
    b_.loop(window.kernel, [&](Value tap) {
      taps.push_back(tap);
      if (axis + 1 == axes_.size()) {
        b_.loop(channels_, [&](Value channel) {
          multiply(sums, channel, taps, spread_to(channel, places, tap));
        });
      } else {
        const Spread from = spread(window, outer_[axis], tap);
        b_.when(from.exists, [&] {
          places.push_back(from.place);
          gather_outer(sums, taps, places);
          places.pop_back();
        });
      }
      taps.pop_back();
    });
  }

  struct Spread {
    Value exists;
    Value place;
  };
  Spread spread(const WindowAxis& window, Value out, Value tap) {
    const Value distance = out + window.pad_begin - tap * static_cast<double>(window.dilation);
    const Value whole = distance / b_.integer(window.stride);
    const Value exists = (distance >= 0) & ((distance % window.stride) == 0) & (whole < window.in);
    return {exists, whole};
  }

  std::vector<Value> spread_to(Value channel, const std::vector<Value>& places, Value tap) {
    const Value row = input_row(channel, places);
    std::vector<Value> all;
    for (int64_t j = 0; j < shape_.columns; ++j) {
      const Spread from = spread(axes_.back(), first_column_ + static_cast<double>(j), tap);
      all.push_back(load(x_, row + from.place, from.exists));
    }
    return all;
  }

  void multiply(Tile& sums, Value channel, const std::vector<Value>& taps,
                const std::vector<Value>& columns) {
    std::vector<Value> kernels;
    for (const WindowAxis& axis : axes_) kernels.push_back(axis.kernel);
    const Value tap = flatten(taps, kernels);
    Value count = b_.integer(1);
    for (const Value& kernel : kernels) count = count * kernel;
    std::vector<Value> weights;
    for (const Value row : rows_) {
      const Value filter = is_transposed_ ? (group_ * channels_ + channel) * filters_ + row
                                          : (group_ * filters_ + row) * channels_ + channel;
      weights.push_back(load(w_, filter * count + tap, {}));
    }
    sums.add(weights, columns);
  }

  // Where the innermost row of x at these outer coordinates begins.
  Value input_row(Value channel, const std::vector<Value>& places) {
    Value flat = (image_ * groups() + group_) * channels_ + channel;
    for (size_t i = 0; i < places.size(); ++i) flat = flat * axes_[i].in + places[i];
    return flat * axes_.back().in;
  }

  void store(Tile& sums) {
    const Value columns = axes_.back().out;
    each_inside(b_, shape_, first_row_, filters_, first_column_, columns,
                [&](int64_t i, int64_t j) {
                  const Value filter = group_ * filters_ + first_row_ + static_cast<double>(i);
                  Value flat = image_ * (filters_ * groups()) + filter;
                  for (size_t axis = 0; axis < outer_.size(); ++axis)
                    flat = flat * axes_[axis].out + outer_[axis];
                  flat = flat * columns + first_column_ + static_cast<double>(j);
                  Value sum = sums.get(i, j);
                  if (work_.has_input(2)) sum = sum_of(sum, load(bias_, filter, {}));
                  kir::store_element(y_, flat, sum);
                });
  }

  Value groups() { return draft_.argument(pool_.integer(sizes_.groups)); }

  Value below(Value place, Value limit) {
    return b_.bitcast(place, Type::u32) < b_.bitcast(limit, Type::u32);
  }
  Value load(kir::Tensor from, Value index, Value inside) {
    return kir::convert(kir::load_element(from, index, inside), accumulator(y_.dtype));
  }

  const Work& work_;
  ConvSizes sizes_;
  bool is_transposed_;
  ExprPool& pool_;
  TileShape shape_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor x_, w_, bias_, y_;
  std::vector<WindowAxis> axes_;
  Value channels_, filters_, image_, group_, first_row_, first_column_;
  std::vector<Value> outer_, rows_;
};

Result<Kernels> convolve(const Work& work, bool is_transposed) {
  TENON_TRY(work.needs(2));
  if (work.output_dtype() == DType::boolean) return work.refuse("products of bool");
  TENON_TRY_ASSIGN(ConvSizes sizes, conv_sizes(work, is_transposed));
  if (!is_transposed && can_stage_conv(work, sizes)) return conv_staged(work, sizes);
  return Convolution(work, std::move(sizes), is_transposed).run();
}

}  // namespace

Result<Kernels> conv(const Work& work) { return convolve(work, false); }
Result<Kernels> conv_transpose(const Work& work) { return convolve(work, true); }

}  // namespace tenon::kernelgen
