// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/programs.h"
#include "tenon/kernelgen/interpreter.h"
#include "tenon/kernelgen/math.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>

// numpy's validation sets: inputs and correctly rounded results, as bits. Ours must lie within the
// ULP that math.h states; the strip VM's are those of the standard library.
namespace tenon::kir {
namespace {

struct Vectors {
  std::string name;  // of numpy's function
  Function function;
  uint16_t operation;  // of expressions
  uint64_t ulp;
};

constexpr uint64_t strip_ulp = 2;  // of the standard library

const Vectors vectors[] = {
    {"exp", Function::exp, TENON_EXPR_EXP, 2},
    {"log", Function::log, TENON_EXPR_LOG, 2},
    {"sin", Function::sin, TENON_EXPR_SIN, 3},
    {"cos", Function::cos, TENON_EXPR_COS, 3},
    {"tan", Function::tan, TENON_EXPR_TAN, 4},
    {"arcsin", Function::asin, TENON_EXPR_ASIN, 3},
    {"arccos", Function::acos, TENON_EXPR_ACOS, 2},
    {"arctan", Function::atan, TENON_EXPR_ATAN, 3},
    {"sinh", Function::sinh, TENON_EXPR_SINH, 2},
    {"cosh", Function::cosh, TENON_EXPR_COSH, 2},
    {"tanh", Function::tanh, TENON_EXPR_TANH, 2},
    {"arcsinh", Function::asinh, TENON_EXPR_ASINH, 4},
    {"arccosh", Function::acosh, TENON_EXPR_ACOSH, 4},
    {"arctanh", Function::atanh, TENON_EXPR_ATANH, 2},
};

// Inputs and results of one type.
template <class F>
struct Set {
  std::vector<F> x;
  std::vector<F> y;
};

std::string archive() {
  const char* given = std::getenv("TENON_TEST_DATA");
  const std::string folder = given != nullptr ? given : TENON_SOURCE_DIR "/../shared/data";
  return folder + "/numpy-test-data.tar.xz";
}

// Lines "np.float32,0xbe7d3a7c,0xbe7fe217,4"; others say nothing.
template <class F>
Set<F> read_set(std::string_view text) {
  using Bits = std::conditional_t<sizeof(F) == 4, uint32_t, uint64_t>;
  const std::string_view wanted = sizeof(F) == 4 ? "np.float32,0x" : "np.float64,0x";
  Set<F> set;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(wanted)) continue;
    line.remove_prefix(wanted.size());
    const size_t comma = line.find(",0x");
    if (comma == std::string_view::npos) continue;
    Bits x = 0, y = 0;
    std::from_chars(line.data(), line.data() + comma, x, 16);
    std::from_chars(line.data() + comma + 3, line.data() + line.size(), y, 16);
    set.x.push_back(std::bit_cast<F>(x));
    set.y.push_back(std::bit_cast<F>(y));
  }
  return set;
}

// Numbers of the type between two of them.
template <class F>
uint64_t distance(F a, F b) {
  using Bits = std::conditional_t<sizeof(F) == 4, int32_t, int64_t>;
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b) ? 0 : UINT64_MAX;
  const auto place = [](F x) {
    const auto bits = std::bit_cast<Bits>(x);
    return bits < 0 ? int64_t{std::numeric_limits<Bits>::min()} - int64_t{bits} : int64_t{bits};
  };
  const auto p = static_cast<uint64_t>(place(a)), q = static_cast<uint64_t>(place(b));
  return place(a) > place(b) ? p - q : q - p;
}

// Expects all results within the bound, and says how far the worst is.
template <class F>
void expect_within(const Set<F>& set, const std::vector<F>& found, uint64_t bound,
                   const std::string& what) {
  uint64_t worst = 0;
  size_t where = 0;
  for (size_t i = 0; i < set.x.size(); ++i) {
    const uint64_t error = distance(found[i], set.y[i]);
    if (error <= worst) continue;
    worst = error;
    where = i;
  }
  std::cout << what << ": " << set.x.size() << " vectors, worst " << worst << " ULP\n";
  EXPECT_LE(worst, bound) << what << " of " << set.x[where] << ": " << found[where] << ", expected "
                          << set.y[where];
}

template <class F>
std::vector<F> in_kernel(Function function, std::vector<F> x, bool has_f64) {
  const DType dtype = sizeof(F) == 4 ? DType::f32 : DType::f64;
  Builder b("vectors", {64, 1, 1});
  const Buffer in = b.buffer(dtype, false);
  const Buffer out = b.buffer(dtype, true);
  const Value i = b.thread(0);
  b.when(i < static_cast<double>(x.size()),
         [&] { b.store(out, i, elementary(function, b.load(in, i), {}, has_f64)); });
  std::vector<F> y(x.size());
  const Argument arguments[] = {{.data = x.data(), .elements = x.size()},
                                {.data = y.data(), .elements = y.size()}};
  const Status status =
      interpret(b.finish(), {static_cast<uint32_t>(x.size() + 63) / 64, 1, 1}, arguments);
  EXPECT_TRUE(status.ok()) << status.message();
  return y;
}

template <class F>
std::vector<F> in_strips(uint16_t operation, const std::vector<F>& x,
                         StripProgram::Precision precision) {
  const DType dtype = sizeof(F) == 4 ? DType::f32 : DType::f64;
  ExprPool pool;
  const Expr root = pool.unary(operation, pool.load(0, type_of(dtype)));
  std::vector<F> y(x.size());
  const auto extent = static_cast<int64_t>(x.size());
  const auto program = StripProgram::compile(pool.rows(), root.id(), 1, precision);
  EXPECT_TRUE(program.ok()) << program.status().message();
  const StripOperand operand = {x.data(), dtype, extent};
  if (program.ok()) program->run({&operand, 1}, {}, {&extent, 1}, dtype, y.data(), 0, extent);
  return y;
}

template <class F>
void judge(const Vectors& at, const std::string& text, std::string_view type) {
  const Set<F> set = read_set<F>(text);
  EXPECT_GE(set.x.size(), 100u) << at.name;
  using Precision = StripProgram::Precision;
  expect_within(set, in_strips(at.operation, set.x, Precision::f64), strip_ulp,
                fmt::format("{} {} strips", at.name, type));
  if (sizeof(F) == 4) {
    expect_within(set, in_strips(at.operation, set.x, Precision::f32), strip_ulp,
                  fmt::format("{} {} strips in f32", at.name, type));
  }
  for (const bool has_f64 : {false, true}) {
    if (sizeof(F) == 8 && !has_f64) continue;
    expect_within(set, in_kernel<F>(at.function, set.x, has_f64), at.ulp,
                  fmt::format("{} {} kernel{}", at.name, type, has_f64 ? "" : " without f64"));
  }
}

TEST(MathVectors, of_numpy_are_met_within_the_stated_ulp) {
  if (!std::filesystem::exists(archive())) {
    GTEST_SKIP() << archive() << " does not exist; set TENON_TEST_DATA";
  }
  for (const Vectors& at : vectors) {
    const testing::Outcome csv = testing::run_program(fmt::format(
        "tar -xJOf '{}' --wildcards '*/umath-validation-set-{}.csv'", archive(), at.name));
    ASSERT_EQ(csv.code, 0) << csv.output;
    judge<float>(at, csv.output, "f32");
    judge<double>(at, csv.output, "f64");
  }
}

}  // namespace
}  // namespace tenon::kir
