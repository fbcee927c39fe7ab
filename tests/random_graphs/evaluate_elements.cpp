// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/evaluate.h"

#include <algorithm>
#include <cmath>
#include <functional>

// Operators that compute one element from one element of each operand.
namespace tenon::random_graphs {

namespace {

struct Function {
  std::function<Real(Real)> f;
  Real ulps = 0;
};

Real sign_of(Real x) { return std::isnan(x) ? x : static_cast<Real>((x > 0) - (x < 0)); }

Real softplus(Real x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

Real sigmoid(Real x) { return 1 / (1 + std::exp(-x)); }

std::map<std::string, Function> exact_functions() {
  return {{"Abs", {[](Real x) { return std::fabs(x); }}},
          {"Neg", {[](Real x) { return -x; }}},
          {"Identity", {[](Real x) { return x; }}},
          {"Relu", {[](Real x) { return x < 0 ? Real{0} : x; }}},
          {"Floor", {[](Real x) { return std::floor(x); }}},
          {"Ceil", {[](Real x) { return std::ceil(x); }}},
          {"Round", {[](Real x) { return std::nearbyint(x); }}},
          {"Sign", {sign_of}}};
}

std::map<std::string, Function> functions(const Node& node, Real ulps) {
  const Real alpha = node.number("alpha", 0.01f), elu = node.number("alpha", 1.0f);
  const Real slope = node.number("alpha", 0.2f), middle = node.number("beta", 0.5f);
  const Real threshold = node.number("alpha", 1.0f);
  const Real several = 4 * ulps;  // a few steps, some of which cancel
  std::map<std::string, Function> table = exact_functions();
  table.merge(std::map<std::string, Function>{
      {"Exp", {[](Real x) { return std::exp(x); }, ulps}},
      {"Log", {[](Real x) { return std::log(x); }, ulps}},
      {"Sqrt", {[](Real x) { return std::sqrt(x); }, 3}},
      {"Sin", {[](Real x) { return std::sin(x); }, ulps}},
      {"Cos", {[](Real x) { return std::cos(x); }, ulps}},
      {"Atan", {[](Real x) { return std::atan(x); }, ulps}},
      {"Tanh", {[](Real x) { return std::tanh(x); }, ulps}},
      {"Erf", {[](Real x) { return std::erf(x); }, 16}},
      {"Reciprocal", {[](Real x) { return 1 / x; }, 2.5L}},
      {"Sigmoid", {sigmoid, several}},
      {"Softplus", {softplus, several}},
      {"Softsign", {[](Real x) { return x / (1 + std::fabs(x)); }, several}},
      {"Mish", {[](Real x) { return x * std::tanh(softplus(x)); }, several}},
      {"Elu", {[elu](Real x) { return x < 0 ? elu * std::expm1(x) : x; }, several}},
      {"LeakyRelu", {[alpha](Real x) { return x < 0 ? alpha * x : x; }, 1}},
      {"ThresholdedRelu", {[threshold](Real x) { return x > threshold ? x : Real{0}; }, 0}},
      {"HardSigmoid",
       {[=](Real x) {
          return std::isnan(x) ? x : std::clamp(slope * x + middle, Real{0}, Real{1});
        },
        several}}});
  return table;
}

bool alike(Real a, Real b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::isinf(a) == std::isinf(b) && (!std::isinf(a) || a == b);
}

// By how much results at the ends of the operands' errors are off; infinite when they are of
// another kind, or when it is unknown what goes in.
Real spread(Real y, std::initializer_list<Real> ends) {
  Real most = 0;
  for (const Real end : ends) {
    if (!alike(y, end)) return INFINITY;
    if (std::isfinite(y)) most = std::max(most, std::fabs(end - y));
  }
  return most;
}

// Where an operand may be 0 or not, division may give anything.
bool may_divide_by_zero(const std::string& op, Real divisor, Real error) {
  const bool divides = op == "Div" || op == "Mod" || op == "Pow" || op == "Reciprocal";
  return divides && error > 0 && std::fabs(divisor) <= error;
}

Value unary(const std::string& op, const Value& a, const Function& function) {
  Value y = blank(a.dtype, a.dims);
  for (size_t i = 0; i < a.x.size(); ++i) {
    const Real x = a.x[i], e = a.error[i];
    const Real exact = function.f(x);
    const bool unknown = std::isinf(e) || may_divide_by_zero(op, x, e);
    const Real off =
        unknown ? Real{INFINITY} : spread(exact, {function.f(x - e), function.f(x + e)});
    settle(y, i, exact, off, function.ulps);
  }
  return y;
}

Value unary_integer(const std::string& op, const Value& a) {
  Value y = blank(a.dtype, a.dims);
  const auto table = exact_functions();
  for (size_t i = 0; i < a.x.size(); ++i) {
    const auto x = static_cast<Wide>(a.x[i]);
    if (op == "BitwiseNot") {
      settle(y, i, wrapped(a.dtype, ~x), a.error[i], 0);
    } else if (op == "Not") {
      settle(y, i, a.x[i] == 0 ? 1 : 0, a.error[i], 0);
    } else {
      settle(y, i, wrapped(a.dtype, static_cast<Wide>(table.at(op).f(a.x[i]))), a.error[i], 0);
    }
  }
  return y;
}

Real smaller(Real a, Real b) { return std::isnan(a) || a < b ? a : b; }
Real larger(Real a, Real b) { return std::isnan(a) || a > b ? a : b; }

struct Binary {
  std::function<Real(Real, Real)> f;
  Real ulps = 0;
};

std::map<std::string, Binary> float_binaries() {
  return {{"Add", {[](Real a, Real b) { return a + b; }}},
          {"Sum", {[](Real a, Real b) { return a + b; }}},
          {"Sub", {[](Real a, Real b) { return a - b; }}},
          {"Mul", {[](Real a, Real b) { return a * b; }}},
          {"Div", {[](Real a, Real b) { return a / b; }, 2.5L}},
          {"Min", {smaller}},
          {"Max", {larger}},
          {"Mod", {[](Real a, Real b) { return std::fmod(a, b); }, 4}},
          {"Pow", {[](Real a, Real b) { return std::pow(a, b); }, 16}},
          {"PRelu", {[](Real a, Real b) { return a < 0 ? a * b : a; }, 1}}};
}

// Integers: exact, or unknown (NaN) where the standard says nothing.
std::map<std::string, std::function<Real(DType, Wide, Wide)>> integer_binaries() {
  return {
      {"Add", [](DType t, Wide a, Wide b) { return wrapped(t, a + b); }},
      {"Sub", [](DType t, Wide a, Wide b) { return wrapped(t, a - b); }},
      {"Mul", [](DType t, Wide a, Wide b) { return wrapped(t, a * b); }},
      {"Div", [](DType t, Wide a, Wide b) { return b == 0 ? NAN : wrapped(t, a / b); }},
      {"Mod",
       [](DType t, Wide a, Wide b) {
         return b == 0 ? NAN : wrapped(t, (a % b + (a % b != 0 && (a < 0) != (b < 0) ? b : 0)));
       }},
      {"Min", [](DType, Wide a, Wide b) { return static_cast<Real>(std::min(a, b)); }},
      {"Max", [](DType, Wide a, Wide b) { return static_cast<Real>(std::max(a, b)); }},
      {"BitwiseAnd", [](DType t, Wide a, Wide b) { return wrapped(t, a & b); }},
      {"BitwiseOr", [](DType t, Wide a, Wide b) { return wrapped(t, a | b); }},
      {"BitwiseXor", [](DType t, Wide a, Wide b) { return wrapped(t, a ^ b); }},
      {"And", [](DType, Wide a, Wide b) { return Real(a != 0 && b != 0); }},
      {"Or", [](DType, Wide a, Wide b) { return Real(a != 0 || b != 0); }},
      {"Xor", [](DType, Wide a, Wide b) { return Real((a != 0) != (b != 0)); }},
  };
}

std::map<std::string, std::function<bool(Real, Real)>> comparisons() {
  return {{"Equal", [](Real a, Real b) { return a == b; }},
          {"Less", [](Real a, Real b) { return a < b; }},
          {"LessOrEqual", [](Real a, Real b) { return a <= b; }},
          {"Greater", [](Real a, Real b) { return a > b; }},
          {"GreaterOrEqual", [](Real a, Real b) { return a >= b; }}};
}

Value compare(const std::function<bool(Real, Real)>& f, const Value& a, const Value& b) {
  Value y = blank(DType::boolean, broadcast(a.dims, b.dims));
  for (size_t i = 0; i < y.x.size(); ++i) {
    const Dims index = index_of(y.dims, i);
    const size_t p = source_of(a.dims, index), q = source_of(b.dims, index);
    const Real e = a.error[p] + b.error[q];
    const bool known = e == 0 || std::fabs(a.x[p] - b.x[q]) > e;
    settle(y, i, f(a.x[p], b.x[q]) ? 1 : 0, known ? 0 : INFINITY, 0);
  }
  return y;
}

Value binary(const std::string& op, const Value& a, const Value& b) {
  Value y = blank(a.dtype, broadcast(a.dims, b.dims));
  const auto whole = integer_binaries();
  const auto real = float_binaries();
  for (size_t i = 0; i < y.x.size(); ++i) {
    const Dims index = index_of(y.dims, i);
    const size_t p = source_of(a.dims, index), q = source_of(b.dims, index);
    const Real u = a.x[p], v = b.x[q], d = a.error[p], e = b.error[q];
    if (!is_float(a.dtype)) {
      const Real exact = whole.at(op)(a.dtype, static_cast<Wide>(u), static_cast<Wide>(v));
      settle(y, i, std::isnan(exact) ? 0 : exact, std::isnan(exact) ? INFINITY : d + e, 0);
      continue;
    }
    const Binary& f = real.at(op);
    const Real exact = f.f(u, v);
    const Real off = std::isinf(d) || std::isinf(e) || may_divide_by_zero(op, v, e)
                         ? Real{INFINITY}
                         : spread(exact, {f.f(u - d, v - e), f.f(u - d, v + e), f.f(u + d, v - e),
                                          f.f(u + d, v + e)});
    settle(y, i, exact, off, f.ulps);
  }
  return y;
}

Value cast(const Value& a, DType to) {
  Value y = blank(to, a.dims);
  for (size_t i = 0; i < a.x.size(); ++i) {
    Real x = a.x[i], e = a.error[i];
    if (to == DType::boolean) {
      e = std::fabs(x) > e || e == 0 ? 0 : INFINITY;
      x = x != 0 ? 1 : 0;
    } else if (!is_float(to) && is_float(a.dtype)) {
      const bool in_range =
          std::isfinite(x) && std::trunc(x) >= lowest(to) && std::trunc(x) <= highest(to);
      const bool known = std::trunc(x - e) == std::trunc(x + e);
      x = in_range ? std::trunc(x) : 0;
      e = in_range && known ? 0 : INFINITY;
    } else if (!is_float(to)) {
      x = wrapped(to, static_cast<Wide>(x));
    }
    settle(y, i, x, e, 0);
  }
  return y;
}

Value where(const Value& condition, const Value& a, const Value& b) {
  Value y = blank(a.dtype, broadcast(condition.dims, broadcast(a.dims, b.dims)));
  for (size_t i = 0; i < y.x.size(); ++i) {
    const Dims index = index_of(y.dims, i);
    const size_t c = source_of(condition.dims, index);
    const Value& from = condition.x[c] != 0 ? a : b;
    const size_t p = source_of(from.dims, index);
    y.x[i] = from.x[p];
    y.error[i] = from.error[p] + condition.error[c];
  }
  return y;
}

Value clip(const std::vector<const Value*>& operands) {
  Value y = *operands[0];
  for (size_t i = 0; i < y.x.size(); ++i) {
    if (operands.size() > 1 && operands[1] != nullptr) y.x[i] = larger(y.x[i], operands[1]->x[0]);
    if (operands.size() > 2 && operands[2] != nullptr) y.x[i] = smaller(y.x[i], operands[2]->x[0]);
  }
  return y;
}

Value fold(const std::string& op, const std::vector<const Value*>& operands) {
  Value y = *operands[0];
  for (size_t i = 1; i < operands.size(); ++i) y = binary(op, y, *operands[i]);
  return y;
}

}  // namespace

std::vector<Value> elementwise(const Node& node, const std::vector<const Value*>& operands,
                               const Accuracy& accuracy) {
  const std::string& op = node.op;
  if (op == "Cast") return {cast(*operands[0], static_cast<DType>(node.integer("to", 1)))};
  if (op == "Where") return {where(*operands[0], *operands[1], *operands[2])};
  if (op == "Clip") return {clip(operands)};
  const bool real = is_float(operands.empty() ? DType::f32 : operands[0]->dtype);
  if (op == "Mean") {
    Value divisor = blank(operands[0]->dtype, {});
    divisor.x[0] = static_cast<Real>(operands.size());
    return {binary("Div", fold("Sum", operands), divisor)};
  }
  if (const auto order = comparisons(); order.contains(op)) {
    return {compare(order.at(op), *operands[0], *operands[1])};
  }
  if ((real ? float_binaries().contains(op) : integer_binaries().contains(op))) {
    return {fold(op, operands)};
  }
  if (op == "Not" || op == "BitwiseNot") return {unary_integer(op, *operands[0])};
  const auto table = functions(node, accuracy.transcendental);
  if (!table.contains(op)) return {};
  if (!real) return {unary_integer(op, *operands[0])};
  return {unary(op, *operands[0], table.at(op))};
}

}  // namespace tenon::random_graphs
