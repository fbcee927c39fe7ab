// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/generate.h"

#include <algorithm>

// What each family of operators takes: types and shapes as the standard allows them.
namespace tenon::random_graphs {

namespace {

const std::vector<DType> whole_types = {DType::i32, DType::i64, DType::u8, DType::i8};
const std::vector<DType> sum_types = {DType::f32, DType::f32, DType::f16,
                                      DType::f64, DType::i32, DType::i64};
// Types that fold without overflow to infinity in a plain evaluation.
const std::vector<DType> wide_types = {DType::f32, DType::f64};

int64_t rank_of(Builder& b, size_t slot) { return static_cast<int64_t>(b.dims(slot).size()); }

// An axis of a value, now and then counted from behind; allowed: one more than there are.
int64_t random_axis(Builder& b, int64_t rank) {
  const int64_t axis = b.random().between(0, rank - 1);
  return b.random().chance(30) ? axis - rank : axis;
}

std::vector<int64_t> some_axes(Builder& b, int64_t rank) {
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < rank; ++i) {
    if (b.random().chance(45)) axes.push_back(b.random().chance(20) ? i - rank : i);
  }
  return axes;
}

bool unary(Builder& b) {
  const std::string op =
      b.random().one_of<std::string>({"Exp",         "Log",     "Sqrt",      "Sin",
                                      "Cos",         "Atan",    "Tanh",      "Erf",
                                      "Reciprocal",  "Sigmoid", "Softplus",  "Softsign",
                                      "Mish",        "Elu",     "LeakyRelu", "ThresholdedRelu",
                                      "HardSigmoid", "Floor",   "Ceil",      "Round"});
  Node node{.op = op, .inputs = {b.operand(float_types)}};
  const bool has_alpha = op == "Elu" || op == "LeakyRelu" || op == "ThresholdedRelu";
  if (has_alpha && b.random().chance(50)) {
    node.attributes["alpha"] = static_cast<float>(b.random().between(1, 6)) / 4;
  }
  return b.add(node);
}

bool plain_unary(Builder& b) {
  const std::string op =
      b.random().one_of<std::string>({"Abs", "Neg", "Relu", "Sign", "Identity", "Neg"});
  std::vector<DType> types = number_types;
  if (op == "Neg" || op == "Relu") std::erase(types, DType::u8);
  return b.add({.op = op, .inputs = {b.operand(op == "Identity" ? all_types : types)}});
}

bool negation(Builder& b) {
  if (b.random().chance(50)) return b.add({.op = "Not", .inputs = {b.operand({DType::boolean})}});
  return b.add({.op = "BitwiseNot", .inputs = {b.operand(whole_types)}});
}

bool binary_of(Builder& b, const std::vector<std::string>& ops, const std::vector<DType>& types) {
  const size_t first = b.operand(types);
  const size_t second = b.partner(b.value(first).dtype, b.dims(first));
  const bool turned = b.random().chance(50);
  const auto inputs = turned ? std::vector{second, first} : std::vector{first, second};
  return b.add({.op = b.random().one_of(ops), .inputs = inputs});
}

bool arithmetic(Builder& b) {
  return binary_of(b, {"Add", "Sub", "Mul", "Div", "Min", "Max"}, number_types);
}
bool power(Builder& b) { return binary_of(b, {"Pow"}, wide_types); }
bool bits(Builder& b) {
  return binary_of(b, {"BitwiseAnd", "BitwiseOr", "BitwiseXor"}, whole_types);
}
bool logic(Builder& b) { return binary_of(b, {"And", "Or", "Xor"}, {DType::boolean}); }
bool comparison(Builder& b) {
  return binary_of(b, {"Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"}, number_types);
}

bool modulo(Builder& b) {
  const size_t first = b.operand({DType::f32, DType::i32, DType::i64, DType::u8, DType::i8});
  const size_t second = b.partner(b.value(first).dtype, b.dims(first));
  Node node{.op = "Mod", .inputs = {first, second}};
  if (is_float(b.value(first).dtype)) node.attributes["fmod"] = int64_t{1};
  return b.add(node);
}

bool parametric_relu(Builder& b) {
  const size_t first = b.operand(float_types);
  return b.add(
      {.op = "PRelu", .inputs = {first, b.partner(b.value(first).dtype, b.dims(first), true)}});
}

bool several(Builder& b) {
  Node node{.op = b.random().one_of<std::string>({"Sum", "Mean", "Min", "Max"})};
  node.inputs.push_back(b.operand(float_types));
  const DType dtype = b.value(node.inputs[0]).dtype;
  Dims dims = b.dims(node.inputs[0]);
  for (int64_t more = b.random().between(0, 2); more > 0; --more) {
    node.inputs.push_back(b.partner(dtype, dims));
    dims = broadcast(dims, b.dims(node.inputs.back()));
  }
  return b.add(node);
}

bool where(Builder& b) {
  const size_t first = b.operand(all_types);
  const DType dtype = b.value(first).dtype;
  const size_t second = b.partner(dtype, b.dims(first));
  const Dims dims = broadcast(b.dims(first), b.dims(second));
  return b.add({.op = "Where", .inputs = {b.partner(DType::boolean, dims), first, second}});
}

bool clip(Builder& b) {
  const size_t first = b.operand(number_types);
  const DType dtype = b.value(first).dtype;
  const auto bound = [&](int64_t low, int64_t high) {
    Value value = blank(dtype, {});
    value.x[0] = static_cast<Real>(b.random().between(low, high));
    return b.random().chance(25) ? omitted : b.constant(value);
  };
  const bool is_signed = is_float(dtype) || facts(dtype).is_signed;
  const size_t low = bound(is_signed ? -4 : 0, 1), high = bound(1, 5);
  return b.add({.op = "Clip", .inputs = {first, low, high}});
}

bool cast(Builder& b) {
  Node node{.op = "Cast", .inputs = {b.operand(all_types)}};
  node.attributes["to"] = static_cast<int64_t>(b.random().one_of(all_types));
  return b.add(node);
}

bool reduction(Builder& b) {
  const std::string op = b.random().one_of<std::string>(
      {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
       "ReduceSumSquare", "ReduceLogSumExp"});
  const bool smooth = op == "ReduceMean" || op == "ReduceL2" || op == "ReduceLogSumExp";
  const bool order = op == "ReduceMax" || op == "ReduceMin";
  Node node{.op = op,
            .inputs = {b.operand(smooth  ? wide_types
                                 : order ? number_types
                                         : sum_types)}};
  const std::vector<int64_t> axes = some_axes(b, rank_of(b, node.inputs[0]));
  if (!axes.empty() || b.random().chance(30)) node.inputs.push_back(b.whole(axes));
  if (b.random().chance(50)) node.attributes["keepdims"] = b.random().between(0, 1);
  if (b.random().chance(20)) node.attributes["noop_with_empty_axes"] = int64_t{1};
  // A mean of nothing is nothing that the standard defines.
  for (const int64_t extent : b.dims(node.inputs[0])) {
    if (extent == 0 && (smooth || order)) return false;
  }
  return b.add(node);
}

bool arg(Builder& b) {
  const size_t first = b.operand(number_types, 1);
  const int64_t axis = random_axis(b, rank_of(b, first));
  const auto at = static_cast<size_t>(axis < 0 ? axis + rank_of(b, first) : axis);
  if (b.dims(first)[at] == 0) return false;
  Node node{.op = b.random().one_of<std::string>({"ArgMax", "ArgMin"}), .inputs = {first}};
  node.attributes["axis"] = axis;
  node.attributes["keepdims"] = b.random().between(0, 1);
  node.attributes["select_last_index"] = b.random().between(0, 1);
  return b.add(node);
}

bool softmax(Builder& b) {
  const size_t first = b.operand(wide_types, 1);
  Node node{.op = b.random().one_of<std::string>({"Softmax", "LogSoftmax"}), .inputs = {first}};
  if (b.random().chance(70)) node.attributes["axis"] = random_axis(b, rank_of(b, first));
  return b.add(node);
}

bool running_sum(Builder& b) {
  const size_t first = b.operand({DType::f32, DType::f64, DType::i32, DType::i64}, 1);
  Value axis = blank(DType::i64, {});
  axis.x[0] = static_cast<Real>(random_axis(b, rank_of(b, first)));
  Node node{.op = "CumSum", .inputs = {first, b.constant(axis)}};
  node.attributes["exclusive"] = b.random().between(0, 1);
  node.attributes["reverse"] = b.random().between(0, 1);
  return b.add(node);
}

bool product(Builder& b) {
  const size_t first = b.operand(sum_types, 1, 4);
  const DType dtype = b.value(first).dtype;
  const Dims& dims = b.dims(first);
  Dims other = {dims.back(), b.random().between(0, 5)};
  if (b.random().chance(20)) other.pop_back();
  if (other.size() == 2 && dims.size() > 2 && b.random().chance(60)) {
    const auto batch = dims.end() - 2;
    other.insert(other.begin(), dims.begin(), batch);
    if (b.random().chance(40)) other[0] = 1;
  }
  const Dims batch = dims.size() > 2 ? Dims(dims.begin(), dims.end() - 2) : Dims();
  const auto fits = [&](const Value& value) {
    return value.dtype == dtype && value.dims.size() == 2 && value.dims[0] == dims.back();
  };
  const int64_t inner = dims.back();
  const size_t second = b.operand(fits, dtype, other);
  if (b.dims(second)[b.dims(second).size() > 1 ? b.dims(second).size() - 2 : 0] != inner) {
    return false;
  }
  return b.add({.op = "MatMul", .inputs = {first, second}});
}

bool gemm(Builder& b) {
  const size_t first = b.operand(wide_types, 2, 2);
  const DType dtype = b.value(first).dtype;
  const int64_t turn_a = b.random().between(0, 1), turn_b = b.random().between(0, 1);
  const Dims a = b.dims(first);
  const int64_t m = a[turn_a != 0 ? 1 : 0], k = a[turn_a != 0 ? 0 : 1],
                n = b.random().between(1, 4);
  const Dims wanted = turn_b != 0 ? Dims{n, k} : Dims{k, n};
  const auto fits = [&](const Value& value) {
    return value.dtype == dtype && value.dims == wanted;
  };
  Node node{.op = "Gemm", .inputs = {first, b.operand(fits, dtype, wanted)}};
  if (b.random().chance(60)) node.inputs.push_back(b.partner(dtype, {m, n}, true));
  node.attributes["transA"] = turn_a;
  node.attributes["transB"] = turn_b;
  if (b.random().chance(40)) node.attributes["alpha"] = 0.5f;
  if (b.random().chance(40)) node.attributes["beta"] = 2.0f;
  return b.add(node);
}

}  // namespace

std::vector<Family> element_families() {
  return {unary,           unary,      unary, plain_unary, negation,   arithmetic,
          arithmetic,      arithmetic, bits,  logic,       comparison, modulo,
          parametric_relu, several,    where, clip,        cast,       power};
}

std::vector<Family> reduction_families() {
  return {reduction, reduction, arg, softmax, running_sum, product, product, gemm};
}

}  // namespace tenon::random_graphs
