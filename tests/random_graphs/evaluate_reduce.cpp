// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/evaluate.h"

#include <algorithm>
#include <cmath>
#include <functional>

// Operators that gather many elements into one.
namespace tenon::random_graphs {

namespace {

using Operands = std::vector<const Value*>;

size_t axis_of(int64_t axis, size_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank) : axis);
}

// Sums of `count` terms whose sizes add up to `size`: what their order may change.
Real sum_error(DType dtype, size_t count, Real size) {
  if (!is_float(dtype)) return 0;
  return 4 * epsilon(dtype) * std::sqrt(static_cast<Real>(std::max<size_t>(count, 1))) * size;
}

// The elements that become one result.
struct Group {
  std::vector<Real> x, error;
  bool unknown() const {
    return std::ranges::any_of(error, [](Real e) { return std::isinf(e); });
  }
};

void sum_up(Value& y, size_t i, const Group& group, Real divisor,
            const std::function<Real(Real)>& term, const std::function<Real(Real)>& last,
            bool squared = false) {
  if (!is_float(y.dtype)) {
    Real sum = 0;
    for (const Real x : group.x) {
      const auto whole = static_cast<Wide>(x);
      const Wide added = squared ? whole * whole : static_cast<Wide>(term(x));
      sum = wrapped(y.dtype, static_cast<Wide>(sum) + static_cast<Wide>(wrapped(y.dtype, added)));
    }
    settle(y, i, sum, group.unknown() ? INFINITY : 0, 0);
    return;
  }
  Real sum = 0, size = 0, error = 0;
  for (size_t k = 0; k < group.x.size(); ++k) {
    const Real t = term(group.x[k]);
    sum += t;
    size += std::fabs(t);
    error += std::max(std::fabs(term(group.x[k] + group.error[k]) - t),
                      std::fabs(term(group.x[k] - group.error[k]) - t));
  }
  error = (error + sum_error(y.dtype, group.x.size(), size)) / divisor;
  sum /= divisor;
  const Real exact = last(sum);
  const Real off =
      std::max(std::fabs(last(sum + error) - exact), std::fabs(last(sum - error) - exact));
  const bool odd = group.unknown() || std::isnan(off);
  settle(y, i, exact, std::isfinite(exact) ? (odd ? INFINITY : off) : (odd ? INFINITY : 0), 4);
}

void extreme(Value& y, size_t i, const Group& group, bool largest) {
  Real best = largest ? lowest(y.dtype) : highest(y.dtype), error = 0;
  for (size_t k = 0; k < group.x.size(); ++k) {
    error = std::max(error, group.error[k]);
    if (std::isnan(best)) continue;
    if (std::isnan(group.x[k]) || (largest ? group.x[k] > best : group.x[k] < best)) {
      best = group.x[k];
    }
  }
  y.x[i] = best;
  y.error[i] = error;
}

void multiply(Value& y, size_t i, const Group& group) {
  if (!is_float(y.dtype)) {
    Real product = 1;
    for (const Real x : group.x) {
      product = wrapped(y.dtype, static_cast<Wide>(product) * static_cast<Wide>(x));
    }
    settle(y, i, product, group.unknown() ? INFINITY : 0, 0);
    return;
  }
  Real product = 1, widest = 1;
  for (size_t k = 0; k < group.x.size(); ++k) {
    product *= group.x[k];
    widest *= std::fabs(group.x[k]) + group.error[k];
  }
  const bool odd = !std::isfinite(widest);
  const Real steps = static_cast<Real>(group.x.size()) + 1;
  settle(y, i, product, odd ? INFINITY : widest - std::fabs(product), steps);
}

// log(sum(exp(x))), shifted by the largest.
void log_sum_exp(Value& y, size_t i, const Group& group, Real ulps) {
  Real peak = -INFINITY, error = 0;
  for (size_t k = 0; k < group.x.size(); ++k) {
    peak = std::max(peak, group.x[k]);
    error = std::max(error, group.error[k]);
  }
  if (!std::isfinite(peak)) {
    settle(y, i, peak, group.x.empty() ? 0 : INFINITY, 0);
    return;
  }
  Real sum = 0;
  for (const Real x : group.x) sum += std::exp(x - peak);
  const Real steps = ulps + static_cast<Real>(group.x.size());
  const Real near_peak = 4 * epsilon(y.dtype) * (steps + std::fabs(peak));
  settle(y, i, peak + std::log(sum), group.unknown() ? INFINITY : error + near_peak, 4 * ulps);
}

// The plain form in which operators without a shift may also be computed overflows sooner.
void combine(const std::string& op, Value& y, size_t i, const Group& group, Real ulps) {
  const auto same = [](Real x) { return x; };
  const auto size = [](Real x) { return std::fabs(x); };
  const auto square = [](Real x) { return x * x; };
  const auto root = [](Real x) { return std::sqrt(std::max(x, Real{0})); };
  const auto count = static_cast<Real>(group.x.size());
  if (op == "ReduceSum") return sum_up(y, i, group, 1, same, same);
  if (op == "ReduceMean") return sum_up(y, i, group, count, same, same);
  if (op == "ReduceL1") return sum_up(y, i, group, 1, size, same);
  if (op == "ReduceL2") return sum_up(y, i, group, 1, square, root);
  if (op == "ReduceSumSquare") return sum_up(y, i, group, 1, square, same, true);
  if (op == "ReduceMax") return extreme(y, i, group, true);
  if (op == "ReduceMin") return extreme(y, i, group, false);
  if (op == "ReduceProd") return multiply(y, i, group);
  log_sum_exp(y, i, group, ulps);
}

std::vector<bool> reduced_axes(const Node& node, const Value& a, const Value* axes) {
  std::vector<bool> reduced(a.dims.size());
  if (axes == nullptr || axes->x.empty()) {
    const bool all = node.integer("noop_with_empty_axes", 0) == 0;
    reduced.assign(reduced.size(), all);
    return reduced;
  }
  for (const Real axis : axes->x) {
    reduced[axis_of(static_cast<int64_t>(axis), a.dims.size())] = true;
  }
  return reduced;
}

Value reduce(const Node& node, const Value& a, const Value* axes, Real ulps) {
  const std::vector<bool> reduced = reduced_axes(node, a, axes);
  Dims kept = a.dims, dims;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (reduced[i]) kept[i] = 1;
    if (!reduced[i] || node.integer("keepdims", 1) != 0) dims.push_back(kept[i]);
  }
  Value y = blank(a.dtype, kept);
  std::vector<Group> groups(y.x.size());
  for (size_t i = 0; i < a.x.size(); ++i) {
    Group& group = groups[source_of(kept, index_of(a.dims, i))];
    group.x.push_back(a.x[i]);
    group.error.push_back(a.error[i]);
  }
  for (size_t i = 0; i < groups.size(); ++i) combine(node.op, y, i, groups[i], ulps);
  y.dims = dims;
  return y;
}

// Elements along one axis through each place of the others.
template <class F>
void along(const Value& a, size_t axis, F&& f) {
  Dims outer = a.dims;
  outer[axis] = 1;
  for (int64_t i = 0; i < elements(outer); ++i) {
    Dims index = index_of(outer, static_cast<size_t>(i));
    std::vector<size_t> line;
    for (index[axis] = 0; index[axis] < a.dims[axis]; ++index[axis]) {
      line.push_back(place_of(a.dims, index));
    }
    f(line, static_cast<size_t>(i));
  }
}

Value arg(const Node& node, const Value& a) {
  const size_t axis = axis_of(node.integer("axis", 0), a.dims.size());
  const bool largest = node.op == "ArgMax", last = node.integer("select_last_index", 0) != 0;
  Dims dims = a.dims;
  dims[axis] = 1;
  Value y = blank(DType::i64, dims);
  along(a, axis, [&](const std::vector<size_t>& line, size_t i) {
    size_t best = 0;
    bool known = true;
    for (size_t k = 0; k < line.size(); ++k) {
      const Real x = a.x[line[k]], peak = a.x[line[best]];
      known = known && !std::isnan(x) && !std::isinf(a.error[line[k]]);
      if (largest ? x > peak : x < peak) best = k;
      if (last && x == peak) best = k;
    }
    for (size_t k = 0; k < line.size(); ++k) {
      const Real e = a.error[line[k]] + a.error[line[best]];
      known = known && (e == 0 || k == best || std::fabs(a.x[line[k]] - a.x[line[best]]) > e);
    }
    settle(y, i, static_cast<Real>(best), known ? 0 : INFINITY, 0);
  });
  if (node.integer("keepdims", 1) == 0) {
    y.dims.erase(y.dims.begin() + static_cast<ptrdiff_t>(axis));
  }
  return y;
}

Value softmax(const Node& node, const Value& a, Real ulps) {
  const size_t axis = axis_of(node.integer("axis", -1), a.dims.size());
  const bool logarithm = node.op == "LogSoftmax";
  Value y = blank(a.dtype, a.dims);
  along(a, axis, [&](const std::vector<size_t>& line, size_t) {
    Real peak = -INFINITY, sum = 0, error = 0;
    for (const size_t k : line) {
      peak = std::max(peak, a.x[k]);
      error = std::max(error, a.error[k]);
    }
    for (const size_t k : line) sum += std::exp(a.x[k] - peak);
    for (const size_t k : line) {
      const Real lower = a.x[k] - peak - std::log(sum);
      const Real exact = logarithm ? lower : std::exp(lower);
      // The shift and the exponent's argument are rounded, too.
      const Real rounding =
          4 * epsilon(a.dtype) * (std::fabs(a.x[k] - peak) + ulps + static_cast<Real>(line.size()));
      const Real inside = 2 * error + rounding;
      const Real off = logarithm ? inside : exact * std::expm1(inside);
      const bool odd = std::isinf(error) || !std::isfinite(peak) || std::isnan(exact);
      settle(y, k, odd ? 0 : exact, odd ? INFINITY : off, 2 * ulps);
    }
  });
  return y;
}

Value cumulative_sum(const Node& node, const Value& a, const Value& axis_value) {
  const size_t axis = axis_of(static_cast<int64_t>(axis_value.x[0]), a.dims.size());
  Value y = blank(a.dtype, a.dims);
  along(a, axis, [&](std::vector<size_t> line, size_t) {
    if (node.integer("reverse", 0) != 0) std::ranges::reverse(line);
    Group group;
    for (const size_t k : line) {
      const auto same = [](Real x) { return x; };
      if (node.integer("exclusive", 0) != 0) sum_up(y, k, group, 1, same, same);
      group.x.push_back(a.x[k]);
      group.error.push_back(a.error[k]);
      if (node.integer("exclusive", 0) == 0) sum_up(y, k, group, 1, same, same);
    }
  });
  return y;
}

// One element of a product: pairs of elements, added up.
void dot(Value& y, size_t i, const Value& a, const Value& b,
         const std::vector<std::pair<size_t, size_t>>& pairs) {
  if (!is_float(y.dtype)) {
    Real sum = 0, error = 0;
    for (const auto& [p, q] : pairs) {
      const Wide added = static_cast<Wide>(a.x[p]) * static_cast<Wide>(b.x[q]);
      sum = wrapped(y.dtype, static_cast<Wide>(sum) + static_cast<Wide>(wrapped(y.dtype, added)));
      error += a.error[p] + b.error[q];
    }
    settle(y, i, sum, error, 0);
    return;
  }
  Real sum = 0, size = 0, error = 0;
  for (const auto& [p, q] : pairs) {
    sum += a.x[p] * b.x[q];
    size += std::fabs(a.x[p] * b.x[q]);
    error +=
        std::fabs(a.x[p]) * b.error[q] + std::fabs(b.x[q]) * a.error[p] + a.error[p] * b.error[q];
  }
  const Real off = error + sum_error(y.dtype, pairs.size(), size);
  settle(y, i, sum, std::isnan(off) ? INFINITY : off, 1);
}

// Operands of rank 1 are a row or a column for the time being.
Value mat_mul(Value a, Value b) {
  const bool row = a.dims.size() == 1, column = b.dims.size() == 1;
  if (row) a.dims.insert(a.dims.begin(), 1);
  if (column) b.dims.push_back(1);
  const Dims batch =
      broadcast({a.dims.begin(), a.dims.end() - 2}, {b.dims.begin(), b.dims.end() - 2});
  const int64_t inner = a.dims.back(), m = a.dims[a.dims.size() - 2], n = b.dims.back();
  Dims dims = batch;
  dims.insert(dims.end(), {m, n});
  const Dims a_batch(a.dims.begin(), a.dims.end() - 2), b_batch(b.dims.begin(), b.dims.end() - 2);
  Value y = blank(a.dtype, dims);
  for (size_t i = 0; i < y.x.size(); ++i) {
    const Dims index = index_of(dims, i);
    const Dims outer(index.begin(), index.end() - 2);
    const auto p = static_cast<int64_t>(source_of(a_batch, outer));
    const auto q = static_cast<int64_t>(source_of(b_batch, outer));
    const int64_t r = index[index.size() - 2], c = index.back();
    std::vector<std::pair<size_t, size_t>> pairs;
    for (int64_t k = 0; k < inner; ++k) {
      pairs.emplace_back((p * m + r) * inner + k, (q * inner + k) * n + c);
    }
    dot(y, i, a, b, pairs);
  }
  if (column) y.dims.pop_back();
  if (row) y.dims.erase(y.dims.end() - (column ? 1 : 2));
  return y;
}

Value gemm(const Node& node, const Operands& operands, const Accuracy& accuracy) {
  const auto turned = [](const Value& value, int64_t turn) {
    return turn == 0 ? value : movement({.op = "Transpose"}, {&value}).front();
  };
  const auto scaled = [&](const Value& value, float by) {
    Value factor = blank(value.dtype, {});
    factor.x[0] = by;
    return elementwise({.op = "Mul"}, {&value, &factor}, accuracy).front();
  };
  const Value product = mat_mul(turned(*operands[0], node.integer("transA", 0)),
                                turned(*operands[1], node.integer("transB", 0)));
  const Value y = scaled(product, node.number("alpha", 1));
  if (operands.size() < 3 || operands[2] == nullptr) return y;
  const Value added = scaled(*operands[2], node.number("beta", 1));
  return elementwise({.op = "Add"}, {&y, &added}, accuracy).front();
}

}  // namespace

std::vector<Value> reductions(const Node& node, const std::vector<const Value*>& operands,
                              const Accuracy& accuracy) {
  const std::string& op = node.op;
  const Value& a = *operands[0];
  const Value* second = operands.size() > 1 ? operands[1] : nullptr;
  if (op.starts_with("Reduce")) return {reduce(node, a, second, accuracy.transcendental)};
  if (op == "ArgMax" || op == "ArgMin") return {arg(node, a)};
  if (op == "Softmax" || op == "LogSoftmax") return {softmax(node, a, accuracy.transcendental)};
  if (op == "CumSum") return {cumulative_sum(node, a, *second)};
  if (op == "MatMul") return {mat_mul(a, *second)};
  if (op == "Gemm") return {gemm(node, operands, accuracy)};
  return {};
}

}  // namespace tenon::random_graphs
