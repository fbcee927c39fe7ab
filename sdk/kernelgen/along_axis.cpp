// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "fold.h"
#include "templates.h"

#include <fmt/format.h>

// ArgReduce, PrefixScan and TopK: one thread walks one line along the axis.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

// Lines of a tensor [outer, extent, inner], one a thread.
class AlongAxis {
 public:
  AlongAxis(const Work& work, AxisSplit split)
      : split(split),
        draft(work.island(), work.name(), {threads, 1, 1}),
        b(draft.builder()),
        count(split.outer * split.inner) {}

  // Calls body in every thread that has a line.
  void each(const std::function<void()>& body) {
    line = b.thread(0);
    b.when(line < draft.argument(count), [&] {
      stride = draft.argument(split.inner);
      outer = line / stride;
      inner = line % stride;
      body();
    });
  }
  // Element i of the line in a tensor with `extent` elements along the axis.
  Value index(Value extent, Value i) { return (outer * extent + i) * stride + inner; }
  Value extent() { return draft.argument(split.extent); }
  Kernels finish() {
    Kernels kernels;
    kernels.list.push_back(draft.finish(count));
    return kernels;
  }

  AxisSplit split;
  Draft draft;
  kir::Builder& b;
  Expr count;
  Value line, outer, inner, stride;
};

// Whether `value` comes before `best`: NaN before everything, as an extreme of a set with NaN.
Value is_better(bool largest, Value value, Value best) {
  const Value strictly = largest ? value > best : value < best;
  if (!is_float(value.type())) return strictly;
  return strictly | ((value != value) & (best == best));
}

}  // namespace

Result<Kernels> arg_reduce(const Work& work) {
  TENON_TRY(work.needs(1));
  const std::string_view mode = work.word("mode");
  if (mode != "max" && mode != "min")
    return work.refuse(fmt::format("mode \"{}\", known are max, min", mode));
  TENON_TRY_ASSIGN(const AxisSplit split, split_at(work, work.input_dims(0), work.integer("axis")));
  AlongAxis a(work, split);
  const kir::Tensor from = work.read(a.draft, 0);
  const kir::Tensor to = work.write(a.draft);
  const bool takes_last = work.integer("select_last_index") != 0;
  a.each([&] {
    kir::Builder& b = a.b;
    const Value extent = a.extent();
    const auto element = [&](Value i) {
      return number_of(kir::load_element(from, a.index(extent, i)));
    };
    const Value some = extent > 0;
    const Value first = number_of(kir::load_element(from, a.index(extent, b.integer(0)), some));
    const kir::Variable best = b.variable(first);
    const kir::Variable where = b.variable(b.integer(0));
    b.loop(b.integer(1), extent, b.integer(1), [&](Value i) {
      const Value x = element(i);
      const Value held = b.get(best);
      Value takes = is_better(mode == "max", x, held);
      if (takes_last) takes = takes | (x == held);
      b.set(best, b.select(takes, x, held));
      b.set(where, b.select(takes, i, b.get(where)));
    });
    kir::store_element(to, a.line, b.cast(b.get(where), Type::i64));
  });
  return a.finish();
}

Result<Kernels> prefix_scan(const Work& work) {
  TENON_TRY(work.needs(1));
  TENON_TRY_ASSIGN(const Fold fold, fold_named(work));
  if (fold != Fold::sum && fold != Fold::prod) return work.refuse("mode other than sum and prod");
  TENON_TRY_ASSIGN(const AxisSplit split, split_at(work, work.input_dims(0), work.integer("axis")));
  AlongAxis a(work, split);
  const kir::Tensor from = work.read(a.draft, 0);
  const kir::Tensor to = work.write(a.draft);
  const bool is_exclusive = work.integer("exclusive") != 0;
  const bool is_reverse = work.integer("reverse") != 0;
  a.each([&] {
    kir::Builder& b = a.b;
    const Value extent = a.extent();
    const kir::Variable total = b.variable(start_of(b, fold, from.dtype));
    b.loop(extent, [&](Value step) {
      const Value i = a.index(extent, is_reverse ? extent - 1 - step : step);
      const Value before = b.get(total);
      const Value after = combine(fold, before, kir::load_element(from, i));
      b.set(total, after);
      kir::store_element(to, i, is_exclusive ? before : after);
    });
  });
  return a.finish();
}

// Finds the outputs one after another: the best among the elements that come after the last found.
// Slow for many outputs, but it needs no memory of its own.
Result<Kernels> top_k(const Work& work) {
  TENON_TRY(work.needs(1));
  const std::vector<Expr> dims = work.input_dims(0);
  TENON_TRY_ASSIGN(const AxisSplit split, split_at(work, dims, work.integer("axis")));
  const std::vector<Expr> out = work.output_dims();
  if (out.size() != dims.size()) return work.refuse("output of another rank");
  const bool largest = work.integer("largest", 1) != 0;
  AlongAxis a(work, split);
  const kir::Tensor from = work.read(a.draft, 0);
  const kir::Tensor values = work.write(a.draft, 0);
  kir::Tensor indices;
  if (work.has_output(1)) indices = work.write(a.draft, 1);
  a.each([&] {
    kir::Builder& b = a.b;
    const Value extent = a.extent();
    const Value k = a.draft.argument(out[static_cast<size_t>(work.integer("axis"))]);
    const kir::Variable last = b.variable(b.integer(-1));  // the place found before
    b.loop(k, [&](Value rank) {
      const Value before = b.get(last);
      const Value has_before = before >= 0;
      const Value bound = number_of(kir::load_element(from, a.index(extent, before), has_before));
      const kir::Variable place = b.variable(b.integer(-1));
      const kir::Variable best =
          b.variable(number_of(start_of(b, largest ? Fold::max : Fold::min, from.dtype)));
      b.loop(extent, [&](Value i) {
        const Value x = number_of(kir::load_element(from, a.index(extent, i)));
        const Value worse = is_better(largest, bound, x);
        const Value tied = (!worse) & (!is_better(largest, x, bound)) & (i > before);
        const Value is_left = (!has_before) | worse | tied;
        const Value takes = is_left & ((b.get(place) < 0) | is_better(largest, x, b.get(best)));
        b.set(best, b.select(takes, x, b.get(best)));
        b.set(place, b.select(takes, i, b.get(place)));
      });
      const Value found = b.binary(kir::Op::max, b.get(place), b.integer(0));
      const Value to = a.index(k, rank);
      kir::store_element(values, to, kir::load_element(from, a.index(extent, found), extent > 0));
      if (work.has_output(1)) kir::store_element(indices, to, b.cast(found, Type::i64));
      b.set(last, found);
    });
  });
  return a.finish();
}

}  // namespace tenon::kernelgen
