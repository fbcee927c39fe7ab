// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/lower.h"

#include "apply.h"
#include "range.h"

#include <algorithm>
#include <vector>

namespace tenon::kir {
namespace {

// What a row became. 64-bit signed integers have a low half that is always exact in its 32 bits;
// the full value is made only when the low half does not say it all.
struct Row {
  bool reached = false;
  bool is_uniform = false;
  bool done = false;
  Range range;
  Value value;  // in the row's type; for narrow i64 made on demand
  Value low;    // i64 only: i32
};

class Lowering {
 public:
  explicit Lowering(const Surroundings& around) : around_(around), rows_(around.rows.size()) {}

  Result<Value> run(int32_t root) {
    const auto count = static_cast<int32_t>(around_.rows.size());
    if (root < 0 || root >= count) return invalid("formula: row {} of {}", root, count);
    reach(root);
    for (int32_t id = 0; id <= root; ++id) {
      Row& row = rows_[static_cast<size_t>(id)];
      if (!row.reached || row.is_uniform) continue;
      TENON_TRY(one(id).at("formula"));
    }
    TENON_TRY(ready(root));
    return full(root);
  }

 private:
  const tenon_expr& expr(int32_t id) const { return around_.rows[static_cast<size_t>(id)]; }
  Row& row(int32_t id) { return rows_[static_cast<size_t>(id)]; }
  static Type type(const tenon_expr& at) { return static_cast<Type>(at.type); }
  Type type(int32_t id) const { return type(expr(id)); }

  // Marks what the root needs; uniform rows are taken whole.
  void reach(int32_t root) {
    row(root).reached = true;
    for (int32_t id = root; id >= 0; --id) {
      if (!row(id).reached) continue;
      const tenon_expr& at = expr(id);
      row(id).is_uniform = at.op != TENON_EXPR_LOAD && around_.is_uniform(id);
      if (row(id).is_uniform) continue;
      for (const int32_t operand : {at.a, at.b, at.c}) {
        if (operand >= 0) row(operand).reached = true;
      }
    }
  }

  // Makes a uniform row when something first needs it.
  Status ready(int32_t id) {
    if (id < 0) return {};
    Row& at = row(id);
    if (at.done) return {};
    if (!at.is_uniform) return invalid("row {} is used before it is defined", id);
    TENON_TRY_ASSIGN(const Value value, around_.uniform(id));
    const Builder& b = value.builder();
    at.range = whole(type(id));
    if (const uint64_t* bits = b.constant_bits(value);
        bits != nullptr && !is_float(type(id)) && type(id) != Type::u64) {
      at.range = {integer_of(*bits, type(id)), integer_of(*bits, type(id))};
    }
    finish(id, value);
    return {};
  }

  // Stores a value in the row's type.
  void finish(int32_t id, Value value) {
    Row& at = row(id);
    at.done = true;
    at.value = value;
    if (type(id) == Type::i64) at.low = value.builder().cast(value, Type::i32);
  }

  // Stores the low half of an i64 row that fits it.
  void finish_narrow(int32_t id, Value low) {
    Row& at = row(id);
    at.done = true;
    at.low = low;
  }

  Value full(int32_t id) {
    Row& at = row(id);
    if (!at.value.valid()) at.value = at.low.builder().cast(at.low, Type::i64);
    return at.value;
  }

  bool is_narrow(int32_t id) { return type(id) != Type::i64 || row(id).range.fits_i32(); }

  Status one(int32_t id) {
    const tenon_expr& at = expr(id);
    for (const int32_t operand : {at.a, at.b, at.c}) TENON_TRY(ready(operand));
    switch (at.op) {
      case TENON_EXPR_CONST:
      case TENON_EXPR_SYMBOL:
        return invalid("leaf {} is not uniform", id);
      case TENON_EXPR_COORD: {
        row(id).range = {0, std::max<int64_t>(around_.coordinate_limit(at.k), 0)};
        finish_narrow(id, around_.coordinate(at.k));
        return {};
      }
      case TENON_EXPR_LINEAR:
        row(id).range = {0, std::max<int64_t>(around_.linear_limit, 0)};
        finish_narrow(id, around_.linear);
        return {};
      case TENON_EXPR_LOAD:
        return load(id, at);
      case TENON_EXPR_SELECT:
        return select(id, at);
      case TENON_EXPR_CAST:
        return cast(id, at);
      case TENON_EXPR_BITCAST:
        if (at.a < 0 || bits_in(type(at.a)) != bits_in(type(at))) {
          return invalid("row {}: bit cast between widths", id);
        }
        row(id).range = whole(type(at));
        finish(id, full(at.a).builder().bitcast(full(at.a), type(at)));
        return {};
      default:
        break;
    }
    return at.b < 0 ? unary(id, at) : binary(id, at);
  }

  Status unary(int32_t id, const tenon_expr& at) {
    if (at.a < 0) return invalid("row {}: operation {} without an operand", id, at.op);
    Knowledge known = {
        .a = row(at.a).range, .b = {0, 0}, .exact = false, .has_f64 = around_.has_f64};
    row(id).range = range_of(at.op, type(at), known.a, {0, 0}, {0, 0});
    const bool narrow = type(at) == Type::i64 && is_narrow(at.a) && row(id).range.fits_i32();
    known.exact = row(id).range.within(INT32_MIN + 1, INT32_MAX);
    TENON_TRY_ASSIGN(const Value y, apply_unary(at.op, narrow ? row(at.a).low : full(at.a), known));
    narrow ? finish_narrow(id, y) : finish(id, y);
    return {};
  }

  Status binary(int32_t id, const tenon_expr& at) {
    if (type(at.a) != type(at.b)) return invalid("row {}: operation {} on two types", id, at.op);
    Knowledge known = {
        .a = row(at.a).range, .b = row(at.b).range, .exact = false, .has_f64 = around_.has_f64};
    row(id).range = range_of(at.op, type(at), known.a, known.b, {0, 0});
    const bool operands = type(at.a) == Type::i64 && is_narrow(at.a) && is_narrow(at.b);
    const bool narrow = operands && (type(at) != Type::i64 || row(id).range.fits_i32());
    known.exact = row(id).range.within(INT32_MIN + int64_t{1}, INT32_MAX - int64_t{1});
    const Value a = narrow ? row(at.a).low : full(at.a);
    const Value b = narrow ? row(at.b).low : full(at.b);
    TENON_TRY_ASSIGN(const Value y, apply_binary(at.op, a, b, known));
    if (narrow && type(at) == Type::i64) {
      finish_narrow(id, y);
      return {};
    }
    finish(id, y);
    // The low half of sums and products follows from the low halves.
    const bool closed =
        at.op == TENON_EXPR_ADD || at.op == TENON_EXPR_SUB || at.op == TENON_EXPR_MUL;
    if (type(at) == Type::i64 && closed) {
      const Op op = at.op == TENON_EXPR_ADD ? Op::add : at.op == TENON_EXPR_SUB ? Op::sub : Op::mul;
      row(id).low = y.builder().wrapping(op, row(at.a).low, row(at.b).low);
    }
    return {};
  }

  Status select(int32_t id, const tenon_expr& at) {
    if (at.a < 0 || at.b < 0 || at.c < 0 || type(at.a) != Type::boolean || type(at.b) != type(at) ||
        type(at.c) != type(at)) {
      return invalid("row {}: select of other types", id);
    }
    const Value condition = full(at.a);
    Builder& b = condition.builder();
    row(id).range = range_of(at.op, type(at), {}, row(at.b).range, row(at.c).range);
    if (type(at) == Type::i64) {
      const Value low = b.select(condition, row(at.b).low, row(at.c).low);
      if (row(id).range.fits_i32()) {
        finish_narrow(id, low);
        return {};
      }
    }
    finish(id, b.select(condition, full(at.b), full(at.c)));
    return {};
  }

  Status cast(int32_t id, const tenon_expr& at) {
    if (at.a < 0) return invalid("row {}: cast of nothing", id);
    const Type from = type(at.a);
    const Type to = type(at);
    const Range range = row(at.a).range;
    Builder& b = (row(at.a).low.valid() ? row(at.a).low : row(at.a).value).builder();
    const bool integers = !is_float(from) && !is_float(to) && from != Type::u64 && to != Type::u64;
    const Range all = whole(to);
    row(id).range = integers && range.within(all.low, all.high) ? range : all;
    if (to == Type::i64 && integers && range.fits_i32()) {
      finish_narrow(id, from == Type::i64 ? row(at.a).low : b.cast(full(at.a), Type::i32));
      return {};
    }
    if (from == Type::i64 && (to == Type::i32 || to == Type::u32)) {
      finish(id, b.bitcast(row(at.a).low, to));
      return {};
    }
    if (from == Type::i64 && is_float(to) && range.fits_i32()) {
      finish(id, b.cast(row(at.a).low, to));
      return {};
    }
    finish(id, convert(full(at.a), to));
    return {};
  }

  // An operand that is computed where it is read.
  Status computed(int32_t id, const tenon_expr& at, const Result<Value>& element) {
    if (!element.ok()) return element.status();
    Value y = convert(*element, type(at));
    Builder& b = y.builder();
    if (at.b >= 0) {
      if (type(at.b) != Type::boolean || (at.c >= 0 && type(at.c) != type(at))) {
        return invalid("row {}: load of other types", id);
      }
      y = b.select(full(at.b), y, at.c >= 0 ? full(at.c) : b.integer(0, type(at)));
    }
    row(id).range = whole(type(at));
    finish(id, y);
    return {};
  }

  Status load(int32_t id, const tenon_expr& at) {
    if (around_.inlined && (at.a < 0 || type(at.a) == Type::i64)) {
      const Value place = at.a < 0 ? around_.linear : row(at.a).low;
      if (const auto made = around_.inlined(at.k, at.a, place)) return computed(id, at, *made);
    }
    TENON_TRY_ASSIGN(const Loadable from, around_.operand(at.k));
    const bool here = at.a < 0;
    if (!here && type(at.a) != Type::i64) return invalid("row {}: index is no i64", id);
    const Value index = here ? around_.linear : row(at.a).low;
    Builder& b = index.builder();
    Value inside;
    const Range range = here ? Range{0, around_.linear_limit} : row(at.a).range;
    const bool proven =
        (here && from.like_output) || (from.known >= 0 && range.within(0, from.known - 1));
    if (!proven) inside = b.bitcast(index, Type::u32) < from.elements;
    if (at.b >= 0) {
      if (type(at.b) != Type::boolean) return invalid("row {}: load condition is no bool", id);
      inside = inside.valid() ? inside & full(at.b) : full(at.b);
    }
    Value y = convert(load_element(from.tensor, index, inside), type(at));
    if (at.b >= 0 && at.c >= 0) {
      if (type(at.c) != type(at)) return invalid("row {}: load of two types", id);
      y = b.select(full(at.b), y, full(at.c));
    }
    // Small elements stay small however they are widened.
    const DType dtype = from.tensor.dtype;
    const DTypeFacts& known = facts(dtype);
    row(id).range = whole(type(at));
    if (known.kind == DTypeClass::integer && known.bits < 32 && !is_float(type(at))) {
      const int64_t half = int64_t{1} << (known.bits - 1);
      const Range stored = known.is_signed ? Range{-half, half - 1} : Range{0, 2 * half - 1};
      const Range with = at.c >= 0 ? row(at.c).range : Range{0, 0};
      row(id).range = {std::min(stored.low, std::min<int64_t>(with.low, 0)),
                       std::max(stored.high, with.high)};
    }
    finish(id, y);
    return {};
  }

  const Surroundings& around_;
  std::vector<Row> rows_;
};

}  // namespace

Result<Value> lower(const Surroundings& around, int32_t root) { return Lowering(around).run(root); }

}  // namespace tenon::kir
