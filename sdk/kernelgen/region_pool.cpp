// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"

#include <fmt/format.h>

// RegionPool: one thread an element of the output. A region that is of no batch or not finite
// gives zeros.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum class Mode : uint8_t { average, max, bins };

Result<Mode> mode_of(const Work& work) {
  const std::string_view word = work.word("mode");
  if (word == "average") return Mode::average;
  if (word == "max") return Mode::max;
  if (word == "bins") return Mode::bins;
  return work.refuse(fmt::format("mode \"{}\", known are average, max, bins", word));
}

// One axis: its places, where bin 0 of the region begins, how long a bin is, and the samples in it.
struct Side {
  Value size;
  Value begin;
  Value bin;
  Value samples;
};

struct Neighbours {
  Value low;
  Value high;
  Value at_high;
  Value inside;
};

class RegionPool {
 public:
  RegionPool(const Work& work, Mode mode)
      : work_(work),
        mode_(mode),
        wide_(work.island().limits().has_f64 ? Type::f64 : Type::f32),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        x_(work.read(draft_, 0)),
        regions_(work.read(draft_, 1)),
        batches_(work.read(draft_, 2)),
        y_(work.write(draft_)) {}

  Generated run() {
    const Expr count = work_.island().elements(work_.output());
    const std::vector<Expr> in = work_.input_dims(0);
    const Value i = b_.thread(0);
    b_.when(i < draft_.argument(count), [&] {
      const std::vector<Value> bins = arguments(draft_, work_.output_dims());
      const std::vector<Value> at = digits(i, bins);
      const Value batch = kir::load_element(batches_, at[0]);
      const Value batch_count = b_.cast(draft_.argument(in[0]), Type::i64);
      Value is_sound = (batch >= b_.integer(0, Type::i64)) & (batch < batch_count);
      std::vector<Value> corners;
      for (int k = 0; k < 4; ++k) {
        corners.push_back(kir::convert(kir::load_element(regions_, at[0] * 4 + k), wide_));
        is_sound = is_sound & (b_.unary(kir::Op::abs, corners.back()) < __builtin_inf());
      }
      const kir::Variable result = b_.variable(real(0));
      b_.when(is_sound, [&] {
        const Side rows = side(corners[1], corners[3], draft_.argument(in[2]), bins[2]);
        const Side columns = side(corners[0], corners[2], draft_.argument(in[3]), bins[3]);
        const Value plane = b_.cast(batch, Type::i32) * draft_.argument(in[1]) + at[1];
        first_ = plane * rows.size * columns.size;
        const Value y = mode_ == Mode::bins ? whole_bin(rows, columns, at[2], at[3])
                                            : sampled_bin(rows, columns, at[2], at[3]);
        b_.set(result, y);
      });
      kir::store_element(y_, i, b_.get(result));
    });
    return draft_.finish(count);
  }

 private:
  Value real(double value) { return b_.real(value, wide_); }
  Value real(Value whole) { return b_.cast(whole, wide_); }
  Value element(Value row, Value column, const Side& columns) {
    return kir::convert(kir::load_element(x_, first_ + row * columns.size + column), wide_);
  }

  // Halves away from zero.
  Value rounded(Value x) {
    const Value size = b_.unary(kir::Op::floor, b_.unary(kir::Op::abs, x) + 0.5);
    return b_.select(x < 0, -size, size);
  }

  Side side(Value low, Value high, Value size, Value bins) {
    const Value scale = real(work_.graph().attr_float(work_.node(), "spatial_scale", 1));
    if (mode_ == Mode::bins) {
      const Value begin = rounded(low * scale);
      const Value extent = larger(rounded(high * scale) - begin + 1, real(1));
      return {size, begin, extent / real(bins), {}};
    }
    const bool half_pixel = work_.integer("half_pixel") != 0;
    const Value offset = real(half_pixel ? 0.5 : 0.0);
    const Value begin = low * scale - offset;
    Value extent = high * scale - offset - begin;
    if (!half_pixel) extent = larger(extent, real(1));
    const Value bin = extent / real(bins);
    return {size, begin, bin, samples(bin, size)};
  }

  // Beyond the data all samples are 0: more than its size with a margin need not be looked at.
  Value samples(Value bin, Value size) {
    const int64_t given = work_.integer("sampling_ratio");
    if (given > 0) return b_.integer(given);
    const Value most = real(size + 2) * 4;
    const Value wanted = larger(b_.unary(kir::Op::ceil, bin), real(0));
    return b_.cast(smaller(wanted, most), Type::i32);
  }

  Neighbours neighbours(const Side& side, Value bin, Value sample) {
    const Value within = (real(sample) + 0.5) / real(side.samples);
    const Value place = side.begin + side.bin * (real(bin) + within);
    const Value last = side.size - 1;
    const Value inside = (side.size > 0) & (place >= -1) & (place <= real(side.size));
    const Value kept =
        smaller(larger(b_.select(inside, place, real(0)), real(0)), larger(real(last), real(0)));
    const Value low = b_.cast(kept, Type::i32);
    const Value high =
        b_.binary(kir::Op::min, low + 1, b_.binary(kir::Op::max, last, b_.integer(0)));
    return {low, high, kept - real(low), inside};
  }

  Value sampled_bin(const Side& rows, const Side& columns, Value y, Value x) {
    const kir::Variable total = b_.variable(real(0));
    const kir::Variable best = b_.variable(real(0));
    const kir::Variable is_first = b_.variable(b_.boolean(true));
    const auto add = [&](Value part) {
      if (mode_ == Mode::average) return b_.set(total, b_.get(total) + part);
      const Value takes = b_.get(is_first) | (b_.get(best) < part);
      b_.set(best, b_.select(takes, part, b_.get(best)));
      b_.set(is_first, b_.boolean(false));
    };
    b_.loop(b_.integer(0), rows.samples, b_.integer(1), [&](Value i) {
      const Neighbours row = neighbours(rows, y, i);
      b_.loop(b_.integer(0), columns.samples, b_.integer(1), [&](Value k) {
        const Neighbours column = neighbours(columns, x, k);
        b_.when(
            row.inside & column.inside,
            [&] {
              const Value above = real(1) - row.at_high;
              const Value left = real(1) - column.at_high;
              add(element(row.low, column.low, columns) * above * left);
              add(element(row.low, column.high, columns) * above * column.at_high);
              add(element(row.high, column.low, columns) * row.at_high * left);
              add(element(row.high, column.high, columns) * row.at_high * column.at_high);
            },
            [&] { add(real(0)); });
      });
    });
    if (mode_ == Mode::max) return b_.get(best);
    const Value count = b_.binary(kir::Op::max, rows.samples * columns.samples, b_.integer(1));
    return b_.get(total) / real(count);
  }

  // Where a bin begins or ends along an axis.
  Value edge(const Side& side, Value place) {
    const Value kept = larger(place + side.begin, real(0));
    return b_.cast(smaller(kept, real(side.size)), Type::i32);
  }

  Value whole_bin(const Side& rows, const Side& columns, Value y, Value x) {
    const auto begin = [&](const Side& side, Value bin) {
      return edge(side, b_.unary(kir::Op::floor, real(bin) * side.bin));
    };
    const auto end = [&](const Side& side, Value bin) {
      return edge(side, b_.unary(kir::Op::ceil, (real(bin) + 1) * side.bin));
    };
    const Value top = begin(rows, y);
    const Value left = begin(columns, x);
    const Value bottom = end(rows, y);
    const Value right = end(columns, x);
    const kir::Variable best = b_.variable(real(0));
    b_.when((top < bottom) & (left < right), [&] {
      b_.set(best, element(top, left, columns));
      b_.loop(top, bottom, b_.integer(1), [&](Value i) {
        b_.loop(left, right, b_.integer(1),
                [&](Value k) { b_.set(best, larger(b_.get(best), element(i, k, columns))); });
      });
    });
    return b_.get(best);
  }

  const Work& work_;
  Mode mode_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor x_, regions_, batches_, y_;
  Value first_;
};

}  // namespace

Result<Kernels> region_pool(const Work& work) {
  TENON_TRY(work.needs(3));
  TENON_TRY_ASSIGN(const Mode mode, mode_of(work));
  if (work.input_dims(0).size() != 4 || work.output_dims().size() != 4) {
    return work.refuse("data of another rank than 4");
  }
  Kernels kernels;
  kernels.list.push_back(RegionPool(work, mode).run());
  return kernels;
}

}  // namespace tenon::kernelgen
