// SPDX-License-Identifier: Apache-2.0
#include "strip_affine.h"
#include "strip_code.h"
#include "strip_rates.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tenon::strip {
namespace {

constexpr int64_t most_axes = 64;
constexpr uint32_t none = UINT32_MAX;

Status check(std::span<const tenon_expr> rows, std::span<const ExprId> ids, size_t n_operands) {
  for (const ExprId id : ids) {
    const tenon_expr& row = rows[static_cast<size_t>(id)];
    if (!is_valid_row(rows, static_cast<size_t>(id))) {
      return invalid("formula row {}: operation {} of type {} breaks a rule of expressions", id,
                     row.op, row.type);
    }
    if (row.op == TENON_EXPR_LOAD && static_cast<uint64_t>(row.k) >= n_operands) {
      return invalid("formula row {} loads operand {} of {}", id, row.k, n_operands);
    }
    if (row.op == TENON_EXPR_COORD && row.k >= most_axes) {
      return invalid("formula row {} reads axis {}, expected less than {}", id, row.k, most_axes);
    }
  }
  return {};
}

// Whether the register of an integer of one type is also that of another.
bool same_register(Type to, Type from) {
  if (from == Type::boolean) return !is_float(to);
  if (from == Type::u32) return to == Type::u64 || to == Type::i64;
  return (from == Type::i32 && to == Type::i64) || (from == Type::i64 && to == Type::u64) ||
         (from == Type::u64 && to == Type::i64);
}

class Compiler {
 public:
  Compiler(ExprPool& pool, Expr root, bool single) : pool_(pool), root_(root) {
    code_.single = single;
    zero_ = pool_.integer(0);
    one_ = pool_.integer(1);
    ids_ = needed_rows(pool_.rows(), root_.id());
    find_uniforms();
  }

  Rates rates() const { return rates_of(pool_, ids_, uniform_); }

  // rates: of each row.
  Code compile(std::vector<int> rates) {
    rates_ = std::move(rates);
    forms_ = affine_forms(pool_, ids_, uniform_);
    find_demanded();
    registers_.assign(ids_.size(), none);
    for (size_t i = 0; i < ids_.size(); ++i) {
      if (!demanded_[i]) continue;
      rate_ = rates_[i];
      registers_[i] = emit(i);
    }
    rate_ = 0;
    code_.result = reg(root_.id());
    code_.result_type = root_.type();
    allocate();
    number_uniforms();
    return std::move(code_);
  }

 private:
  size_t place(ExprId id) const {
    return static_cast<size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin());
  }

  // The register of a row, at the rate of the instruction that is being made.
  uint32_t reg(ExprId id) {
    if (id < 0) return none;
    const size_t at = place(id);
    const int shift = uniform_[at] ? 0 : rates_[at] - rate_;
    if (shift == 0) return registers_[at];
    uint32_t& repeated = repeated_.try_emplace({id, rate_}, none).first->second;
    if (repeated == none) {
      const Type type = static_cast<Type>(pool_.row(id).type);
      repeated = add({.kind = Kind::step,
                      .type = type,
                      .a = registers_[at],
                      .b = none,
                      .c = none,
                      .step = repeat_step(type, code_.single, shift)});
    }
    return repeated;
  }

  void find_uniforms() {
    uniform_.assign(ids_.size(), false);
    for (size_t i = 0; i < ids_.size(); ++i) {
      const tenon_expr& row = pool_.row(ids_[i]);
      bool uniform =
          row.op == TENON_EXPR_CONST || row.op == TENON_EXPR_SYMBOL || row.op > TENON_EXPR_LOAD;
      for (const ExprId operand : {row.a, row.b, row.c}) {
        uniform = uniform && (operand < 0 || uniform_[place(operand)]);
      }
      uniform_[i] = uniform;
    }
  }

  // Which rows are needed as registers: an affine index is walked and needs no operands.
  void find_demanded() {
    demanded_.assign(ids_.size(), false);
    demanded_.back() = true;
    for (size_t i = ids_.size(); i-- > 0;) {
      if (!demanded_[i] || uniform_[i] || forms_[i]) continue;
      const tenon_expr& row = pool_.row(ids_[i]);
      const bool walks = row.op == TENON_EXPR_LOAD && row.a >= 0 && forms_[place(row.a)];
      if (row.a >= 0 && !walks) demanded_[place(row.a)] = true;
      if (row.b >= 0) demanded_[place(row.b)] = true;
      if (row.c >= 0) demanded_[place(row.c)] = true;
    }
  }

  uint32_t emit(size_t i) {
    const tenon_expr row = pool_.row(ids_[i]);
    if (uniform_[i]) return fill({pool_, ids_[i]});
    if (forms_[i]) {
      return add({.kind = Kind::index, .type = Type::i64, .walk = walk(*forms_[i])});
    }
    if (row.op == TENON_EXPR_LOAD) return load(row);
    const auto type = static_cast<Type>(row.type);
    const auto operand_type = static_cast<Type>(pool_.row(row.a).type);
    if (row.op == TENON_EXPR_CAST && keeps_register(row)) return reg(row.a);
    Step step = nullptr;
    if (row.b >= 0 && pool_.row(row.b).op == TENON_EXPR_CONST && !is_float(operand_type)) {
      step = step_by_constant(row.op, operand_type, pool_.row(row.b).k);
    }
    if (step == nullptr) step = step_of(row.op, type, operand_type, code_.single);
    const uint32_t a = reg(row.a), b = reg(row.b), c = reg(row.c);
    return add({.kind = Kind::step, .type = type, .a = a, .b = b, .c = c, .step = step});
  }

  // Whether a cast between integers changes nothing in the register.
  bool keeps_register(const tenon_expr& row) const {
    const tenon_expr& inner = pool_.row(row.a);
    const auto to = static_cast<Type>(row.type), from = static_cast<Type>(inner.type);
    if (is_float(to) || is_float(from) || to == Type::boolean) return false;
    if (same_register(to, from)) return true;
    // What a mask leaves is small and positive.
    const bool masked = inner.op == TENON_EXPR_AND && pool_.row(inner.b).op == TENON_EXPR_CONST;
    return masked && pool_.row(inner.b).k >= 0 && pool_.row(inner.b).k <= INT32_MAX;
  }

  uint32_t load(const tenon_expr& row) {
    Instruction instruction{.kind = Kind::load,
                            .type = static_cast<Type>(row.type),
                            .operand = static_cast<uint32_t>(row.k)};
    if (row.a < 0) {
      instruction.walk = walk({zero_, {{-1, one_}}});
    } else if (forms_[place(row.a)]) {
      instruction.walk = walk(*forms_[place(row.a)]);
    } else {
      instruction.kind = Kind::gather;
      instruction.a = reg(row.a);
    }
    const uint32_t condition = reg(row.b), given = reg(row.c);
    const uint32_t loaded = add(instruction);
    if (row.b < 0) return loaded;
    // What is read where nothing should be is thrown away; a read outside gives zero.
    const auto type = static_cast<Type>(row.type);
    const uint32_t outside = row.c >= 0 ? given : fill(pool_.integer(0, type));
    return add({.kind = Kind::step,
                .type = type,
                .a = condition,
                .b = loaded,
                .c = outside,
                .step = step_of(TENON_EXPR_SELECT, type, Type::boolean, code_.single)});
  }

  uint32_t add(Instruction instruction) {
    instruction.out = code_.registers++;
    instruction.rate = rate_;
    code_.instructions.push_back(instruction);
    return instruction.out;
  }

  uint32_t fill(Expr value) {
    code_.fills.push_back({code_.registers++, static_cast<uint32_t>(value.id()), value.type()});
    return code_.fills.back().out;
  }

  uint32_t walk(const Affine& affine) {
    Walk walk;
    walk.base = static_cast<uint32_t>(affine.base.id());
    walk.rate = rate_;
    for (const Affine::Part& part : affine.parts) {
      walk.axes.push_back(part.axis);
      walk.factors.push_back(static_cast<uint32_t>(part.factor.id()));
    }
    code_.walks.push_back(std::move(walk));
    return static_cast<uint32_t>(code_.walks.size() - 1);
  }

  template <class Visit>
  static void each_operand(Instruction& instruction, Visit visit) {
    if (instruction.kind == Kind::gather) visit(instruction.a);
    if (instruction.kind != Kind::step) return;
    for (uint32_t* operand : {&instruction.a, &instruction.b, &instruction.c}) {
      if (*operand != none) visit(*operand);
    }
  }

  // Registers are used again once nothing needs them; those of fills are kept.
  void allocate() {
    std::vector<size_t> last_use(code_.registers, 0);
    for (size_t i = 0; i < code_.instructions.size(); ++i) {
      each_operand(code_.instructions[i], [&](uint32_t& operand) { last_use[operand] = i; });
    }
    const size_t end = code_.instructions.size();
    last_use[code_.result] = end;
    std::vector<uint32_t> real(code_.registers, none), free;
    uint32_t count = 0;
    for (Fill& fill : code_.fills) {
      last_use[fill.out] = end;
      fill.out = real[fill.out] = count++;
    }
    for (size_t i = 0; i < end; ++i) {
      Instruction& instruction = code_.instructions[i];
      const uint32_t out = instruction.out;
      if (free.empty()) free.push_back(count++);
      instruction.out = real[out] = free.back();
      free.pop_back();
      std::vector<uint32_t> done;
      each_operand(instruction, [&](uint32_t& operand) {
        const bool counted = std::ranges::find(done, operand) != done.end();
        if (last_use[operand] == i && !counted) {
          done.push_back(operand);
          free.push_back(real[operand]);
        }
        operand = real[operand];
      });
    }
    code_.result = real[code_.result];
    code_.registers = count;
  }

  // Rows of the pool that walks and fills need, and nothing else.
  void number_uniforms() {
    std::vector<bool> needed(pool_.rows().size());
    for (const Walk& walk : code_.walks) {
      needed[walk.base] = true;
      for (const uint32_t factor : walk.factors) needed[factor] = true;
    }
    for (const Fill& fill : code_.fills) needed[fill.uniform] = true;
    for (size_t id = needed.size(); id-- > 0;) {
      if (!needed[id]) continue;
      const tenon_expr& row = pool_.row(static_cast<ExprId>(id));
      for (const ExprId operand : {row.a, row.b, row.c}) {
        if (operand >= 0) needed[static_cast<size_t>(operand)] = true;
      }
    }
    std::vector<uint32_t> places(needed.size(), 0);
    const auto at = [&](ExprId id) {
      return static_cast<int32_t>(places[static_cast<size_t>(id)]);
    };
    for (size_t id = 0; id < needed.size(); ++id) {
      if (!needed[id]) continue;
      Uniform uniform{.row = pool_.row(static_cast<ExprId>(id))};
      tenon_expr& row = uniform.row;
      if (row.a >= 0) uniform.operand_type = static_cast<Type>(pool_.row(row.a).type);
      for (ExprId* operand : {&row.a, &row.b, &row.c}) {
        if (*operand >= 0) *operand = at(*operand);
      }
      places[id] = static_cast<uint32_t>(code_.uniforms.size());
      code_.uniforms.push_back(uniform);
    }
    for (Walk& walk : code_.walks) {
      walk.base = places[walk.base];
      for (uint32_t& factor : walk.factors) factor = places[factor];
    }
    for (Fill& fill : code_.fills) fill.uniform = places[fill.uniform];
  }

  ExprPool& pool_;
  Expr root_, zero_, one_;
  Code code_;
  std::vector<ExprId> ids_;
  std::vector<bool> uniform_, demanded_;
  std::vector<std::optional<Affine>> forms_;
  std::vector<uint32_t> registers_;  // of each of ids_
  std::vector<int> rates_;           // of each of ids_
  std::map<std::pair<ExprId, int>, uint32_t> repeated_;
  int rate_ = 0;  // of the instruction that is being made
};

}  // namespace

Result<Codes> compile_strips(std::span<const tenon_expr> rows, ExprId root, size_t n_operands,
                             bool single) {
  if (root < 0 || static_cast<size_t>(root) >= rows.size()) {
    return invalid("formula row {} of {} does not exist", root, rows.size());
  }
  TENON_TRY(check(rows, needed_rows(rows, root), n_operands));
  ExprPool pool;
  const Expr copy = pool.copy(rows, root);
  Compiler compiler(pool, copy, single);
  const Rates rates = compiler.rates();
  Codes codes;
  codes.every = compiler.compile(std::vector<int>(rates.of.size(), 0));
  if (rates.largest > 0) {
    codes.grouped = Compiler(pool, copy, single).compile(rates.of);
    codes.axis = rates.axis;
    codes.multiple = rates.multiple;
  }
  return codes;
}

}  // namespace tenon::strip
