// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constant_host.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/reference/reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

// TreeEnsemble against the reference backend at every level: the same bits.
namespace tenon::cpu {
namespace {

using testing::empty_tensor;
using testing::tensor;
using testing::TestTensor;
using Reals = std::vector<double>;

struct Trees {
  int64_t count = 20;
  int64_t features = 9;
  int64_t targets = 1;
  int64_t shares = 1;  // of a leaf
  int64_t modes = 4;
  DType thresholds = DType::f32;
};

// Trees of random shape: children stand behind their parents. Thresholds are few, so that features
// meet them exactly.
std::vector<TestTensor> arrays(const Trees& t, int64_t rows, bool has_nan) {
  std::mt19937 random(7);
  const auto below = [&](int64_t n) {
    return static_cast<int64_t>(random() % static_cast<uint32_t>(n));
  };
  const auto quarter = [&] { return static_cast<double>(below(17) - 8) / 4; };
  Reals nodes, thresholds, roots, begins = {0}, targets, weights, x;
  int64_t leaves = 0;
  const auto leaf = [&] {
    for (int64_t i = 0; i < t.shares; ++i) {
      targets.push_back(static_cast<double>(t.targets == t.shares ? i : below(t.targets)));
      weights.push_back(quarter() / 7);
    }
    begins.push_back(static_cast<double>(targets.size()));
    return static_cast<double>(~leaves++);
  };
  for (int64_t tree = 0; tree < t.count; ++tree) {
    auto first = static_cast<int64_t>(thresholds.size());
    const int64_t last = first + below(60);
    roots.push_back(last == first ? leaf() : static_cast<double>(first));
    std::vector<int64_t> open;  // places in nodes that wait for a child
    for (int64_t i = first; i < last; ++i) {
      if (i > first) {
        const auto place = static_cast<size_t>(below(static_cast<int64_t>(open.size())));
        nodes[static_cast<size_t>(open[place])] = static_cast<double>(i);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(place));
      }
      const double mode = static_cast<double>(below(t.modes) + 8 * below(2));
      nodes.insert(nodes.end(), {static_cast<double>(below(t.features)), mode, 0, 0});
      thresholds.push_back(i % 23 == 5 ? -std::numeric_limits<double>::infinity() : quarter());
      open.push_back(i * 4 + 2);
      open.push_back(i * 4 + 3);
    }
    for (const int64_t place : open) nodes[static_cast<size_t>(place)] = leaf();
  }
  for (int64_t i = 0; i < rows * t.features; ++i) {
    x.push_back(has_nan && below(30) == 0 ? std::nan("") : quarter());
  }
  const auto size = [](const Reals& list) { return static_cast<int64_t>(list.size()); };
  return {tensor(DType::f32, {rows, t.features}, x),
          tensor(DType::i32, {size(thresholds), 4}, nodes),
          tensor(t.thresholds, {size(thresholds)}, thresholds),
          tensor(DType::i32, {size(roots)}, roots),
          tensor(DType::i32, {size(begins)}, begins),
          tensor(DType::i32, {size(targets)}, targets),
          tensor(DType::f32, {size(weights)}, weights)};
}

void expect_same(const Trees& t, const std::string& aggregate, int64_t rows, bool has_nan = false) {
  const std::vector<TestTensor> in = arrays(t, rows, has_nan);
  const std::vector<TestTensor> out = {empty_tensor(DType::f32, {rows, t.targets})};
  const std::vector<testing::TestAttr> attrs = {testing::word("aggregate", aggregate),
                                                testing::integer("targets", t.targets)};
  const auto expected =
      testing::TestDevice(reference::backend()).run_node("TreeEnsemble", in, out, attrs);
  ASSERT_TRUE(expected.ok()) << expected.status().message();
  each_level([&](Level level) {
    SCOPED_TRACE(aggregate + " at " + std::string(to_text(level)));
    const auto y = run_with_constants(backend(), "TreeEnsemble", in, 1, {}, out, attrs);
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ((*y)[0].bytes, (*expected)[0].bytes);
  });
}

TEST(CpuTreeEnsemble, one_row_and_many_find_the_leaves_of_the_reference) {
  for (const int64_t rows : {1, 7, 8, 150}) expect_same({}, "sum", rows);
}

TEST(CpuTreeEnsemble, leaves_that_give_to_several_targets_are_taken_together) {
  for (const char* aggregate : {"sum", "average", "min", "max"}) {
    expect_same({.targets = 3, .shares = 3}, aggregate, 20);
    expect_same({.targets = 5, .shares = 2}, aggregate, 20);
  }
}

TEST(CpuTreeEnsemble, missing_features_go_where_the_nodes_say) { expect_same({}, "sum", 40, true); }

TEST(CpuTreeEnsemble, thresholds_of_f64_are_compared_exactly) {
  expect_same({.thresholds = DType::f64}, "sum", 30);
}

TEST(CpuTreeEnsemble, tests_for_equality_run_on_the_plain_kernel) {
  expect_same({.modes = 6}, "sum", 30);
}

TEST(CpuTreeEnsemble, many_features_take_wide_nodes) {
  expect_same({.count = 3, .features = 9000}, "sum", 10);
}

}  // namespace
}  // namespace tenon::cpu
