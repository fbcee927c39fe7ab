// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

enum class Aggregate : uint8_t { sum, average, min, max };

struct Ensemble {
  Aggregate aggregate = Aggregate::sum;
  int64_t features = 0;
  int64_t targets = 0;
  int64_t nodes = 0;
  int64_t trees = 0;
  int64_t leaves = 0;
  int64_t shares = 0;
};

// The comparison that a node's second number names, and whether it sends NaN where it holds.
bool holds(int32_t mode, double x, double threshold) {
  if ((mode & 8) != 0 && std::isnan(x)) return true;
  switch (mode & 7) {
    case 0:
      return x <= threshold;
    case 1:
      return x < threshold;
    case 2:
      return x >= threshold;
    case 3:
      return x > threshold;
    case 4:
      return x == threshold;
    default:
      return x != threshold;
  }
}

class Row {
 public:
  Row(const KernelArguments& arguments, int64_t row)
      : arguments_(arguments),
        e_(arguments.block<Ensemble>()),
        row_(row),
        nodes_(arguments.input<int32_t>(1)) {
    Scratch scratch(arguments.scratch());
    x_ = scratch.take<double>(e_.features);
    scores_ = scratch.take<double>(e_.targets);
    seen_ = scratch.take<double>(e_.targets);
  }

  void run() {
    widen(arguments_.input_data(0), arguments_.input_dtype(0), row_ * e_.features, e_.features, x_);
    std::fill_n(scores_, e_.targets, 0.0);
    std::fill_n(seen_, e_.targets, 0.0);
    for (const int32_t root : arguments_.input<int32_t>(3)) {
      if (!add_leaf(find_leaf(root))) return;
    }
    if (e_.aggregate == Aggregate::average) {
      for (int64_t t = 0; t < e_.targets; ++t) scores_[t] /= static_cast<double>(e_.trees);
    }
    narrow(scores_, e_.targets, arguments_.output_dtype(0), arguments_.output_data(0),
           row_ * e_.targets);
  }

 private:
  // -1 when the arrays lead nowhere. Children stand after their parents, so this ends.
  int64_t find_leaf(int64_t place) const {
    int64_t before = -1;
    while (place >= 0) {
      if (place <= before || place >= e_.nodes) return -1;
      before = place;
      const int32_t* const node = nodes_.data() + place * 4;
      if (node[0] < 0 || node[0] >= e_.features) return -1;
      double threshold = 0;
      widen(arguments_.input_data(2), arguments_.input_dtype(2), place, 1, &threshold);
      place = holds(node[1], x_[node[0]], threshold) ? node[2] : node[3];
    }
    return ~place < e_.leaves ? ~place : -1;
  }

  bool add_leaf(int64_t leaf) const {
    const auto begins = arguments_.input<int32_t>(4);
    const int64_t begin = leaf < 0 ? -1 : begins[static_cast<size_t>(leaf)];
    const int64_t end = leaf < 0 ? -1 : begins[static_cast<size_t>(leaf) + 1];
    if (begin < 0 || end > e_.shares) return fail();
    for (int64_t i = begin; i < end; ++i) {
      const int64_t target = arguments_.input<int32_t>(5)[static_cast<size_t>(i)];
      if (target < 0 || target >= e_.targets) return fail();
      double weight = 0;
      widen(arguments_.input_data(6), arguments_.input_dtype(6), i, 1, &weight);
      add(target, weight);
    }
    return true;
  }

  void add(int64_t target, double weight) const {
    double& score = scores_[target];
    const bool first = seen_[target] == 0;
    seen_[target] = 1;
    if (e_.aggregate == Aggregate::min) {
      score = first ? weight : std::min(score, weight);
    } else if (e_.aggregate == Aggregate::max) {
      score = first ? weight : std::max(score, weight);
    } else {
      score += weight;
    }
  }

  bool fail() const {
    arguments_.fail(invalid("the trees lead to a node, leaf or target that is not there"));
    return false;
  }

  const KernelArguments& arguments_;
  const Ensemble& e_;
  int64_t row_;
  std::span<const int32_t> nodes_;
  double* x_;       // the features
  double* scores_;  // by target
  double* seen_;    // whether a leaf has given to the target
};

void run(const KernelArguments& arguments, int64_t chunk) {
  for (const int64_t row : arguments.rows_of(chunk)) Row(arguments, row).run();
}

Result<Aggregate> aggregate_named(std::string_view name) {
  if (name == "sum") return Aggregate::sum;
  if (name == "average") return Aggregate::average;
  if (name == "min") return Aggregate::min;
  if (name == "max") return Aggregate::max;
  return unsupported("aggregate \"{}\", known are sum, average, min, max", name);
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  Ensemble e;
  TENON_TRY_ASSIGN(e.aggregate, aggregate_named(sizes.node().attr_string("aggregate", "")));
  const size_t ranks[] = {2, 2, 1, 1, 1, 1, 1};
  for (size_t i = 0; i < 7; ++i) {
    if (sizes.has_input(i) && sizes.input(i).size() == ranks[i]) continue;
    return invalid("input {} is missing or not of rank {}", i, ranks[i]);
  }
  e.features = sizes.input(0)[1];
  e.nodes = sizes.input(2)[0];
  e.trees = sizes.input(3)[0];
  e.leaves = sizes.input(4)[0] - 1;
  e.shares = sizes.input(5)[0];
  if (sizes.output(0).size() != 2 || sizes.output(0)[0] != sizes.input(0)[0]) {
    return invalid("one row of scores for each row of features is expected");
  }
  e.targets = sizes.output(0)[1];
  constexpr int64_t most = int64_t{1} << 32;
  if (e.targets > most || e.features > most) {
    return unsupported("{} features and {} targets", e.features, e.targets);
  }
  if (sizes.input(1)[0] != e.nodes || sizes.input(1)[1] != 4 || sizes.input(6)[0] != e.shares ||
      e.leaves < 0) {
    return invalid("the arrays of the trees differ in length");
  }
  KernelWork work = in_rows(sizes.input(0)[0], std::max<int64_t>(1, 4096 / (e.trees + 1)));
  work.scratch = (e.features + 2 * e.targets) * 8;
  work.block = keep(e);
  return work;
}

}  // namespace

Kernel tree_ensemble() {
  const DTypes wide = {DType::f32, DType::f64};
  const DTypes weights = {DType::f16, DType::f32, DType::f64};
  return {.op = "TreeEnsemble",
          .inputs = {numeric_types, DType::i32, wide, DType::i32, DType::i32, DType::i32, weights},
          .outputs = {weights},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
