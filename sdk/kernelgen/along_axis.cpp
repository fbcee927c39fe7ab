// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "fold.h"
#include "sort.h"
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

namespace {

// Up to so many outputs are looked for one after another; for more the lines are sorted.
constexpr int64_t most_searched = 16;

struct TopK {
  AxisSplit split;
  Expr k;
  bool largest;
};

Before by_element(const Work& work, Draft& draft, const TopK& top) {
  const kir::Tensor from = work.read(draft, 0);
  const Value extent = draft.argument(top.split.extent);
  const Value stride = draft.argument(top.split.inner);
  return [from, extent, stride, largest = top.largest](Value line, Value i, Value j) {
    const Value first = line / stride * extent;
    const auto element = [&](Value item) {
      return number_of(kir::load_element(from, (first + item) * stride + line % stride));
    };
    return is_better(largest, element(i), element(j));
  };
}

// Takes the first k of every sorted line: one thread an output.
Generated take_first(const Work& work, const TopK& top, uint32_t order_operand) {
  Draft draft(work.island(), work.name() + "t", {threads, 1, 1});
  kir::Builder& b = draft.builder();
  const kir::Tensor from = work.read(draft, 0);
  const kir::Tensor order = draft.operand(order_operand, DType::i32, false);
  kir::Tensor values;
  kir::Tensor indices;
  if (work.has_output(0)) values = work.write(draft, 0);
  if (work.has_output(1)) indices = work.write(draft, 1);
  const Expr count = top.split.outer * top.k * top.split.inner;
  const Value i = b.thread(0);
  b.when(i < draft.argument(count), [&] {
    const Value stride = draft.argument(top.split.inner);
    const Value k = draft.argument(top.k);
    const Value extent = draft.argument(top.split.extent);
    const Value inner = i % stride;
    const Value rank = i / stride % k;
    const Value outer = i / stride / k;
    const Value item = kir::load_element(order, (outer * stride + inner) * extent + rank);
    if (work.has_output(0)) {
      const Value x = kir::load_element(from, (outer * extent + item) * stride + inner);
      kir::store_element(values, i, x);
    }
    if (work.has_output(1)) kir::store_element(indices, i, b.cast(item, Type::i64));
  });
  return draft.finish(count);
}

Kernels top_k_of_sorted(const Work& work, const TopK& top) {
  Kernels kernels;
  const Expr lines = top.split.outer * top.split.inner;
  const uint32_t order = work.temporary(kernels, DType::i32, lines * top.split.extent);
  const uint32_t spare = work.temporary(kernels, DType::i32, lines * top.split.extent);
  append_sort(work, kernels,
              {.segments = lines,
               .length = top.split.extent,
               .order = order,
               .spare = spare,
               .dtype = DType::i32,
               .before = [&](Draft& draft) { return by_element(work, draft, top); }});
  kernels.list.push_back(take_first(work, top, order));
  return kernels;
}

// Finds the outputs one after another: the best among the elements that come after the last found.
Kernels top_k_by_search(const Work& work, const TopK& top) {
  const bool largest = top.largest;
  AlongAxis a(work, top.split);
  const kir::Tensor from = work.read(a.draft, 0);
  const kir::Tensor values = work.write(a.draft, 0);
  kir::Tensor indices;
  if (work.has_output(1)) indices = work.write(a.draft, 1);
  a.each([&] {
    kir::Builder& b = a.b;
    const Value extent = a.extent();
    const Value k = a.draft.argument(top.k);
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

}  // namespace

Result<Kernels> top_k(const Work& work) {
  TENON_TRY(work.needs(1));
  const std::vector<Expr> dims = work.input_dims(0);
  TENON_TRY_ASSIGN(const AxisSplit split, split_at(work, dims, work.integer("axis")));
  const std::vector<Expr> out = work.output_dims();
  if (out.size() != dims.size()) return work.refuse("output of another rank");
  const TopK top = {.split = split,
                    .k = out[static_cast<size_t>(work.integer("axis"))],
                    .largest = work.integer("largest", 1) != 0};
  const bool is_small = top.k.is_constant() && top.k.constant() <= most_searched;
  return is_small ? top_k_by_search(work, top) : top_k_of_sorted(work, top);
}

}  // namespace tenon::kernelgen
