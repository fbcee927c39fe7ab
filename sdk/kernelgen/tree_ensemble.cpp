// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"

#include <fmt/format.h>

// TreeEnsemble: one thread a row of features walks all trees.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum class Aggregate : uint8_t { sum, average, min, max };

Result<Aggregate> aggregate_of(const Work& work) {
  const std::string_view word = work.word("aggregate");
  if (word == "sum") return Aggregate::sum;
  if (word == "average") return Aggregate::average;
  if (word == "min") return Aggregate::min;
  if (word == "max") return Aggregate::max;
  return work.refuse(fmt::format("aggregate \"{}\", known are sum, average, min, max", word));
}

class Ensemble {
 public:
  Ensemble(const Work& work, Aggregate aggregate, uint32_t scores, uint32_t seen)
      : work_(work),
        aggregate_(aggregate),
        wide_(work.island().limits().has_f64 ? Type::f64 : Type::f32),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        x_(work.read(draft_, 0)),
        nodes_(work.read(draft_, 1)),
        thresholds_(work.read(draft_, 2)),
        roots_(work.read(draft_, 3)),
        leaves_(work.read(draft_, 4)),
        targets_(work.read(draft_, 5)),
        weights_(work.read(draft_, 6)),
        scores_(draft_.operand(scores, wide_ == Type::f64 ? DType::f64 : DType::f32, true)),
        seen_(draft_.operand(seen, DType::u8, true)),
        y_(work.write(draft_)) {}

  Generated run() {
    const Expr rows = work_.input_dims(0)[0];
    row_ = b_.thread(0);
    b_.when(row_ < draft_.argument(rows), [&] {
      features_ = draft_.argument(work_.input_dims(0)[1]);
      target_count_ = draft_.argument(work_.output_dims()[1]);
      first_score_ = row_ * target_count_;
      clear();
      const Value trees = draft_.argument(work_.input_dims(3)[0]);
      b_.loop(b_.integer(0), trees, b_.integer(1),
              [&](Value tree) { give(leaf_of(kir::load_element(roots_, tree))); });
      finish(trees);
    });
    return draft_.finish(rows);
  }

 private:
  bool is_extreme() const { return aggregate_ == Aggregate::min || aggregate_ == Aggregate::max; }

  void clear() {
    b_.loop(b_.integer(0), target_count_, b_.integer(1), [&](Value t) {
      kir::store_element(scores_, first_score_ + t, b_.real(0, wide_));
      if (is_extreme()) kir::store_element(seen_, first_score_ + t, b_.integer(0, Type::u32));
    });
  }

  // Bit 3 of the mode sends NaN where the comparison holds.
  Value holds(Value mode, Value x, Value threshold) {
    const Value kind = b_.binary(kir::Op::bit_and, mode, b_.integer(7));
    Value result = x != threshold;
    const Value by_kind[] = {x <= threshold, x<threshold, x >= threshold, x> threshold,
                             x == threshold};
    for (int k = 0; k < 5; ++k) result = b_.select(kind == k, by_kind[k], result);
    const Value takes_nan = b_.binary(kir::Op::bit_and, mode, b_.integer(8)) == 8;
    return result | (takes_nan & (x != x));
  }

  // Children stand after their parents; what leads elsewhere ends at no leaf.
  Value leaf_of(Value root) {
    const Value count = draft_.argument(work_.input_dims(2)[0]);
    const kir::Variable place = b_.variable(root);
    const kir::Variable before = b_.variable(b_.integer(-1));
    const kir::Variable goes_on = b_.variable(root >= 0);
    b_.loop_while(goes_on, count, [&](Value) {
      const Value at = b_.get(place);
      const Value is_node = (at > b_.get(before)) & (at < count);
      const Value node = b_.select(is_node, at, b_.integer(0));
      const auto field = [&](int k) { return kir::load_element(nodes_, node * 4 + k); };
      const Value feature = field(0);
      const Value is_sound = is_node & (feature >= 0) & (feature < features_);
      const Value column = b_.select(is_sound, feature, b_.integer(0));
      const Value x = kir::load_element(x_, row_ * features_ + column, is_sound);
      const Value threshold = kir::load_element(thresholds_, node);
      const Value yes = holds(field(1), compared(x), compared(threshold));
      const Value next = b_.select(yes, field(2), field(3));
      b_.set(before, at);
      b_.set(place, b_.select(is_sound, next, b_.integer(INT32_MIN)));
      b_.set(goes_on, is_sound & (next >= 0));
    });
    return b_.integer(-1) - b_.get(place);
  }

  // Comparisons are exact: in the wider type when either side needs it.
  Value compared(Value x) {
    const bool is_narrow = !needs_f64(x_.dtype) && !needs_f64(thresholds_.dtype);
    return kir::convert(number_of(x), is_narrow ? Type::f32 : wide_);
  }

 public:
  static bool needs_f64(DType dtype) {
    return dtype == DType::f64 || (!is_float(dtype) && element_bytes(dtype) > 2);
  }

 private:
  void give(Value leaf) {
    const Value shares = draft_.argument(work_.input_dims(5)[0]);
    const Value leaf_count = draft_.argument(work_.input_dims(4)[0]) - 1;
    const Value is_leaf = (leaf >= 0) & (leaf < leaf_count);
    const Value safe = b_.select(is_leaf, leaf, b_.integer(0));
    const Value begin = kir::load_element(leaves_, safe, is_leaf);
    const Value end = kir::load_element(leaves_, safe + 1, is_leaf);
    b_.when((begin >= 0) & (end <= shares), [&] {
      b_.loop(begin, end, b_.integer(1), [&](Value i) {
        const Value target = kir::load_element(targets_, i);
        b_.when((target >= 0) & (target < target_count_), [&] { add(first_score_ + target, i); });
      });
    });
  }

  void add(Value place, Value share) {
    const Value weight = kir::convert(kir::load_element(weights_, share), wide_);
    const Value score = kir::load_element(scores_, place);
    if (!is_extreme()) return kir::store_element(scores_, place, score + weight);
    const Value is_first = kir::load_element(seen_, place) == b_.integer(0, Type::u32);
    const Value is_better = aggregate_ == Aggregate::min ? weight < score : weight > score;
    kir::store_element(scores_, place, b_.select(is_first | is_better, weight, score));
    kir::store_element(seen_, place, b_.integer(1, Type::u32));
  }

  void finish(Value trees) {
    b_.loop(b_.integer(0), target_count_, b_.integer(1), [&](Value t) {
      Value score = kir::load_element(scores_, first_score_ + t);
      if (aggregate_ == Aggregate::average) score = score / b_.cast(trees, wide_);
      kir::store_element(y_, first_score_ + t, score);
    });
  }

  const Work& work_;
  Aggregate aggregate_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor x_, nodes_, thresholds_, roots_, leaves_, targets_, weights_, scores_, seen_, y_;
  Value row_, features_, target_count_, first_score_;
};

}  // namespace

Result<Kernels> tree_ensemble(const Work& work) {
  TENON_TRY(work.needs(7));
  TENON_TRY_ASSIGN(const Aggregate aggregate, aggregate_of(work));
  if (work.input_dims(0).size() != 2 || work.output_dims().size() != 2) {
    return work.refuse("features or scores that are no matrix");
  }
  const bool has_f64 = work.island().limits().has_f64;
  if (!has_f64 && Ensemble::needs_f64(work.input_dtype(0))) {
    return work.refuse(
        fmt::format("features of type {} are compared in f64, which the device lacks",
                    name_of(work.input_dtype(0))));
  }
  Kernels kernels;
  const Expr count = work.island().elements(work.output());
  const uint32_t scores = work.temporary(kernels, has_f64 ? DType::f64 : DType::f32, count);
  const uint32_t seen = work.temporary(kernels, DType::u8, count);
  kernels.list.push_back(Ensemble(work, aggregate, scores, seen).run());
  return kernels;
}

}  // namespace tenon::kernelgen
