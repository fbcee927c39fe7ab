// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"
#include "core/ops/framework/kernel_trick.h"
#include "core/ops/op.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

namespace tenon::ops {
namespace {

// What the attributes say. Pairs of classes are (0, 1), (0, 2) ... (1, 2) ...
struct Machine {
  Labels labels;
  std::vector<int64_t> counts;  // support vectors of each class; none for a linear machine
  std::vector<double> coefficients;
  std::vector<double> rho;
  bool probabilities = false;

  bool linear() const { return counts.empty(); }
  int64_t classes() const {
    return linear() ? static_cast<int64_t>(std::max<size_t>(labels.count(), 1))
                    : static_cast<int64_t>(counts.size());
  }
  int64_t vectors() const { return std::accumulate(counts.begin(), counts.end(), int64_t{0}); }
  int64_t pairs() const { return classes() * (classes() - 1) / 2; }
  // One score that two labels share.
  bool binary() const { return !linear() && !probabilities && classes() == 2; }
  int64_t columns() const {
    if (linear() || probabilities) return classes();
    return std::max<int64_t>(pairs(), 2);
  }
};

Status check_counts(const Machine& m) {
  constexpr int64_t most_classes = 1 << 12;
  if (m.linear()) return {};
  if (m.classes() < 2 || m.classes() > most_classes) {
    return invalid("vectors_per_class has {} entries, expected 2 to {}", m.classes(), most_classes);
  }
  int64_t sum = 0;
  for (const int64_t count : m.counts) {
    if (count < 0 || __builtin_add_overflow(sum, count, &sum)) {
      return invalid("vectors_per_class has an entry {}", count);
    }
  }
  if (static_cast<size_t>(m.classes()) != m.labels.count()) {
    return invalid("vectors_per_class has {} entries for {} labels", m.classes(), m.labels.count());
  }
  const auto given = static_cast<int64_t>(m.coefficients.size());
  if (sum == 0 || given % sum != 0 || given / sum != m.classes() - 1) {
    return invalid("{} coefficients for {} support vectors of {} classes", given, sum, m.classes());
  }
  return {};
}

Result<Machine> machine_of(const NodeContext& c) {
  Machine m;
  TENON_TRY_ASSIGN(m.labels, labels_of(c, "classlabels_ints", "classlabels_strings"));
  m.counts = c.integers("vectors_per_class", {});
  m.coefficients = c.reals("coefficients", {});
  m.rho = c.reals("rho", {});
  const std::vector<double> a = c.reals("prob_a", {});
  m.probabilities = !a.empty() && !m.linear();
  TENON_TRY(check_counts(m));
  const int64_t offsets = m.linear() ? 1 : m.pairs();
  if (static_cast<int64_t>(m.rho.size()) < offsets) {
    return invalid("rho has {} entries, expected {}", m.rho.size(), offsets);
  }
  if (m.linear() &&
      (m.coefficients.empty() || m.coefficients.size() % static_cast<size_t>(m.classes()) != 0)) {
    return invalid("{} coefficients for {} classes", m.coefficients.size(), m.classes());
  }
  if (m.probabilities &&
      (static_cast<int64_t>(a.size()) != m.pairs() || c.reals("prob_b", {}).size() != a.size())) {
    return invalid("prob_a and prob_b have {} and {} entries, expected {}", a.size(),
                   c.reals("prob_b", {}).size(), m.pairs());
  }
  return m;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Machine m, machine_of(c));
  if (m.linear()) {
    const auto features = static_cast<int64_t>(m.coefficients.size()) / m.classes();
    TENON_TRY(c.require_equal(c.dim(0, -1), c.number(features), "features and coefficients"));
  } else {
    TENON_TRY(check_support(c, m.vectors()));
  }
  return classify(c, m.labels, m.columns());
}

// Calls f(pair, i, j) for all classes i < j.
void each_pair(const Machine& m, const std::function<void(size_t, size_t, size_t)>& f) {
  size_t pair = 0;
  const auto classes = static_cast<size_t>(m.classes());
  for (size_t i = 0; i < classes; ++i) {
    for (size_t j = i + 1; j < classes; ++j) f(pair++, i, j);
  }
}

// The score of each pair of classes: the support vectors of both, weighted for each other.
ValueId pair_scores(ExpandContext& c, const Machine& m, ValueId kernels) {
  const auto vectors = static_cast<size_t>(m.vectors());
  const auto pairs = static_cast<size_t>(m.pairs());
  std::vector<size_t> begins;
  size_t begin = 0;
  for (const int64_t count : m.counts) {
    begins.push_back(begin);
    begin += static_cast<size_t>(count);
  }
  std::vector<double> weights(vectors * pairs);
  each_pair(m, [&](size_t pair, size_t i, size_t j) {
    for (size_t k = 0; k < static_cast<size_t>(m.counts[i]); ++k) {
      const size_t vector = begins[i] + k;
      weights[vector * pairs + pair] = m.coefficients[(j - 1) * vectors + vector];
    }
    for (size_t k = 0; k < static_cast<size_t>(m.counts[j]); ++k) {
      const size_t vector = begins[j] + k;
      weights[vector * pairs + pair] = m.coefficients[i * vectors + vector];
    }
  });
  const DType dtype = c.dtype_of(kernels);
  const ValueId w = constant(c, dtype, {m.vectors(), m.pairs()}, weights);
  std::vector<double> rho = m.rho;
  rho.resize(pairs);
  return c.add("Add", {c.add("MatMul", {kernels, w}), vector_constant(c, dtype, rho)});
}

// How many pairs each class wins: the first of a pair where its score is above zero.
ValueId votes_of(ExpandContext& c, const Machine& m, ValueId scores) {
  const auto classes = static_cast<size_t>(m.classes());
  std::vector<double> wins(static_cast<size_t>(m.pairs()) * classes);
  std::vector<double> losses(classes);
  each_pair(m, [&](size_t pair, size_t i, size_t j) {
    wins[pair * classes + i] = 1;
    wins[pair * classes + j] = -1;
    losses[j] += 1;
  });
  const DType dtype = c.dtype_of(scores);
  const ValueId won = map(c, "s > 0 ? 1 : 0", {{"s", scores}}, dtype);
  const ValueId w = constant(c, dtype, {m.pairs(), m.classes()}, wins);
  return c.add("Add", {c.add("MatMul", {won, w}), vector_constant(c, dtype, losses)});
}

ValueId probabilities(ExpandContext& c, const Machine& m, ValueId scores) {
  const DType dtype = c.dtype_of(scores);
  const ValueId p = map(c, "min(max(1 / (1 + exp(s * a + b)), 0.0000001), 0.9999999)",
                        {{"s", scores},
                         {"a", vector_constant(c, dtype, c.reals("prob_a", {}))},
                         {"b", vector_constant(c, dtype, c.reals("prob_b", {}))}},
                        dtype);
  return c.add("CouplePairs", {p}, {{"classes", m.classes()}});
}

// Two columns of the one score between two classes.
ValueId both_sides(ExpandContext& c, ValueId s) {
  const std::string transform = c.text("post_transform", "NONE");
  if (transform == "NONE") return two_columns(c, "-s", "s", s);
  if (transform == "PROBIT") return two_columns(c, "1 - s", "s", transform_scores(c, transform, s));
  return transform_scores(c, transform, two_columns(c, "-s", "s", s));
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Machine m, machine_of(c));
  const ValueId x = feature_rows(c);
  const DType dtype = c.dtype_of(x);
  ValueId scores = no_id, best = no_id;
  if (m.linear()) {
    const auto features = static_cast<int64_t>(m.coefficients.size()) / m.classes();
    const ValueId w = constant(c, dtype, {m.classes(), features}, m.coefficients);
    const ValueId sums = c.add("MatMul", {x, transpose(c, w, {1, 0})});
    scores = map(c, "s + rho", {{"s", sums}}, dtype, {{"rho", m.rho.front()}});
    best = best_of_row(c, scores);
  } else {
    scores = pair_scores(c, m, support_kernel(c, x, m.vectors()));
    best = best_of_row(c, votes_of(c, m, scores));
    if (m.probabilities) scores = probabilities(c, m, scores);
  }
  const ValueId written = m.binary()
                              ? both_sides(c, scores)
                              : transform_scores(c, c.text("post_transform", "NONE"), scores);
  const bool named = m.labels.count() != 0;
  c.output(0, label_at(c, named ? m.labels : Labels{.numbers = {0}, .words = {}}, best));
  c.output(1, c.cast(written, DType::f32));
  return {};
}

Attributes machine_sample(int64_t classes) {
  Attributes attributes = {{"kernel_type", "RBF"},
                           {"kernel_params", std::vector<double>{0.5, 0, 3}},
                           {"support_vectors", std::vector<double>{0.5, -1, 1, 0.25, -1, 0.5}}};
  if (classes == 2) {
    attributes["vectors_per_class"] = std::vector<int64_t>{1, 2};
    attributes["classlabels_ints"] = std::vector<int64_t>{4, 2};
    attributes["coefficients"] = std::vector<double>{1, -2, 0.5};
    attributes["rho"] = std::vector<double>{0.25};
    return attributes;
  }
  attributes["vectors_per_class"] = std::vector<int64_t>{1, 1, 1};
  attributes["classlabels_ints"] = std::vector<int64_t>{4, 2, 3};
  attributes["coefficients"] = std::vector<double>{1, -2, 0.5, -1, 0.5, 2};
  attributes["rho"] = std::vector<double>{0.25, 0.5, -0.25};
  attributes["prob_a"] = std::vector<double>{-1, -2, -1.5};
  attributes["prob_b"] = std::vector<double>{0.25, 0.5, -0.25};
  return attributes;
}

}  // namespace

Op svm_classifier() {
  return {
      .name = "SVMClassifier",
      .domain = "ai.onnx.ml",
      .doc =
          "The class that wins most of its comparisons with the other classes, each a support "
          "vector machine, and its scores or probabilities.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"label", "i64|string"}, {"scores", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {4, 2}}}, .attributes = machine_sample(2), .outputs = 2},
                  {.inputs = {{.dims = {4, 2}}}, .attributes = machine_sample(3), .outputs = 2}},
  };
}

}  // namespace tenon::ops
