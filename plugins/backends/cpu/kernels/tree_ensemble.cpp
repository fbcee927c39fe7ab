// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/forest.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace tenon::cpu {
namespace {

enum Input : size_t { x, nodes, thresholds, roots, leaves, targets, weights };

enum class Aggregate : uint8_t { sum, average, min, max };
constexpr std::string_view aggregates[] = {"sum", "average", "min", "max"};

struct Ensemble {
  TreeArrays arrays;
  Forest forest;
  Aggregate aggregate = Aggregate::sum;
  int64_t targets = 0;
  std::vector<int32_t> begins;  // of the shares of each leaf, and their end
  std::vector<int32_t> share_targets;
  std::vector<float> share_weights;
  bool is_single = false;  // each leaf gives one number to the one target
};

// Rows that are walked together: whole groups, whose features stay in the first cache.
struct Rows {
  int64_t block_rows = 0;
  int64_t group_size = 0;
};

Status match(const NodeView& node) {
  for (size_t i = nodes; i <= weights; ++i) {
    if (!is_constant(node, i)) return unsupported("input {} may change", i);
  }
  if (node.input_rank(x) != 2 || node.output_rank(0) != 2) return unsupported("no matrices");
  if (node.input_dims(x)[1] < 0 || node.output_dims(0)[1] < 1) {
    return unsupported("columns that may change");
  }
  if (!compares_by_order(numbers_of<int32_t>(KernelConstants(node), nodes))) {
    return unsupported("tests for equality");
  }
  return {};
}

std::vector<double> thresholds_of(const NodeView& node, const KernelConstants& constants) {
  if (node.input_dtype(thresholds) == DType::f64) return numbers_of<double>(constants, thresholds);
  const std::vector<float> narrow = numbers_of<float>(constants, thresholds);
  return {narrow.begin(), narrow.end()};
}

Status check(const Ensemble& e) {
  const size_t shares = e.share_targets.size();
  if (e.begins.empty() || e.arrays.nodes.size() != e.arrays.thresholds.size() * 4 ||
      e.share_weights.size() != shares) {
    return invalid("the arrays of the trees differ in length");
  }
  const bool is_inside = std::ranges::all_of(
      e.share_targets, [&](int32_t target) { return target >= 0 && target < e.targets; });
  if (e.begins.front() < 0 || !std::ranges::is_sorted(e.begins) ||
      static_cast<size_t>(e.begins.back()) > shares || !is_inside) {
    return invalid("the leaves of the trees give to a target that is not there");
  }
  return {};
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  Ensemble e;
  const std::string_view name = node.attr_string("aggregate", "");
  const auto* const found = std::ranges::find(aggregates, name);
  if (found == std::end(aggregates)) return unsupported("aggregate \"{}\"", name);
  e.aggregate = static_cast<Aggregate>(found - std::begin(aggregates));
  e.targets = node.output_dims(0)[1];
  e.begins = numbers_of<int32_t>(constants, leaves);
  e.share_targets = numbers_of<int32_t>(constants, targets);
  e.share_weights = numbers_of<float>(constants, weights);
  e.arrays = {.features = node.input_dims(x)[1],
              .leaf_count = static_cast<int64_t>(e.begins.size()) - 1,
              .nodes = numbers_of<int32_t>(constants, nodes),
              .thresholds = thresholds_of(node, constants),
              .roots = numbers_of<int32_t>(constants, roots)};
  TENON_TRY(check(e));
  TENON_TRY_ASSIGN(e.forest, make_forest(e.arrays));
  e.is_single = e.targets == 1 && e.aggregate <= Aggregate::average;
  for (size_t i = 0; i + 1 < e.begins.size() && e.is_single; ++i) {
    e.is_single = e.begins[i] == static_cast<int32_t>(i) && e.begins[i + 1] == e.begins[i] + 1;
  }
  return keep(std::move(e));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const auto& e = sizes.state<Ensemble>();
  Rows rows;
  rows.group_size = (e.arrays.features + 1) * tree_lanes;
  constexpr int64_t block_numbers = 4096;
  rows.block_rows = std::clamp<int64_t>(block_numbers / rows.group_size, 1, 8) * tree_lanes;
  const auto trees = static_cast<int64_t>(e.arrays.roots.size());
  constexpr int64_t chunk_walks = 16384;
  const int64_t blocks = std::max<int64_t>(1, chunk_walks / (trees + 1) / rows.block_rows);
  KernelWork work = in_rows(sizes.input(x)[0], blocks * rows.block_rows);
  work.scratch = rows.block_rows / tree_lanes * rows.group_size * 4 + rows.block_rows * 4 +
                 rows.block_rows * e.targets * 9 + 8;
  work.block = keep(rows);
  return work;
}

// Rows [first, first + count) of at most one block.
class Block {
 public:
  Block(const KernelArguments& arguments, int64_t first, int64_t count)
      : e_(arguments.state<Ensemble>()),
        rows_(arguments.block<Rows>()),
        x_(arguments.input<float>(x).data() + first * e_.arrays.features),
        y_(arguments.output<float>(0).data() + first * e_.targets),
        count_(count) {
    reference::Scratch scratch(arguments.scratch());
    scores_ = scratch.take<double>(rows_.block_rows * e_.targets);
    features_ = scratch.take<float>(rows_.block_rows / tree_lanes * rows_.group_size);
    found_ = scratch.take<uint32_t>(rows_.block_rows);
    seen_ = scratch.take<uint8_t>(rows_.block_rows * e_.targets);
  }

  void run() {
    const bool has_nan = load();
    std::fill_n(scores_, rows_.block_rows * e_.targets, 0.0);
    std::fill_n(seen_, rows_.block_rows * e_.targets, uint8_t{0});
    if (has_nan) {
      walk_with_nan();
    } else if (e_.forest.small.empty()) {
      walk(trees().wide, e_.forest.wide.data());
    } else {
      walk(trees().small, e_.forest.small.data());
    }
    const double divisor =
        e_.aggregate == Aggregate::average ? static_cast<double>(e_.arrays.roots.size()) : 1.0;
    for (int64_t i = 0; i < count_ * e_.targets; ++i) {
      y_[i] = static_cast<float>(scores_[i] / divisor);
    }
  }

 private:
  // Turns rows to groups; those that are missing in the last group are copies of the last row.
  bool load() {
    bool has_nan = false;
    const int64_t groups = (count_ + tree_lanes - 1) / tree_lanes;
    for (int64_t row = 0; row < groups * tree_lanes; ++row) {
      const float* const from = x_ + std::min(row, count_ - 1) * e_.arrays.features;
      float* const to = features_ + row / tree_lanes * rows_.group_size + row % tree_lanes;
      for (int64_t f = 0; f < e_.arrays.features; ++f) {
        has_nan = has_nan || from[f] != from[f];
        to[f * tree_lanes] = from[f];
      }
      to[e_.arrays.features * tree_lanes] = -std::numeric_limits<float>::infinity();
    }
    return has_nan;
  }

  template <class Node>
  void walk(const TreeWalks<Node>& walks, const Node* nodes) {
    const size_t trees = e_.forest.roots.size();
    size_t tree = 0;
    for (; count_ == 1 && tree + tree_lanes <= trees; tree += tree_lanes) {
      const auto first = e_.forest.depths.begin() + static_cast<std::ptrdiff_t>(tree);
      walks.trees(nodes, e_.forest.roots.data() + tree,
                  *std::max_element(first, first + tree_lanes), features_, found_);
      for (int64_t i = 0; i < tree_lanes; ++i) add(0, found_[i]);
    }
    for (; tree < trees; ++tree) {
      walks.rows(nodes + e_.forest.roots[tree], e_.forest.depths[tree], features_, rows_.group_size,
                 (count_ + tree_lanes - 1) / tree_lanes, found_);
      if (e_.is_single) {
        for (int64_t row = 0; row < count_; ++row) scores_[row] += e_.share_weights[found_[row]];
      } else {
        for (int64_t row = 0; row < count_; ++row) add(row, found_[row]);
      }
    }
  }

  void walk_with_nan() {
    for (int64_t row = 0; row < count_; ++row) {
      const float* const from = x_ + row * e_.arrays.features;
      for (const int32_t root : e_.arrays.roots) {
        add(row, static_cast<uint32_t>(e_.arrays.find_leaf(root, from, 1)));
      }
    }
  }

  // What a leaf gives to the targets of a row.
  void add(int64_t row, uint32_t leaf) {
    double* const scores = scores_ + row * e_.targets;
    uint8_t* const seen = seen_ + row * e_.targets;
    for (int32_t i = e_.begins[leaf]; i < e_.begins[leaf + 1]; ++i) {
      const auto share = static_cast<size_t>(i);
      const int32_t target = e_.share_targets[share];
      const double weight = e_.share_weights[share];
      if (e_.aggregate <= Aggregate::average) {
        scores[target] += weight;
      } else if (seen[target] == 0) {
        scores[target] = weight;
      } else if (e_.aggregate == Aggregate::min) {
        scores[target] = std::min(scores[target], weight);
      } else {
        scores[target] = std::max(scores[target], weight);
      }
      seen[target] = 1;
    }
  }

  const Ensemble& e_;
  const Rows& rows_;
  const float* x_;
  float* y_;
  int64_t count_;
  double* scores_;   // by row and target
  float* features_;  // by group
  uint32_t* found_;  // leaves of one tree by row, or of one row by tree
  uint8_t* seen_;    // whether a leaf has given to the target
};

void run(const KernelArguments& arguments, int64_t chunk) {
  const RowRange rows = arguments.rows_of(chunk);
  const int64_t step = arguments.block<Rows>().block_rows;
  for (int64_t row = rows.first; row < rows.last; row += step) {
    Block(arguments, row, std::min(step, rows.last - row)).run();
  }
}

}  // namespace

Kernel tree_ensemble() {
  return {.op = "TreeEnsemble",
          .inputs = {DType::f32, DType::i32, DTypes{DType::f32, DType::f64}, DType::i32, DType::i32,
                     DType::i32, DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
