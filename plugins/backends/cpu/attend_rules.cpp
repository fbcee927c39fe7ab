// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/attend_rules.h"

#include "plugins/backends/cpu/math/attention.h"

#include "tenon/attend_rules.h"

#include <algorithm>
#include <limits>

namespace tenon::cpu {
namespace {

// Symbols of the programs; the extents of the table follow. A key is its place in the tile beside
// `begin_symbol`.
enum Symbol : int64_t { q_symbol, h_symbol, seq_symbol, begin_symbol, first_extent };
constexpr size_t most_extents = 8;

// Operands of the programs.
enum Operand : int64_t { scores_operand, table_operand, prefix_operand, operands };

// limit * tanh(s / limit): the limit.
std::optional<float> cap_of(ExprPool& pool, Expr score, Expr s) {
  const tenon_expr row = pool.row(score.id());
  if (row.op != TENON_EXPR_MUL) return {};
  for (const ExprId side : {row.a, row.b}) {
    const Expr limit(pool, side);
    if (limit.op() != TENON_EXPR_CONST) continue;
    const Expr capped = limit * pool.unary(TENON_EXPR_TANH, s / limit);
    const auto number = static_cast<float>(limit.float_constant());
    if (capped.same(score) && number > 0) return number;
  }
  return {};
}

}  // namespace

Result<AttendScores> AttendScores::of(const NodeView& node) {
  ExprPool pool;
  AttendNames names = {.s = pool.load(scores_operand, Type::f32),
                       .q = pool.symbol(q_symbol),
                       .k = pool.symbol(begin_symbol) + pool.coordinate(0),
                       .h = pool.symbol(h_symbol),
                       .seq = pool.symbol(seq_symbol)};
  constexpr auto table = AttendInput::table, prefix = AttendInput::prefix;
  if (node.input_rank(table) > most_extents) return unsupported("a table of so many axes");
  if (node.has_input(table)) {
    names.table = table_operand;
    names.table_type = type_of(node.input_dtype(table));
    for (size_t i = 0; i < node.input_rank(table); ++i) {
      names.table_dims.push_back(pool.symbol(first_extent + static_cast<int64_t>(i)));
    }
  }
  if (node.has_input(prefix)) {
    names.prefix = prefix_operand;
    names.prefix_type = type_of(node.input_dtype(prefix));
  }
  TENON_TRY_ASSIGN(const AttendRules read, attend_rules(pool, node.attr_string("mask", ""),
                                                        node.attr_string("score", ""), names));
  AttendScores made;
  made.last_ = read.last;
  made.first_ = read.first;
  constexpr auto precision = StripProgram::Precision::f32;
  if (read.mask.valid()) {
    TENON_TRY_ASSIGN(made.mask_,
                     StripProgram::compile(pool.rows(), read.mask.id(), operands, precision));
  }
  if (read.score.same(names.s)) return made;
  made.cap_ = cap_of(pool, read.score, names.s);
  if (made.cap_) return made;
  TENON_TRY_ASSIGN(made.score_,
                   StripProgram::compile(pool.rows(), read.score.id(), operands, precision));
  return made;
}

void AttendScores::change(const KernelArguments& arguments, const AttendQuery& query, int64_t begin,
                          float* scores) const {
  int64_t symbols[first_extent + most_extents] = {query.position, query.head, query.sequence,
                                                  begin};
  if (arguments.has_input(AttendInput::table)) {
    std::ranges::copy(arguments.input_dims(AttendInput::table), symbols + first_extent);
  }
  StripOperand from[operands];
  from[scores_operand] = {scores, DType::f32, attend_tile};
  const std::pair<size_t, Operand> others[] = {{AttendInput::table, table_operand},
                                               {AttendInput::prefix, prefix_operand}};
  for (const auto& [input, operand] : others) {
    if (!arguments.has_input(input)) continue;
    from[operand] = {arguments.input_data(input), arguments.input_dtype(input),
                     arguments.input_elements(input)};
  }
  constexpr int64_t dims[] = {attend_tile};
  bool seen[attend_tile];
  std::ranges::fill(seen, true);
  if (mask_) mask_->run(from, symbols, dims, DType::boolean, seen, 0, attend_tile);
  if (score_) {
    float changed[attend_tile];
    score_->run(from, symbols, dims, DType::f32, changed, 0, attend_tile);
    std::ranges::copy(changed, scores);
  }
  for (int64_t i = 0; i < attend_tile; ++i) {
    if (!seen[i]) scores[i] = -std::numeric_limits<float>::infinity();
  }
}

}  // namespace tenon::cpu
