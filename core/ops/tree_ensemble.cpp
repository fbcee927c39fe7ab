// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <algorithm>
#include <iterator>

namespace tenon::ops {
namespace {

constexpr std::string_view aggregates[] = {"sum", "average", "min", "max"};

Status infer(InferContext& c) {
  if (c.rank(0) != 2) return invalid("features of rank {}, expected 2", c.rank(0));
  if (c.rank(1) != 2) return invalid("nodes of rank {}, expected 2", c.rank(1));
  TENON_TRY(c.require_equal(c.dim(1, 1), c.number(4), "numbers of a node"));
  for (size_t i = 2; i <= 6; ++i) {
    if (c.rank(i) != 1) return invalid("input {} has rank {}, expected 1", i, c.rank(i));
  }
  TENON_TRY(c.require_equal(c.dim(1, 0), c.dim(2, 0), "nodes and thresholds"));
  TENON_TRY(c.require(c.dim(4, 0) >= 1, "the end of the last leaf"));
  TENON_TRY(c.require_equal(c.dim(5, 0), c.dim(6, 0), "targets and weights"));
  const int64_t targets = c.integer("targets", 0);
  constexpr int64_t most_targets = 1 << 24;
  if (targets < 1 || targets > most_targets) {
    return invalid("attribute targets is {}, expected 1 to {}", targets, most_targets);
  }
  const std::string aggregate = c.text("aggregate", "");
  if (std::ranges::find(aggregates, aggregate) == std::end(aggregates)) {
    return invalid("attribute aggregate is \"{}\", expected sum, average, min or max", aggregate);
  }
  c.output(0, c.dtype(6), {c.dim(0, 0), c.number(targets)});
  return {};
}

SampleInput given(std::vector<int64_t> dims, DType dtype, std::vector<double> values) {
  return {.dims = std::move(dims), .dtype = dtype, .values = std::move(values)};
}

// Two trees: the first asks x0 <= 0.5, then x1 > -1 where that does not hold; the second is a leaf.
Sample sample(std::string_view aggregate) {
  return {.inputs = {{.dims = {5, 2}},
                     given({2, 4}, DType::i32, {0, 0, -1, 1, 1, 11, -2, -3}),
                     given({2}, DType::f32, {0.5, -1}),
                     given({2}, DType::i32, {0, -4}),
                     given({5}, DType::i32, {0, 1, 2, 4, 5}),
                     given({5}, DType::i32, {0, 1, 0, 1, 1}),
                     given({5}, DType::f32, {1, 2, -1, 0.5, 0.25})},
          .attributes = {{"aggregate", std::string(aggregate)}, {"targets", 2}}};
}

}  // namespace

Op tree_ensemble() {
  return {
      .name = "TreeEnsemble",
      .doc =
          "What the leaves of decision trees that a row of features leads to give to each target, "
          "taken together; docs/primitives.md states the arrays.",
      .inputs = {{"x", "numeric"},
                 {"nodes", "i32"},
                 {"thresholds", "f32|f64"},
                 {"roots", "i32"},
                 {"leaves", "i32"},
                 {"targets", "i32"},
                 {"weights", "f16|f32|f64"}},
      .outputs = {{"scores", "f16|f32|f64"}},
      .infer = infer,
      .primitive = true,
      .samples = {sample("sum"), sample("average"), sample("min"), sample("max")},
  };
}

}  // namespace tenon::ops
