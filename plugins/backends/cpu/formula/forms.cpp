// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/formula/forms.h"

#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <numeric>

namespace tenon::cpu {
namespace {

constexpr size_t most_boxes = 64;

bool add_to(int64_t& total, int64_t a, int64_t factor) {
  int64_t product = 0;
  return !__builtin_mul_overflow(a, factor, &product) &&
         !__builtin_add_overflow(total, product, &total);
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
int64_t ceil_div(int64_t a, int64_t b) { return -floor_div(-a, b); }

// a + sign * b, none where it would overflow or vary by two rows.
Form sum(const Form& a, const Form& b, int64_t sign) {
  Form made = a;
  made.kind = Form::Kind::walk;
  bool fits = add_to(made.base, b.base, sign);
  for (size_t i = 0; i < most_axes; ++i) fits = fits && add_to(made.steps[i], b.steps[i], sign);
  if (b.varying >= 0) {
    fits = fits && (a.varying < 0 || a.varying == b.varying);
    made.varying = b.varying;
    fits = fits && add_to(made.factor, b.factor, sign);
  }
  return fits ? made : Form{};
}

Form scaled(const Form& a, int64_t by) {
  Form made;
  made.kind = Form::Kind::walk;
  made.varying = a.varying;
  bool fits = add_to(made.base, a.base, by) && add_to(made.factor, a.factor, by);
  for (size_t i = 0; i < most_axes; ++i) fits = fits && add_to(made.steps[i], a.steps[i], by);
  return fits ? made : Form{};
}

Form number(int64_t value) { return {.kind = Form::Kind::number, .base = value}; }

class Finder {
 public:
  Finder(const FormulaRows& formula, const Box& box, std::span<const int64_t> dims,
         std::span<const int64_t> symbols)
      : rows_(formula.rows), box_(box), dims_(dims), symbols_(symbols) {}

  Forms find() {
    const size_t n = rows_.size();
    forms_.of.resize(n);
    forms_.is.resize(n);
    cuts_.resize(n);
    for (size_t i = 0; i < n; ++i) {
      forms_.is[i] = static_cast<int32_t>(i);
      forms_.of[i] = form(i);
    }
    forms_.demanded.assign(n, false);
    demand(static_cast<int32_t>(n) - 1);
    for (size_t i = 0; i < n && !forms_.cut; ++i) {
      if (forms_.demanded[i]) forms_.cut = cuts_[i];
    }
    return std::move(forms_);
  }

 private:
  const Form& of(int32_t row) const { return forms_.of[static_cast<size_t>(row)]; }
  bool is_number(int32_t row) const { return row >= 0 && of(row).kind == Form::Kind::number; }

  // A row of type i64 as a part of an index: if nothing else is known, by its value.
  Form part(int32_t row) const {
    Form found = of(row);
    if (found.kind == Form::Kind::none) {
      found = {.kind = Form::Kind::walk, .varying = row, .factor = 1};
    }
    return found;
  }
  bool is_walk(int32_t row) const { return row >= 0 && of(row).kind != Form::Kind::none; }

  Form same_as(size_t i, int32_t row) {
    forms_.is[i] = forms_.is[static_cast<size_t>(row)];
    return of(row);
  }

  Form form(size_t i) {
    const tenon_expr& row = rows_[i];
    switch (row.op) {
      case TENON_EXPR_CONST:
        return number(row.k);
      case TENON_EXPR_SYMBOL:
        return symbol(row);
      case TENON_EXPR_COORD:
        return coordinate(static_cast<size_t>(row.k));
      case TENON_EXPR_LINEAR:
        return linear();
      case TENON_EXPR_LOAD:
        return load(i, row);
      case TENON_EXPR_SELECT:
        if (!is_number(row.a)) return {};
        return same_as(i, of(row.a).base != 0 ? row.b : row.c);
      default:
        break;
    }
    const bool all = is_number(row.a) && (row.b < 0 || is_number(row.b));
    const auto operand_type = static_cast<Type>(rows_[static_cast<size_t>(row.a)].type);
    if (all) {
      return number(fold(row.op, static_cast<Type>(row.type), operand_type, of(row.a).base,
                         row.b < 0 ? 0 : of(row.b).base, 0, true));
    }
    if (operand_type == Type::boolean && row.b >= 0) return logical(i, row);
    if (operand_type == Type::i64) return index(i, row);
    return {};
  }

  Form symbol(const tenon_expr& row) const {
    const auto type = static_cast<Type>(row.type);
    const bool given = static_cast<uint64_t>(row.k) < symbols_.size();
    const int64_t bits = given ? symbols_[static_cast<size_t>(row.k)] : 0;
    return number(is_float(type) ? bits
                                 : fold(TENON_EXPR_CAST, type, Type::i64, bits, 0, 0, false));
  }

  // An axis that the output lacks has the coordinate 0.
  Form coordinate(size_t axis) const {
    if (axis >= dims_.size()) return number(0);
    Form made{.kind = Form::Kind::walk, .base = box_.first[axis]};
    for (size_t i = 0; i < box_.axes.size(); ++i) {
      if (box_.axes[i].axis == axis) made.steps[i] = box_.axes[i].scale;
    }
    return made;
  }

  Form linear() const {
    Form made{.kind = Form::Kind::walk};
    int64_t step = 1;
    for (size_t d = dims_.size(); d-- > 0; step *= dims_[d]) {
      made = sum(made, scaled(coordinate(d), step), 1);
    }
    return made;
  }

  Form load(size_t i, const tenon_expr& row) {
    if (row.b < 0 || !is_number(row.b) || of(row.b).base != 0) return {};
    return row.c >= 0 ? same_as(i, row.c) : number(0);
  }

  // And, or with one side known.
  Form logical(size_t i, const tenon_expr& row) {
    if (row.op != TENON_EXPR_AND && row.op != TENON_EXPR_OR) return {};
    for (const auto& [known, other] : {std::pair(row.a, row.b), std::pair(row.b, row.a)}) {
      if (!is_number(known)) continue;
      const bool decides = (of(known).base != 0) == (row.op == TENON_EXPR_OR);
      return decides ? number(row.op == TENON_EXPR_OR ? 1 : 0) : same_as(i, other);
    }
    return {};
  }

  Form index(size_t i, const tenon_expr& row) {
    switch (row.op) {
      case TENON_EXPR_NEG:
        return scaled(part(row.a), -1);
      case TENON_EXPR_ADD:
        return sum(part(row.a), part(row.b), 1);
      case TENON_EXPR_SUB:
        return sum(part(row.a), part(row.b), -1);
      case TENON_EXPR_MUL:
        if (is_number(row.b)) return scaled(part(row.a), of(row.b).base);
        return is_number(row.a) ? scaled(part(row.b), of(row.a).base) : Form{};
      case TENON_EXPR_LT:
      case TENON_EXPR_LE:
      case TENON_EXPR_EQ:
      case TENON_EXPR_NE:
        return is_walk(row.a) && is_walk(row.b) ? comparison(i, row) : Form{};
      case TENON_EXPR_MIN:
      case TENON_EXPR_MAX:
        return is_walk(row.a) && is_walk(row.b) ? extreme(i, row) : Form{};
      case TENON_EXPR_DIV:
      case TENON_EXPR_REM:
      case TENON_EXPR_MOD:
      case TENON_EXPR_FLOORDIV:
        return is_walk(row.a) && is_number(row.b) ? division(i, row) : Form{};
      default:
        return {};
    }
  }

  // Whether a < b, a <= b or a == b in the whole box; else where it changes.
  std::optional<bool> holds(size_t i, uint16_t op, const Form& difference) {
    const std::optional<Interval> range = interval_of(difference, box_);
    if (!range) return {};
    const auto [low, high] = *range;
    if (op == TENON_EXPR_EQ) {
      if (low == 0 && high == 0) return true;
      if (low > 0 || high < 0) return false;
    } else {
      const int64_t bound = op == TENON_EXPR_LT ? -1 : 0;
      if (high <= bound) return true;
      if (low > bound) return false;
    }
    cuts_[i] = change(op, difference);
    return {};
  }

  std::optional<Cut> change(uint16_t op, const Form& difference) const {
    std::optional<size_t> axis;
    for (size_t d = 0; d < box_.axes.size(); ++d) {
      if (difference.steps[d] == 0 || box_.axes[d].extent == 1) continue;
      if (axis) return {};
      axis = d;
    }
    if (!axis) return {};
    const int64_t step = difference.steps[*axis], base = difference.base;
    int64_t at = 0;
    if (op == TENON_EXPR_EQ) {
      if (base % step != 0) return {};
      at = -base / step;
      if (at == 0) at = 1;
    } else {
      // The first position that is on the other side than position 0.
      const int64_t bound = op == TENON_EXPR_LT ? base : base - 1;
      at = step > 0 ? ceil_div(-bound, step) : floor_div(bound, -step) + 1;
    }
    if (at <= 0 || at >= box_.axes[*axis].extent) return {};
    return Cut{.axis = *axis, .at = at};
  }

  Form comparison(size_t i, const tenon_expr& row) {
    const Form difference = sum(of(row.a), of(row.b), -1);
    const uint16_t op = row.op == TENON_EXPR_NE ? uint16_t{TENON_EXPR_EQ} : row.op;
    const std::optional<bool> known = holds(i, op, difference);
    if (!known) return {};
    return number(*known == (row.op != TENON_EXPR_NE) ? 1 : 0);
  }

  Form extreme(size_t i, const tenon_expr& row) {
    const std::optional<bool> below = holds(i, TENON_EXPR_LE, sum(of(row.a), of(row.b), -1));
    if (!below) return {};
    return same_as(i, *below == (row.op == TENON_EXPR_MIN) ? row.a : row.b);
  }

  // a = divisor * quotient + rest with a rest that stays in [0, divisor).
  Form division(size_t i, const tenon_expr& row) {
    const int64_t divisor = of(row.b).base;
    const Form& a = of(row.a);
    if (divisor <= 0 || a.varying >= 0) return {};
    const std::optional<Interval> range = interval_of(a, box_);
    const bool rounds_down = row.op == TENON_EXPR_MOD || row.op == TENON_EXPR_FLOORDIV;
    if (!range || (!rounds_down && range->low < 0)) return {};
    Form quotient{.kind = Form::Kind::walk, .base = floor_div(a.base, divisor)};
    Form rest{.kind = Form::Kind::walk, .base = a.base - quotient.base * divisor};
    for (size_t d = 0; d < box_.axes.size(); ++d) {
      // The whole multiples of an axis that steps less than once through the divisor stay a rest.
      quotient.steps[d] = floor_div(a.steps[d], divisor);
      rest.steps[d] = a.steps[d] - quotient.steps[d] * divisor;
    }
    const std::optional<Interval> left = interval_of(rest, box_);
    if (left && left->low >= 0 && left->high < divisor) {
      const bool is_rest = row.op == TENON_EXPR_MOD || row.op == TENON_EXPR_REM;
      return is_rest ? rest : quotient;
    }
    cuts_[i] = blocks(rest, divisor);
    return {};
  }

  // The axis on which the rest runs over, in blocks on which it does not.
  std::optional<Cut> blocks(const Form& rest, int64_t divisor) const {
    std::optional<size_t> axis;
    for (size_t d = 0; d < box_.axes.size(); ++d) {
      if (rest.steps[d] == 0 || box_.axes[d].extent == 1) continue;
      if (!axis || rest.steps[d] > rest.steps[*axis]) axis = d;
    }
    if (!axis) return {};
    const int64_t step = rest.steps[*axis], extent = box_.axes[*axis].extent;
    if (divisor % step != 0) return {};
    const int64_t length = divisor / step;
    // First to where a block begins, then in blocks, then what is left.
    const int64_t ahead = rest.base / step % length;
    const int64_t to_border = ahead == 0 ? 0 : length - ahead;
    if (to_border > 0) {
      return to_border < extent ? std::optional(Cut{*axis, to_border}) : std::nullopt;
    }
    if (extent <= length) return {};
    const int64_t whole = extent / length * length;
    if (whole < extent) return Cut{*axis, whole};
    if (box_.axes.size() == most_axes) return {};
    return Cut{*axis, length, true};
  }

  void demand(int32_t row) {
    if (row < 0) return;
    const auto i = static_cast<size_t>(forms_.is[static_cast<size_t>(row)]);
    if (forms_.demanded[i]) return;
    const Form& form = forms_.of[i];
    if (form.kind == Form::Kind::number) return;
    if (form.kind == Form::Kind::walk && form.varying < 0) return;
    forms_.demanded[i] = true;
    const tenon_expr& at = rows_[i];
    if (at.op == TENON_EXPR_LOAD && at.a >= 0 && is_walk(at.a)) {
      demand(of(at.a).varying);
    } else {
      demand(at.a);
    }
    if (at.op == TENON_EXPR_LOAD && is_number(at.b)) return;
    demand(at.b);
    demand(at.c);
  }

  std::span<const tenon_expr> rows_;
  const Box& box_;
  std::span<const int64_t> dims_;
  std::span<const int64_t> symbols_;
  Forms forms_;
  std::vector<std::optional<Cut>> cuts_;
};

}  // namespace

Box whole_box(std::span<const int64_t> dims) {
  Box box;
  box.first.assign(dims.size(), 0);
  for (size_t d = 0; d < dims.size(); ++d) {
    box.axes.push_back({.extent = dims[d], .axis = d, .scale = 1});
  }
  return box;
}

std::optional<Interval> interval_of(const Form& form, const Box& box) {
  if (form.kind == Form::Kind::none || form.varying >= 0) return {};
  Interval range{form.base, form.base};
  for (size_t d = 0; d < box.axes.size(); ++d) {
    int64_t& end = form.steps[d] < 0 ? range.low : range.high;
    if (!add_to(end, form.steps[d], box.axes[d].extent - 1)) return {};
  }
  return range;
}

Forms find_forms(const FormulaRows& formula, const Box& box, std::span<const int64_t> dims,
                 std::span<const int64_t> symbols) {
  return Finder(formula, box, dims, symbols).find();
}

std::vector<Box> split_output(const FormulaRows& formula, std::span<const int64_t> dims,
                              std::span<const int64_t> symbols) {
  std::vector<Box> settled, open = {whole_box(dims)};
  while (!open.empty()) {
    Box box = std::move(open.back());
    open.pop_back();
    const std::optional<Cut> cut = find_forms(formula, box, dims, symbols).cut;
    if (!cut) {
      settled.push_back(std::move(box));
      continue;
    }
    if (settled.size() + open.size() + 2 > most_boxes) return {whole_box(dims)};
    const auto axis = box.axes.begin() + static_cast<int64_t>(cut->axis);
    if (cut->into_blocks) {
      const Box::Axis inner = {cut->at, axis->axis, axis->scale};
      axis->extent /= cut->at;
      axis->scale *= cut->at;
      box.axes.insert(axis + 1, inner);
      open.push_back(std::move(box));
      continue;
    }
    Box rest = box;
    axis->extent = cut->at;
    rest.axes[cut->axis].extent -= cut->at;
    rest.first[axis->axis] += cut->at * axis->scale;
    open.push_back(std::move(rest));
    open.push_back(std::move(box));
  }
  return settled;
}

}  // namespace tenon::cpu
