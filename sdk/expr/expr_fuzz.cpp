// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"
#include "tenon/strip_vm.h"

#include <cstdlib>

// A formula from anywhere: what parses prints as text that parses to the same expression, and runs.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tenon;
  constexpr size_t longest = 4096;
  if (size > longest) return 0;
  ExprPool pool;
  std::map<std::string, Expr, std::less<>> names = {
      {"x", pool.load(0, Type::f32)},  {"y", pool.load(1, Type::i32)},
      {"x0", pool.load(0, Type::f32)}, {"x1", pool.load(1, Type::i32)},
      {"s0", pool.symbol(0)},          {"n", pool.symbol(1)},
      {"s1", pool.symbol(1)},          {"alpha", pool.real(0.25)}};
  const auto e = parse_expr(pool, {reinterpret_cast<const char*>(data), size}, names);
  if (!e.ok()) return 0;
  const std::string text = to_text(pool.rows(), e->id());
  const auto again = parse_expr(pool, text, names);
  if (!again.ok() || !again->same(*e)) std::abort();

  const float x[] = {1.5F, -2, 0, 1e30F, 7};
  const int32_t y[] = {0, -1, 5, INT32_MIN, INT32_MAX};
  const StripOperand operands[] = {{x, DType::f32, 5}, {y, DType::i32, 5}};
  const int64_t symbols[] = {3, 4}, dims[] = {2, 3};
  const auto program = StripProgram::compile(pool.rows(), e->id(), 2);
  float out[6] = {};
  if (program.ok()) program->run(operands, symbols, dims, DType::f32, out, 0, 6);
  return 0;
}
