// SPDX-License-Identifier: Apache-2.0
#include "bounds.h"
#include "quant_check.h"
#include "quant_fields.h"
#include "tenon/expr_ops.h"
#include "tenon/quant_format.h"

#include <algorithm>
#include <cmath>

namespace tenon {
namespace {

constexpr size_t most_rows = 1024;
// Symbols that stand for whole tensors while formulas are read.
constexpr int64_t first_handle = int64_t{1} << 40;

bool is_number(Expr e, double value) {
  return e.op() == TENON_EXPR_CONST && e.float_constant() == value;
}

class Scope : public ExprScope {
 public:
  Scope(ExprPool& pool, const QuantFormat& format, QuantReader& reader, const QuantPlace& place)
      : pool_(pool), format_(format), reader_(reader), place_(place), bounds_(pool) {
    k_ = as_index(place.k);
    n_ = as_index(place.n);
    limit(k_, place.inputs);
    limit(n_, place.outputs);
    if (!format.is_packed()) {
      const Expr block = pool.integer(format.block);
      element_ = simplify_within(pool, k_ % format.block, bounds_);
      row_start_ = floor_div(k_, block) * format.bytes;
    }
  }

  Bounds& bounds() { return bounds_; }

  // From now on a name of a line.
  Status define(const std::string& name, Expr value) {
    if (this->name(name)) return invalid("\"{}\" is the name of something else", name);
    lines_.emplace(name, value);
    return {};
  }
  std::map<std::string, Expr, std::less<>> lines() && { return std::move(lines_); }

  Answer name(std::string_view name) override {
    if (const auto line = lines_.find(name); line != lines_.end()) return line->second;
    if (!format_.is_packed()) {
      if (name == "e") return element_;
    } else if (const Expr place = place_named(name); place.valid()) {
      return place;
    }
    if (const auto option = option_named(name)) {
      const bool whole = *option == std::trunc(*option) && std::abs(*option) < 1e15;
      return whole ? pool_.integer(static_cast<int64_t>(*option)) : pool_.real(*option);
    }
    if (const auto tensor = tensor_named(name)) return handle(*tensor);
    if (table_named(name)) return invalid("table \"{}\" needs an index, {}[i]", name, name);
    return {};
  }

  Answer element(std::string_view name, std::span<const Expr> index) override {
    for (const Expr& at : index) TENON_TRY(check_integer(at, "an index"));
    if (const auto table = table_named(name)) return table_element(*table, index);
    const auto tensor = tensor_named(name);
    if (!tensor || !format_.is_packed()) return {};
    return tensor_element(*tensor, index);
  }

  Answer call(std::string_view name, std::span<const Expr> arguments) override {
    if (name == "exp2")
      return one_integer(name, arguments,
                         [&](Expr x) { return quant::power_of_two(pool_, bounds_, x); });
    if (name == "parity")
      return one_integer(name, arguments,
                         [&](Expr x) { return quant::parity_of(pool_, bounds_, x); });
    if (name == "half") {
      return one_integer(name, arguments,
                         [&](Expr x) { return quant::half_of(pool_, pool_.cast(x, Type::u32)); });
    }
    if (format_.is_packed()) return packed_call(name, arguments);
    return block_call(name, arguments);
  }

 private:
  Expr as_index(Expr e) const { return pool_.cast(e, Type::i64); }

  void limit(Expr at, Expr extent) {
    const bool known = extent.is_constant() && extent.constant() > 0;
    if (!at.is_constant())
      bounds_.give(at, Bound::between(0, known ? extent.constant() - 1 : INT64_MAX));
  }

  // names

  Expr place_named(std::string_view name) const {
    if (name == "k") return k_;
    if (name == "n") return n_;
    if (name == "in") return as_index(place_.inputs);
    if (name == "out") return as_index(place_.outputs);
    return {};
  }

  std::optional<double> option_named(std::string_view name) const {
    const auto option = std::ranges::find(format_.options, name, &QuantOption::name);
    if (option == format_.options.end()) return {};
    const auto given = place_.options.find(name);
    return given != place_.options.end() ? given->second : option->otherwise.value_or(0);
  }

  std::optional<size_t> tensor_named(std::string_view name) const {
    const auto tensor = std::ranges::find(format_.tensors, name, &QuantTensor::name);
    if (!format_.is_packed() || tensor == format_.tensors.end()) return {};
    return static_cast<size_t>(tensor - format_.tensors.begin());
  }

  std::optional<size_t> table_named(std::string_view name) const {
    const auto table = std::ranges::find(format_.tables, name, &QuantTable::name);
    if (table == format_.tables.end()) return {};
    return static_cast<size_t>(table - format_.tables.begin());
  }

  Expr handle(size_t tensor) const {
    return pool_.symbol(first_handle + static_cast<int64_t>(tensor), Type::i64);
  }
  std::optional<size_t> tensor_of(Expr e) const {
    if (e.op() != TENON_EXPR_SYMBOL || pool_.row(e.id()).k < first_handle) return {};
    const auto tensor = static_cast<size_t>(pool_.row(e.id()).k - first_handle);
    return tensor < format_.tensors.size() ? std::optional(tensor) : std::nullopt;
  }

  // arguments

  static Status check_integer(Expr e, std::string_view what) {
    if (is_float(e.type())) return invalid("{} must be an integer", what);
    return {};
  }

  static Status check_count(std::string_view name, std::span<const Expr> arguments, size_t count) {
    if (arguments.size() == count) return {};
    return invalid("{} takes {} operands, not {}", name, count, arguments.size());
  }

  template <class Make>
  Answer one_integer(std::string_view name, std::span<const Expr> arguments, Make make) {
    TENON_TRY(check_count(name, arguments, 1));
    TENON_TRY(check_integer(arguments[0], "the operand"));
    return make(arguments[0]);
  }

  static Result<int64_t> width_of(Expr e) {
    if (e.is_constant() && e.constant() >= 1 && e.constant() <= quant::most_width) {
      return e.constant();
    }
    return invalid("a width must be a number from 1 to {}", quant::most_width);
  }

  // Whether 0 <= at < extent, or nothing when that is proved.
  Expr inside(Expr at, Expr extent) {
    const Bound bound = bounds_.of(at);
    Expr condition;
    if (bound.low < 0) condition = pool_.integer(0) <= at;
    const bool below = extent.is_constant() && bound.high < extent.constant();
    if (!below) condition = condition.valid() ? condition && at < extent : at < extent;
    return condition;
  }

  static Expr both(Expr a, Expr b) { return !a.valid() ? b : !b.valid() ? a : a && b; }

  // blocks

  Answer block_call(std::string_view name, std::span<const Expr> arguments) {
    if (name == "u" || name == "s") {
      TENON_TRY(check_count(name, arguments, 2));
      const Result<int64_t> width = width_of(arguments[1]);
      if (!width.ok()) return width.status();
      const Result<Expr> bits = field(arguments[0], *width);
      if (!bits.ok()) return bits;
      if (name == "s") return quant::signed_of(pool_, *bits, *width);
      return pool_.cast(*bits, Type::i32);
    }
    if (name == "s8")
      return wide(name, arguments, 8, [&](Expr bits) { return quant::signed_of(pool_, bits, 8); });
    if (name == "f16")
      return wide(name, arguments, 16, [&](Expr bits) { return quant::half_of(pool_, bits); });
    if (name == "bf16")
      return wide(name, arguments, 16, [&](Expr bits) { return quant::bfloat_of(pool_, bits); });
    if (name == "f32")
      return wide(name, arguments, 32, [&](Expr bits) { return pool_.bitcast(bits, Type::f32); });
    return {};
  }

  template <class Make>
  Answer wide(std::string_view name, std::span<const Expr> arguments, int64_t width, Make make) {
    TENON_TRY(check_count(name, arguments, 1));
    const Result<Expr> bits = field(arguments[0], width);
    return bits.ok() ? Result<Expr>(make(*bits)) : Result<Expr>(bits.status());
  }

  // Bits of the weight's block, u32.
  Result<Expr> field(Expr bit, int64_t width) {
    TENON_TRY(check_integer(bit, "a place"));
    bit = simplify_within(pool_, as_index(bit), bounds_);
    const Bound bound = bounds_.of(bit);
    if (bound.high < 0 || bound.low > format_.bytes * 8 - width) {
      return invalid("bit {} and the {} after it are not in a block of {} bytes",
                     bound.high < 0 ? bound.high : bound.low, width - 1, format_.bytes);
    }
    if (width > quant::most_width && bound.largest_remainder(8) != 0) {
      return invalid("{} bits must begin with a byte", width);
    }
    const Expr extent = pool_.integer(format_.bytes);
    return quant::bits_at(pool_, bounds_, bit, width, 8, [&](Expr at) {
      return reader_.byte(row_start_ + at, inside(at, extent));
    });
  }

  // packed tensors

  Answer packed_call(std::string_view name, std::span<const Expr> arguments) {
    const bool along = name == "rows" || name == "cols";
    if (!along && name != "given" && name != "dim") return {};
    const auto tensor = arguments.empty() ? std::nullopt : tensor_of(arguments[0]);
    if (!tensor) return invalid("{} takes a tensor first", name);
    if (name == "given") {
      TENON_TRY(check_count(name, arguments, 1));
      return pool_.boolean(reader_.has(*tensor));
    }
    if (name == "dim") {
      TENON_TRY(check_count(name, arguments, 2));
      return extent(*tensor, arguments[1]);
    }
    TENON_TRY(check_count(name, arguments, 4));
    return words(*tensor, name == "rows", arguments);
  }

  Answer extent(size_t tensor, Expr axis) {
    if (!axis.is_constant() || axis.constant() < 0) {
      return invalid("an axis must be a number from 0");
    }
    if (!reader_.has(tensor)) return pool_.integer(1);
    const std::vector<Expr>& dims = reader_.dims(tensor);
    const auto place = static_cast<uint64_t>(axis.constant());
    return place < dims.size() ? dims[place] : pool_.integer(1);
  }

  // rows(t, column, bit, width): bits of a column of words; cols(t, row, bit, width): of a row.
  Answer words(size_t tensor, bool by_rows, std::span<const Expr> arguments) {
    const Result<int64_t> width = width_of(arguments[3]);
    if (!width.ok()) return width.status();
    for (size_t i = 1; i < 3; ++i) TENON_TRY(check_integer(arguments[i], "a place"));
    if (!reader_.has(tensor)) return pool_.integer(0, Type::i32);
    if (reader_.dims(tensor).size() != 2) {
      return invalid("\"{}\" has {} axes, expected 2", format_.tensors[tensor].name,
                     reader_.dims(tensor).size());
    }
    const Expr bit = simplify_within(pool_, as_index(arguments[2]), bounds_);
    Status status;
    const Expr bits = quant::bits_at(pool_, bounds_, bit, *width, 32, [&](Expr at) {
      const Expr index[] = {by_rows ? at : arguments[1], by_rows ? arguments[1] : at};
      const Result<Expr> word = load(tensor, index);
      if (word.ok() && !is_float(word->type())) return *word;
      status = word.ok() ? invalid("\"{}\" does not hold integers", format_.tensors[tensor].name)
                         : word.status();
      return pool_.integer(0, Type::u32);
    });
    if (!status.ok()) return status;
    return pool_.cast(bits, Type::i32);
  }

  Answer tensor_element(size_t tensor, std::span<const Expr> index) {
    if (!reader_.has(tensor)) return pool_.integer(0, Type::i32);
    return load(tensor, index);
  }

  // As in broadcasting, an axis of extent 1 has one place whatever the index, and a tensor may have
  // fewer axes than indexes.
  Result<Expr> load(size_t tensor, std::span<const Expr> index) {
    const std::vector<Expr>& dims = reader_.dims(tensor);
    std::vector<Expr> at;
    Expr condition;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      const bool single = dims[axis].is_constant() && dims[axis].constant() == 1;
      if (axis >= index.size() && !reader_.knows_dims()) break;
      if (!single && axis >= index.size()) {
        return invalid("\"{}\" has {} axes, not {}", format_.tensors[tensor].name, dims.size(),
                       index.size());
      }
      at.push_back(single ? pool_.integer(0)
                          : simplify_within(pool_, as_index(index[axis]), bounds_));
      if (!single) condition = both(condition, inside(at.back(), dims[axis]));
    }
    return reader_.load(tensor, at, condition);
  }

  Answer table_element(size_t table, std::span<const Expr> index) {
    const QuantTable& facts = format_.tables[table];
    TENON_TRY(check_count("table", index, facts.dims.size()));
    Expr position = pool_.integer(0), condition;
    for (size_t axis = 0; axis < index.size(); ++axis) {
      const Expr at = simplify_within(pool_, as_index(index[axis]), bounds_);
      const Bound bound = bounds_.of(at);
      if (bound.high < 0 || bound.low >= facts.dims[axis]) {
        return invalid("index {} into {} numbers of table \"{}\"",
                       bound.high < 0 ? bound.high : bound.low, facts.dims[axis], facts.name);
      }
      condition = both(condition, inside(at, pool_.integer(facts.dims[axis])));
      position = position * facts.dims[axis] + at;
    }
    return reader_.table(table, position, condition);
  }

  ExprPool& pool_;
  const QuantFormat& format_;
  QuantReader& reader_;
  const QuantPlace& place_;
  Bounds bounds_;
  Expr k_, n_, element_, row_start_;
  std::map<std::string, Expr, std::less<>> lines_;
};

// scale * (code - zero) - min; integers stay integers as long as they can.
void combine(ExprPool& pool, QuantParts& parts) {
  const auto real = [&](Expr e) { return pool.cast(e, Type::f32); };
  Expr value = parts.code;
  if (parts.zero.valid() && !is_number(parts.zero, 0)) value = value - parts.zero;
  value = real(value);
  if (parts.scale.valid()) value = real(parts.scale) * value;
  if (parts.min.valid()) value = value - real(parts.min);
  parts.value = value;
}

Status check_value(const ExprPool& pool, Expr value) {
  size_t rows = 0;
  for (const ExprId id : needed_rows(pool.rows(), value.id())) {
    const tenon_expr& row = pool.row(id);
    if (row.op == TENON_EXPR_SYMBOL && row.k >= first_handle) {
      return invalid("a tensor is used without an index");
    }
    if (++rows > most_rows) return invalid("more than {} operations a weight", most_rows);
  }
  return {};
}

// What check_quant_format reads from.
class UnknownSizes : public QuantReader {
 public:
  UnknownSizes(ExprPool& pool, const QuantFormat& format) : pool_(pool), format_(format) {
    for (int64_t i = 0; i < 2; ++i) dims_.push_back(pool.symbol(i));
  }
  Expr byte(Expr position, Expr inside) override {
    return pool_.load(0, Type::u32, position, inside);
  }
  bool knows_dims() const override { return false; }
  bool has(size_t) const override { return true; }
  const std::vector<Expr>& dims(size_t) const override { return dims_; }
  Expr load(size_t tensor, std::span<const Expr> index, Expr inside) override {
    Expr position = pool_.integer(0);
    for (const Expr& at : index) position = position * 3 + at;
    return pool_.load(static_cast<int64_t>(tensor), Type::i32, position, inside);
  }
  Expr table(size_t table, Expr position, Expr inside) override {
    const auto operand = static_cast<int64_t>(format_.tensors.size() + table);
    return pool_.load(operand, type_of(format_.tables[table].dtype), position, inside);
  }

 private:
  ExprPool& pool_;
  const QuantFormat& format_;
  std::vector<Expr> dims_;
};

}  // namespace

Result<QuantParts> quant_parts(ExprPool& pool, const QuantFormat& format, QuantReader& reader,
                               const QuantPlace& place) {
  Scope scope(pool, format, reader, place);
  QuantParts parts;
  for (const QuantLine& line : format.lines) {
    TENON_TRY_ASSIGN(Expr value, parse_expr(pool, line.text, scope, line.place));
    value = simplify_within(pool, value, scope.bounds());
    const Status defined = scope.define(line.name, value);
    if (!defined.ok()) {
      return defined.at(fmt::format("line {}", line.place.line));
    }
    if (line.name == "code") parts.code = value;
    if (line.name == "scale") parts.scale = value;
    if (line.name == "zero") parts.zero = value;
    if (line.name == "min") parts.min = value;
  }
  if (!parts.code.valid()) return invalid("format {} has no line \"code = ...\"", format.name);
  combine(pool, parts);
  TENON_TRY(check_value(pool, parts.value));
  parts.lines = std::move(scope).lines();
  return parts;
}

Status check_quant_format(const QuantFormat& format) {
  ExprPool pool;
  UnknownSizes reader(pool, format);
  QuantPlace place = {.n = pool.coordinate(0),
                      .k = pool.coordinate(1),
                      .outputs = pool.symbol(2),
                      .inputs = pool.symbol(3)};
  for (const QuantOption& option : format.options) {
    // A width that only checkpoints know.
    if (!option.otherwise) place.options[option.name] = 4;
  }
  return quant_parts(pool, format, reader, place).status();
}

}  // namespace tenon
