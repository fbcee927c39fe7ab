// SPDX-License-Identifier: Apache-2.0
#include "conv.h"

#include "staged.h"

// The convolution as a staged product: rows are the filters of a group, columns the places of the
// output, depth the channels by taps. B is read from x where it is needed; nothing is unrolled in
// memory.
namespace tenon::kernelgen {
namespace {

constexpr int64_t least_rows = 32;
constexpr int64_t least_depth = 32;

Expr depth_of(const Work& work, const ConvSizes& sizes) {
  return sizes.group_channels * product(work.island().pool(), sizes.window.kernel);
}

class StagedConv {
 public:
  StagedConv(const Work& work, const ConvSizes& sizes)
      : work_(work),
        sizes_(sizes),
        draft_(work.island(), work.name(), {staged_threads, 1, 1}),
        b_(draft_.builder()),
        type_(accumulator(work.output_dtype())),
        x_(work.read(draft_, 0)),
        w_(work.read(draft_, 1)),
        y_(work.write(draft_)) {
    if (work.has_input(2)) bias_ = work.read(draft_, 2);
  }

  Generated run() {
    ExprPool& pool = work_.island().pool();
    return staged_product(
        draft_,
        {.batch = sizes_.images * sizes_.groups,
         .rows = sizes_.group_filters,
         .columns = product(pool, sizes_.out),
         .depth = depth_of(work_, sizes_),
         .type = type_,
         .begin = [this](Value batch) { begin(batch); },
         .a = [this](Value row, Value k, Value inside) { return weight(row, k, inside); },
         .b = [this](Value k, Value column, Value inside) { return input(k, column, inside); },
         .store = [this](Value row, Value column, Value sum) { store(row, column, sum); }});
  }

 private:
  void begin(Value batch) {
    ExprPool& pool = work_.island().pool();
    axes_ = window_axes(draft_, sizes_.window, sizes_.in, sizes_.out);
    taps_ = {draft_.argument(sizes_.group_channels)};
    places_.clear();
    for (const WindowAxis& axis : axes_) {
      taps_.push_back(axis.kernel);
      places_.push_back(axis.out);
    }
    filters_ = draft_.argument(sizes_.group_filters);
    depth_ = draft_.argument(depth_of(work_, sizes_));
    columns_ = draft_.argument(product(pool, sizes_.out));
    batch_ = batch;
    group_ = sizes_.groups == 1 ? b_.integer(0) : batch % sizes_.groups;
  }

  Value weight(Value row, Value k, Value inside) {
    return load(w_, (group_ * filters_ + row) * depth_ + k, inside);
  }

  Value input(Value k, Value column, Value inside) {
    const std::vector<Value> tap = digits(k, taps_);
    const std::vector<Value> at = digits(column, places_);
    Value flat = batch_ * taps_[0] + tap[0];
    for (size_t i = 0; i < axes_.size(); ++i) {
      const WindowAxis& axis = axes_[i];
      Value place = at[i];
      if (!axis.is_plain) {
        place = origin(axis, at[i]) + tap[i + 1] * static_cast<double>(axis.dilation);
        inside = inside & (b_.bitcast(place, Type::u32) < b_.bitcast(axis.in, Type::u32));
      }
      flat = flat * axis.in + place;
    }
    return load(x_, flat, inside);
  }

  void store(Value row, Value column, Value sum) {
    if (work_.has_input(2)) sum = sum_of(sum, load(bias_, group_ * filters_ + row, {}));
    kir::store_element(y_, (batch_ * filters_ + row) * columns_ + column, sum);
  }

  Value load(kir::Tensor from, Value index, Value inside) {
    return kir::convert(kir::load_element(from, index, inside), type_);
  }

  const Work& work_;
  const ConvSizes& sizes_;
  Draft draft_;
  kir::Builder& b_;
  Type type_;
  kir::Tensor x_, w_, y_, bias_;
  std::vector<WindowAxis> axes_;
  std::vector<Value> taps_;    // channels, then taps of each axis
  std::vector<Value> places_;  // of the output
  Value filters_, depth_, columns_, batch_, group_;
};

bool is_at_least(const Expr& extent, int64_t least) {
  return extent.is_constant() && extent.constant() >= least;
}

}  // namespace

bool can_stage_conv(const Work& work, const ConvSizes& sizes) {
  return is_at_least(sizes.group_filters, least_rows) &&
         is_at_least(depth_of(work, sizes), least_depth) &&
         can_stage(work.island().limits(), accumulator(work.output_dtype()));
}

Kernels conv_staged(const Work& work, const ConvSizes& sizes) {
  Kernels kernels;
  kernels.list.push_back(StagedConv(work, sizes).run());
  return kernels;
}

}  // namespace tenon::kernelgen
