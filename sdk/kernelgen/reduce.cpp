// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "fold.h"
#include "templates.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenon::kernelgen {

Result<Fold> fold_named(const Work& work) {
  const std::string_view mode = work.word("mode");
  if (mode == "sum") return Fold::sum;
  if (mode == "mean") return Fold::mean;
  if (mode == "prod") return Fold::prod;
  if (mode == "max") return Fold::max;
  if (mode == "min") return Fold::min;
  return work.refuse(fmt::format("mode \"{}\", known are sum, mean, prod, max, min", mode));
}

Value start_of(kir::Builder& builder, Fold fold, DType dtype) {
  switch (fold) {
    case Fold::prod:
      return builder.integer(1, accumulator(dtype));
    case Fold::max:
      return lowest(builder, dtype);
    case Fold::min:
      return highest(builder, dtype);
    default:
      return builder.integer(0, accumulator(dtype));
  }
}

Value combine(Fold fold, Value total, Value value) {
  switch (fold) {
    case Fold::prod:
      return product_of(total, value);
    case Fold::max:
      return larger(total, value);
    case Fold::min:
      return smaller(total, value);
    default:
      return sum_of(total, value);
  }
}

namespace {

constexpr uint32_t threads = 64;
constexpr int64_t run_length = 128;  // elements summed apart, so that errors do not pile up

// Neighbouring axes of one kind are one axis.
struct Axis {
  bool is_folded;
  Expr extent;
};

Result<std::vector<Axis>> merged_axes(const Work& work) {
  const std::vector<Expr> dims = work.input_dims(0);
  std::vector<char> folded(dims.size(), 0);
  TENON_TRY_ASSIGN(const std::vector<int64_t> axes, work.constants("axes"));
  for (const int64_t axis : axes) {
    if (axis < 0 || static_cast<size_t>(axis) >= dims.size()) {
      return work.refuse(fmt::format("axis {} of a tensor of rank {}", axis, dims.size()));
    }
    folded[static_cast<size_t>(axis)] = 1;
  }
  std::vector<Axis> merged;
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool is_folded = folded[i] != 0;
    if (!merged.empty() && merged.back().is_folded == is_folded) {
      merged.back().extent = merged.back().extent * dims[i];
    } else {
      merged.push_back({is_folded, dims[i]});
    }
  }
  return merged;
}

// One thread an output element: walks the folded axes of its input.
class Reduce {
 public:
  Reduce(const Work& work, Fold fold, std::vector<Axis> axes)
      : work_(work),
        fold_(fold),
        axes_(std::move(axes)),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()) {}

  Kernels run() {
    from_ = work_.read(draft_, 0);
    const kir::Tensor to = work_.write(draft_);
    const Expr count = work_.island().elements(work_.output());
    const Value i = b_.thread(0);
    b_.when(i < draft_.argument(count), [&] { kir::store_element(to, i, element(i)); });
    Kernels kernels;
    kernels.list.push_back(draft_.finish(count));
    return kernels;
  }

 private:
  Value element(Value i) {
    std::vector<Value> extents;
    std::vector<Value> kept;
    std::vector<Value> folded;
    for (const Axis& axis : axes_) {
      extents.push_back(draft_.argument(axis.extent));
      (axis.is_folded ? folded : kept).push_back(extents.back());
    }
    const std::vector<Value> at = digits(i, kept);
    const kir::Variable total = b_.variable(start());
    const auto add = [&](std::span<const Value> counters, kir::Variable into) {
      std::vector<Value> coordinates;
      size_t k = 0;
      size_t f = 0;
      for (const Axis& axis : axes_)
        coordinates.push_back(axis.is_folded ? counters[f++] : at[k++]);
      const Value index = coordinates.empty() ? b_.integer(0) : flatten(coordinates, extents);
      b_.set(into, combine(fold_, b_.get(into), folded_element(index)));
    };
    walk(folded, total, add);
    return finished(b_.get(total), folded);
  }

  // The mean of integers must not wrap on its way.
  Value widened(Value value) {
    const bool is_narrow = value.type() == Type::i32 || value.type() == Type::u32;
    return fold_ == Fold::mean && is_narrow ? b_.cast(value, Type::i64) : value;
  }
  Value start() { return widened(start_of(b_, fold_, from_.dtype)); }
  Value folded_element(Value index) { return widened(kir::load_element(from_, index)); }

  using Add = std::function<void(std::span<const Value>, kir::Variable)>;

  // The last folded axis is walked in runs that are folded apart.
  void walk(const std::vector<Value>& folded, kir::Variable total, const Add& add) {
    if (folded.empty()) return add({}, total);
    const Value extent = folded.back();
    const std::span<const Value> outer(folded.data(), folded.size() - 1);
    nest(b_, outer, [&](std::span<const Value> counters) {
      b_.loop(b_.integer(0), extent, b_.integer(run_length), [&](Value first) {
        const kir::Variable part = b_.variable(start());
        const Value last = first + b_.binary(kir::Op::min, b_.integer(run_length), extent - first);
        b_.loop(first, last, b_.integer(1), [&](Value i) {
          std::vector<Value> all(counters.begin(), counters.end());
          all.push_back(i);
          add(all, part);
        });
        b_.set(total, combine(fold_, b_.get(total), b_.get(part)));
      });
    });
  }

  Value finished(Value total, const std::vector<Value>& folded) {
    if (fold_ != Fold::mean) return total;
    Value count = b_.integer(1);
    for (const Value& extent : folded) count = count * extent;
    if (is_float(total.type())) return total / b_.cast(count, total.type());
    const Value divisor = b_.cast(b_.binary(kir::Op::max, count, b_.integer(1)), total.type());
    return total / divisor;
  }

  const Work& work_;
  Fold fold_;
  std::vector<Axis> axes_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor from_;
};

}  // namespace

Result<Kernels> reduce(const Work& work) {
  TENON_TRY(work.needs(1));
  TENON_TRY_ASSIGN(const Fold fold, fold_named(work));
  const bool is_extreme = fold == Fold::max || fold == Fold::min;
  if (work.input_dtype(0) == DType::boolean && !is_extreme) return work.refuse("this mode of bool");
  TENON_TRY_ASSIGN(std::vector<Axis> axes, merged_axes(work));
  return Reduce(work, fold, std::move(axes)).run();
}

}  // namespace tenon::kernelgen
