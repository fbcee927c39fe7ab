// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/island_cases.h"

#include <fmt/format.h>

#include <cmath>

namespace tenon::testing {

IslandCase one_node(std::string name, const std::string& op, std::vector<TestTensor> inputs,
                    std::vector<TestTensor> expected, const std::vector<TestAttr>& attrs) {
  BlobWriter blob;
  std::vector<uint32_t> in;
  std::vector<uint32_t> out;
  for (const TestTensor& tensor : inputs) in.push_back(blob.input(tensor.dtype, tensor.dims));
  for (const TestTensor& tensor : expected) {
    out.push_back(blob.value(tensor.dtype, tensor.dims));
    blob.output(out.back());
  }
  blob.node(op, in, out, attrs);
  const double tolerance = expected[0].dtype == DType::f16    ? 2e-3
                           : expected[0].dtype == DType::bf16 ? 1e-2
                                                              : 1e-5;
  return {.name = std::move(name),
          .blob = blob.finish(),
          .inputs = std::move(inputs),
          .expected = std::move(expected),
          .tolerance = tolerance};
}

std::string difference(const IslandCase& wanted, const std::vector<TestTensor>& found) {
  for (size_t i = 0; i < wanted.expected.size(); ++i) {
    const std::vector<double> y = found[i].reals();
    const std::vector<double> exact = wanted.expected[i].reals();
    double scale = 1;
    for (const double value : exact) {
      if (std::isfinite(value)) scale = std::max(scale, std::fabs(value));
    }
    for (size_t k = 0; k < exact.size(); ++k) {
      const bool both_nan = std::isnan(y[k]) && std::isnan(exact[k]);
      if (both_nan || y[k] == exact[k]) continue;
      if (!(std::fabs(y[k] - exact[k]) <= wanted.tolerance * scale)) {
        return fmt::format("{}: output {}, element {}: {}, expected {}", wanted.name, i, k, y[k],
                           exact[k]);
      }
    }
  }
  return "";
}

namespace {

// y = max(x, 0) * s + row, with broadcast of row along the first axis.
IslandCase broadcast_case(DType dtype) {
  const TestTensor x = random_tensor(dtype, {5, 7}, 1);
  const TestTensor row = random_tensor(dtype, {7}, 2);
  std::vector<double> y;
  for (int64_t i = 0; i < 35; ++i) {
    y.push_back(std::max(x.reals()[static_cast<size_t>(i)], 0.0) * 2 +
                row.reals()[static_cast<size_t>(i % 7)]);
  }
  BlobWriter blob;
  ExprPool& e = blob.exprs();
  const Type type = type_of(dtype);
  const Expr value =
      maximum(e.load(0, type), e.integer(0, type)) * 2 + e.load(1, type, e.coordinate(1));
  const uint32_t a = blob.input(dtype, {5, 7});
  const uint32_t b = blob.input(dtype, {7});
  const uint32_t out = blob.value(dtype, {5, 7});
  blob.output(out);
  blob.node("Formula", {a, b}, {out}, {}, static_cast<uint32_t>(value.id()));
  return {.name = fmt::format("broadcast {}", name_of(dtype)),
          .blob = blob.finish(),
          .inputs = {x, row},
          .expected = {tensor(dtype, {5, 7}, y)},
          .tolerance = dtype == DType::bf16 ? 1e-2 : 2e-3};
}

// y[i, j] = x[j, i], three axes away from alignment; as Pad around: zero outside.
IslandCase pad_transpose_case() {
  const TestTensor x = random_tensor(DType::f32, {3, 4}, 3);
  std::vector<double> y;
  for (int64_t i = 0; i < 6; ++i) {
    for (int64_t j = 0; j < 5; ++j) {
      const int64_t row = j - 1;
      const int64_t column = i - 1;
      const bool inside = row >= 0 && row < 3 && column >= 0 && column < 4;
      y.push_back(inside ? x.real(row * 4 + column) : -1.5);
    }
  }
  BlobWriter blob;
  ExprPool& e = blob.exprs();
  const Expr row = e.coordinate(1) - 1;
  const Expr column = e.coordinate(0) - 1;
  const Expr inside = row >= 0 && row < 3 && column >= 0 && column < 4;
  const Expr value = e.load(0, Type::f32, row * 4 + column, inside, e.real(-1.5));
  const uint32_t a = blob.input(DType::f32, {3, 4});
  const uint32_t out = blob.value(DType::f32, {6, 5});
  blob.output(out);
  blob.node("Formula", {a}, {out}, {}, static_cast<uint32_t>(value.id()));
  return {.name = "padded transpose",
          .blob = blob.finish(),
          .inputs = {x},
          .expected = {tensor(DType::f32, {6, 5}, y)}};
}

// Gather with negative indices, and indices far outside, which read zero.
IslandCase gather_case() {
  const TestTensor x = random_tensor(DType::f32, {4, 3}, 4);
  const TestTensor at = tensor(DType::i64, {5}, {0, -1, 2, 1000000007, -4});
  std::vector<double> y;
  for (int64_t i = 0; i < 5; ++i) {
    int64_t row = at.integer(i);
    if (row < 0) row += 4;
    for (int64_t j = 0; j < 3; ++j) y.push_back(row < 4 ? x.real(row * 3 + j) : 0);
  }
  BlobWriter blob;
  ExprPool& e = blob.exprs();
  const Expr raw = e.load(1, Type::i64, e.coordinate(0));
  const Expr row = select(raw < 0, raw + 4, raw);
  const Expr value = e.load(0, Type::f32, row * 3 + e.coordinate(1));
  const uint32_t a = blob.input(DType::f32, {4, 3});
  const uint32_t b = blob.input(DType::i64, {5});
  const uint32_t out = blob.value(DType::f32, {5, 3});
  blob.output(out);
  blob.node("Formula", {a, b}, {out}, {}, static_cast<uint32_t>(value.id()));
  return {.name = "gather",
          .blob = blob.finish(),
          .inputs = {x, at},
          .expected = {tensor(DType::f32, {5, 3}, y)}};
}

struct IntegerCase {
  const char* name;
  uint16_t op;
  double (*exact)(int64_t a, int64_t b);
};

double wrap32(int64_t value) { return static_cast<double>(static_cast<int32_t>(value)); }

// The corners of integer arithmetic, as the expression language states them.
constexpr IntegerCase integer_operations[] = {
    {"add", TENON_EXPR_ADD, [](int64_t a, int64_t b) { return wrap32(a + b); }},
    {"mul", TENON_EXPR_MUL, [](int64_t a, int64_t b) { return wrap32(a * b); }},
    {"div", TENON_EXPR_DIV, [](int64_t a, int64_t b) { return b == 0 ? 0 : wrap32(a / b); }},
    {"rem", TENON_EXPR_REM, [](int64_t a, int64_t b) { return b == 0 ? 0 : wrap32(a % b); }},
    {"mod", TENON_EXPR_MOD,
     [](int64_t a, int64_t b) {
       if (b == 0) return 0.0;
       const int64_t rest = a % b;
       return wrap32(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
     }},
    {"floordiv", TENON_EXPR_FLOORDIV,
     [](int64_t a, int64_t b) {
       if (b == 0) return 0.0;
       return wrap32(a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0));
     }},
    {"shl", TENON_EXPR_SHL,
     [](int64_t a, int64_t b) {
       return b < 0 || b > 31 ? 0 : wrap32(static_cast<int64_t>(static_cast<uint64_t>(a) << b));
     }},
    {"shr", TENON_EXPR_SHR,
     [](int64_t a, int64_t b) { return b < 0 || b > 31 ? 0 : wrap32(a >> b); }},
};

IslandCase integer_case(const IntegerCase& operation) {
  const std::vector<double> numbers = {0, 1, -1, 2, -3, 7, 31, 32, 100, INT32_MAX, INT32_MIN};
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> y;
  for (const double p : numbers) {
    for (const double q : numbers) {
      a.push_back(p);
      b.push_back(q);
      y.push_back(operation.exact(static_cast<int64_t>(p), static_cast<int64_t>(q)));
    }
  }
  const auto count = static_cast<int64_t>(a.size());
  BlobWriter blob;
  ExprPool& e = blob.exprs();
  const Expr value = e.binary(operation.op, e.load(0, Type::i32), e.load(1, Type::i32));
  const uint32_t left = blob.input(DType::i32, {count});
  const uint32_t right = blob.input(DType::i32, {count});
  const uint32_t out = blob.value(DType::i32, {count});
  blob.output(out);
  blob.node("Formula", {left, right}, {out}, {}, static_cast<uint32_t>(value.id()));
  return {.name = operation.name,
          .blob = blob.finish(),
          .inputs = {tensor(DType::i32, {count}, a), tensor(DType::i32, {count}, b)},
          .expected = {tensor(DType::i32, {count}, y)},
          .tolerance = 0};
}

IslandCase saturating_cast_case() {
  const std::vector<double> x = {0, -0.5, 2.9, -2.9, 3e9, -3e9, std::nan(""), INFINITY, -INFINITY};
  const std::vector<double> y = {0, 0, 2, -2, INT32_MAX, INT32_MIN, 0, INT32_MAX, INT32_MIN};
  BlobWriter blob;
  ExprPool& e = blob.exprs();
  const Expr value = e.cast(e.load(0, Type::f32), Type::i32);
  const uint32_t in = blob.input(DType::f32, {9});
  const uint32_t out = blob.value(DType::i32, {9});
  blob.output(out);
  blob.node("Formula", {in}, {out}, {}, static_cast<uint32_t>(value.id()));
  return {.name = "saturating cast",
          .blob = blob.finish(),
          .inputs = {tensor(DType::f32, {9}, x)},
          .expected = {tensor(DType::i32, {9}, y)},
          .tolerance = 0};
}

// Numbers that no narrow float has, to every narrow float.
IslandCase narrowing_case(DType dtype) {
  const std::vector<double> x = {0,    -0.0, std::nan(""), INFINITY, -INFINITY, 1e30, -1e30, 0.3,
                                 -0.3, 5,    6.5,          1e-10,    -1e-10,    447,  459,   60000};
  BlobWriter blob;
  const Expr value = blob.exprs().load(0, Type::f32);
  const uint32_t in = blob.input(DType::f32, {16});
  const uint32_t out = blob.value(dtype, {16});
  blob.output(out);
  blob.node("Formula", {in}, {out}, {}, static_cast<uint32_t>(value.id()));
  return {.name = fmt::format("narrowing to {}", name_of(dtype)),
          .blob = blob.finish(),
          .inputs = {tensor(DType::f32, {16}, x)},
          .expected = {tensor(dtype, {16}, x)},
          .tolerance = 0};
}

// Two nodes over a symbolic length: the middle value lives in scratch. The scale is uniform.
IslandCase symbolic_case(int64_t length) {
  BlobWriter blob;
  ExprPool& e = blob.exprs();
  const uint32_t name = blob.symbol("N");
  const Expr n = e.symbol(name);
  const tenon_dim dim = BlobWriter::dim(n);
  const Expr first = e.load(0, Type::f32) * e.cast(n, Type::f32);
  const Expr second = e.load(0, Type::f32, n * 3 - 1 - e.linear()) + 1;
  const uint32_t in = blob.input(DType::f32, {dim, 3});
  const uint32_t middle = blob.value(DType::f32, {dim, 3});
  const uint32_t out = blob.value(DType::f32, {dim, 3});
  blob.output(out);
  blob.node("Formula", {in}, {middle}, {}, static_cast<uint32_t>(first.id()));
  blob.node("Formula", {middle}, {out}, {}, static_cast<uint32_t>(second.id()));
  const TestTensor x = random_tensor(DType::f32, {length, 3}, 5);
  std::vector<double> y;
  for (int64_t i = 0; i < length * 3; ++i)
    y.push_back(x.real(length * 3 - 1 - i) * static_cast<double>(length) + 1);
  return {.name = fmt::format("symbolic length {}", length),
          .blob = blob.finish(),
          .inputs = {x},
          .expected = {tensor(DType::f32, {length, 3}, y)},
          .symbols = {length}};
}

// An output that is an input, and one that stands twice.
IslandCase passed_through_case() {
  BlobWriter blob;
  ExprPool& e = blob.exprs();
  const uint32_t in = blob.input(DType::f16, {9});
  const uint32_t out = blob.value(DType::f16, {9});
  for (const uint32_t value : {in, out, out}) blob.output(value);
  const Expr value = -e.load(0, Type::f32);
  blob.node("Formula", {in}, {out}, {}, static_cast<uint32_t>(value.id()));
  const TestTensor x = random_tensor(DType::f16, {9}, 6);
  std::vector<double> y;
  for (const double number : x.reals()) y.push_back(-number);
  const TestTensor negated = tensor(DType::f16, {9}, y);
  return {.name = "outputs that are inputs or stand twice",
          .blob = blob.finish(),
          .inputs = {x},
          .expected = {x, negated, negated}};
}

}  // namespace

std::vector<IslandCase> formula_cases() {
  std::vector<IslandCase> cases;
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::bf16, DType::i32, DType::i64,
                            DType::i8, DType::u8, DType::i16, DType::u16, DType::u32, DType::u64}) {
    cases.push_back(broadcast_case(dtype));
  }
  cases.push_back(pad_transpose_case());
  cases.push_back(gather_case());
  for (const IntegerCase& operation : integer_operations) cases.push_back(integer_case(operation));
  cases.push_back(saturating_cast_case());
  for (const DType dtype : {DType::f16, DType::bf16, DType::f8e4m3fn, DType::f8e4m3fnuz,
                            DType::f8e5m2, DType::f8e5m2fnuz, DType::f4e2m1, DType::f8e8m0}) {
    cases.push_back(narrowing_case(dtype));
  }
  return cases;
}

std::vector<IslandCase> island_cases() {
  std::vector<IslandCase> cases = formula_cases();
  for (auto* more : {product_cases, fold_cases, scatter_cases, order_cases}) {
    for (IslandCase& one : more()) cases.push_back(std::move(one));
  }
  for (const int64_t length : {0, 1, 50}) cases.push_back(symbolic_case(length));
  cases.push_back(passed_through_case());
  return cases;
}

}  // namespace tenon::testing
