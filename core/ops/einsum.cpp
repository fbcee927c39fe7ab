// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/einsum.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

Result<Equation> equation(const NodeContext& c) {
  std::vector<int64_t> ranks;
  for (size_t i = 0; i < c.inputs(); ++i) ranks.push_back(c.rank(i));
  return parse_equation(c.text("equation", ""), ranks);
}

bool holds(const Labels& labels, int label) {
  return std::ranges::find(labels, label) != labels.end();
}

int64_t place(const Labels& labels, int label) {
  return std::ranges::find(labels, label) - labels.begin();
}

// A tensor and what its axes are called.
struct Term {
  ValueId value = no_id;
  Labels labels;
};

// A label that occurs twice: what is off the diagonal becomes 0 and one of the axes is summed.
Term take_diagonals(ExpandContext& c, Term term) {
  for (size_t i = 0; i < term.labels.size(); ++i) {
    const auto later = std::find(term.labels.begin() + static_cast<int64_t>(i) + 1,
                                 term.labels.end(), term.labels[i]);
    if (later == term.labels.end()) continue;
    const int64_t axis = later - term.labels.begin();
    const std::string formula = fmt::format("coord({}) == coord({}) ? x : 0", i, axis);
    term.value = map(c, formula, {{"x", term.value}}, c.dtype_of(term.value));
    term.value = reduce_away(c, "sum", term.value, {axis});
    term.labels.erase(later);
    --i;
  }
  return term;
}

// Sums the axes whose label is not in `wanted`.
Term sum_away(ExpandContext& c, Term term, const Labels& wanted) {
  std::vector<int64_t> axes;
  Labels left;
  for (size_t i = 0; i < term.labels.size(); ++i) {
    if (holds(wanted, term.labels[i])) {
      left.push_back(term.labels[i]);
    } else {
      axes.push_back(static_cast<int64_t>(i));
    }
  }
  if (axes.empty()) return term;
  return {reduce_away(c, "sum", term.value, axes), left};
}

// The axes in the order of `order`; labels that the term lacks get size 1.
Term arrange(ExpandContext& c, const Term& term, const Labels& order) {
  std::vector<int64_t> perm;
  std::vector<Expr> dims;
  const std::vector<Expr> sizes = c.dims_of(term.value);
  for (const int label : order) {
    const bool own = holds(term.labels, label);
    const int64_t axis = own ? place(term.labels, label) : 0;
    if (own) perm.push_back(axis);
    dims.push_back(own ? sizes[static_cast<size_t>(axis)] : c.number(1));
  }
  if (perm.size() != term.labels.size()) return term;
  const ValueId turned = std::ranges::is_sorted(perm) ? term.value : transpose(c, term.value, perm);
  return {perm.size() == order.size() ? turned : reshape(c, turned, dims), order};
}

Labels all_but(const Labels& labels, const Labels& without) {
  Labels result;
  for (const int label : labels) {
    if (!holds(without, label)) result.push_back(label);
  }
  return result;
}

Labels joined(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Expr> extents(const std::vector<Expr>& dims, size_t begin, size_t count) {
  const auto first = dims.begin() + static_cast<int64_t>(begin);
  return {first, first + static_cast<int64_t>(count)};
}

bool is_one(Expr size) { return size.is_constant() && size.constant() == 1; }

// Axes that are summed, of size 1 here and of another one in `other`: without them what is left
// of the sum is that over the other term.
Term drop_ones(ExpandContext& c, Term term, const Term& other, const Labels& wanted) {
  if (!c.status().ok()) return term;
  Labels kept;
  const std::vector<Expr> mine = c.dims_of(term.value);
  const std::vector<Expr> others = c.dims_of(other.value);
  for (const int label : term.labels) {
    const auto size = [&](const std::vector<Expr>& dims, const Labels& labels) {
      return dims[static_cast<size_t>(place(labels, label))];
    };
    const bool spread = !holds(wanted, label) && holds(other.labels, label) &&
                        is_one(size(mine, term.labels)) && !is_one(size(others, other.labels));
    if (!spread) kept.push_back(label);
  }
  return sum_away(c, std::move(term), kept);
}

// Contracts two terms by one matrix product; labels not in `wanted` are summed.
Term contract(ExpandContext& c, Term a, Term b, const Labels& wanted) {
  a = drop_ones(c, a, b, wanted);
  b = drop_ones(c, b, a, wanted);
  a = sum_away(c, a, joined(wanted, b.labels));
  b = sum_away(c, b, joined(wanted, a.labels));
  const Labels left = all_but(a.labels, b.labels);
  const Labels right = all_but(b.labels, a.labels);
  const Labels shared = all_but(a.labels, left);
  const Labels summed = all_but(shared, wanted);
  const Labels batch = all_but(shared, summed);
  a = arrange(c, a, joined(joined(batch, left), summed));
  b = arrange(c, b, joined(joined(batch, summed), right));
  if (!c.status().ok()) return a;
  const std::vector<Expr> x = c.dims_of(a.value);
  const std::vector<Expr> y = c.dims_of(b.value);
  const std::vector<Expr> rows = extents(x, batch.size(), left.size());
  const std::vector<Expr> columns = extents(y, batch.size() + summed.size(), right.size());
  std::vector<Expr> to_x = extents(x, 0, batch.size());
  std::vector<Expr> to_y = extents(y, 0, batch.size());
  const Expr inner = product(c, extents(x, batch.size() + left.size(), summed.size()));
  to_x.insert(to_x.end(), {product(c, rows), inner});
  to_y.insert(to_y.end(), {inner, product(c, columns)});
  const ValueId out = c.add("MatMul", {reshape(c, a.value, to_x), reshape(c, b.value, to_y)});
  if (!c.status().ok()) return a;
  std::vector<Expr> dims = extents(c.dims_of(out), 0, batch.size());
  dims.insert(dims.end(), rows.begin(), rows.end());
  dims.insert(dims.end(), columns.begin(), columns.end());
  return {reshape(c, out, dims), joined(joined(batch, left), right)};
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Equation e, equation(c));
  std::vector<Expr> dims;
  std::vector<std::pair<int, Expr>> known;
  for (size_t i = 0; i < e.inputs.size(); ++i) {
    for (size_t axis = 0; axis < e.inputs[i].size(); ++axis) {
      const int label = e.inputs[i][axis];
      const Expr size = c.dims(i)[axis];
      const auto same = [&](const auto& entry) { return entry.first == label; };
      const auto found = std::ranges::find_if(known, same);
      if (found == known.end()) {
        known.emplace_back(label, size);
      } else {
        TENON_TRY_ASSIGN(const std::vector<Expr> both, c.broadcast({found->second}, {size}));
        found->second = both[0];
      }
    }
  }
  for (const int label : e.output) {
    const auto same = [&](const auto& entry) { return entry.first == label; };
    dims.push_back(std::ranges::find_if(known, same)->second);
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Equation e, equation(c));
  std::vector<Term> terms;
  for (size_t i = 0; i < e.inputs.size(); ++i) {
    terms.push_back(take_diagonals(c, {c.input(i), e.inputs[i]}));
  }
  Term result = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    Labels wanted = e.output;
    for (size_t j = i + 1; j < terms.size(); ++j) wanted = joined(wanted, terms[j].labels);
    result = contract(c, result, terms[i], wanted);
  }
  result = arrange(c, sum_away(c, result, e.output), e.output);
  c.output(0, result.value == c.input(0) ? c.add("Identity", {result.value}) : result.value);
  return {};
}

}  // namespace

Op einsum() {
  return {
      .name = "Einsum",
      .doc = "Products of the operands summed over the axes that the output does not name.",
      .inputs = {{"inputs", "numeric", variadic_operand}},
      .outputs = {{"output", "numeric"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {2, 4, 5}}},
                   .attributes = {{"equation", "bij, bjk -> bik"}}},
                  {.inputs = {{.dims = {3, 3}}}, .attributes = {{"equation", "ii"}}},
                  {.inputs = {{.dims = {2, 3}}, {.dims = {3, 4}}, {.dims = {4, 2}}},
                   .attributes = {{"equation", "ij,jk,kl->li"}}}},
  };
}

}  // namespace tenon::ops
