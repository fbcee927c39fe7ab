// SPDX-License-Identifier: Apache-2.0
#include "sort.h"

#include "axes.h"

#include <algorithm>
#include <bit>

namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 128;
constexpr int most_passes = 32;

// Each thread finds the place of one item among a run of its own and the run beside it: its place
// in its own run plus the items of the other that stand before it.
class Merge {
 public:
  Merge(const Work& work, const Sorting& sorting, int pass)
      : sorting_(sorting),
        pass_(pass),
        draft_(work.island(), work.name() + "m", {threads, 1, 1}),
        b_(draft_.builder()) {}

  Generated run(Expr count) {
    const bool is_even = pass_ % 2 == 0;
    from_ = draft_.operand(is_even ? sorting_.order : sorting_.spare, sorting_.dtype, false);
    to_ = draft_.operand(is_even ? sorting_.spare : sorting_.order, sorting_.dtype, true);
    before_ = sorting_.before(draft_);
    ExprPool& pool = draft_.island().pool();
    const Value thread = b_.thread(0);
    b_.when(thread < draft_.argument(sorting_.segments * sorting_.length), [&] {
      length_ = draft_.argument(sorting_.length);
      width_ = draft_.argument(pool.integer(int64_t{1} << std::min(pass_, most_passes - 2)));
      segment_ = thread / length_;
      place(thread % length_);
    });
    return draft_.finish(count);
  }

 private:
  Value item(Value i) {
    return kir::convert(kir::load_element(from_, segment_ * length_ + i), Type::i32);
  }

  void place(Value i) {
    const Value run = i / width_;
    const Value is_right = run % 2 == 1;
    const Value left = (run - b_.cast(is_right, Type::i32)) * width_;
    const Value right = left + width_;
    const Value rest = b_.binary(kir::Op::max, length_ - right, b_.integer(0));
    const Value beside = b_.select(is_right, width_, b_.binary(kir::Op::min, width_, rest));
    const Value own = item(i);
    const Value smaller = search(own, is_right, b_.select(is_right, left, right), beside);
    const Value within = i - b_.select(is_right, right, left);
    const Value to = segment_ * length_ + left + within + smaller;
    kir::store_element(to_, to, b_.cast(own, type_of(sorting_.dtype)));
  }

  // How many of the `count` items from `first` on stand before `own`. Of equal items those of the
  // left run come first.
  Value search(Value own, Value is_right, Value first, Value count) {
    const kir::Variable low = b_.variable(b_.integer(0));
    const kir::Variable high = b_.variable(count);
    const Value steps = draft_.argument(draft_.island().pool().integer(pass_ + 2));
    b_.loop(b_.integer(0), steps, b_.integer(1), [&](Value) {
      const Value from = b_.get(low);
      const Value to = b_.get(high);
      b_.when(from < to, [&] {
        const Value middle = from + (to - from) / 2;
        const Value other = item(first + middle);
        const Value is_before =
            before_(segment_, b_.select(is_right, own, other), b_.select(is_right, other, own));
        const Value counts = b_.binary(kir::Op::bit_xor, is_before, is_right);
        b_.set(low, b_.select(counts, middle + 1, from));
        b_.set(high, b_.select(counts, to, middle));
      });
    });
    return b_.get(low);
  }

  const Sorting& sorting_;
  int pass_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor from_, to_;
  Before before_;
  Value length_, width_, segment_;
};

Generated first_order(const Work& work, const Sorting& sorting) {
  Draft draft(work.island(), work.name() + "i", {threads, 1, 1});
  kir::Builder& b = draft.builder();
  const kir::Tensor order = draft.operand(sorting.order, sorting.dtype, true);
  const Expr count = sorting.segments * sorting.length;
  const Value i = b.thread(0);
  b.when(i < draft.argument(count), [&] {
    const Value item = i % draft.argument(sorting.length);
    kir::store_element(order, i, b.cast(item, type_of(sorting.dtype)));
  });
  return draft.finish(count);
}

// Passes double the runs until one holds all. Their number is even, so that the order ends where it
// began.
int passes_for(Expr length) {
  if (!length.is_constant()) return most_passes;
  const auto items = static_cast<uint64_t>(std::max<int64_t>(length.constant(), 1));
  const int needed = std::bit_width(items - 1);
  return std::min((needed + 1) / 2 * 2, most_passes);
}

}  // namespace

void append_sort(const Work& work, Kernels& kernels, const Sorting& sorting) {
  ExprPool& pool = work.island().pool();
  kernels.list.push_back(first_order(work, sorting));
  const Expr count = sorting.segments * sorting.length;
  const int passes = passes_for(sorting.length);
  for (int pass = 0; pass < passes; ++pass) {
    // A pair of passes is left out when the runs before it hold all: then no thread is launched.
    const int64_t sorted = int64_t{1} << (pass / 2 * 2);
    const Expr is_needed =
        minimum(maximum(sorting.length - sorted, pool.integer(0)), pool.integer(1));
    kernels.list.push_back(Merge(work, sorting, pass).run(count * is_needed));
  }
}

}  // namespace tenon::kernelgen
