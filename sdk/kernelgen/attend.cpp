// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"
#include "tenon/attend_rules.h"
#include "tenon/kernelgen/lower.h"
#include "tenon/kernelgen/math.h"

#include <limits>
#include <optional>

// Attend: keys are walked in tiles of 64 positions of their sequence, always the same ones, so that
// no result depends on pages, on chunks or on other sequences. A query head is a work-group with a
// thread for each key of a tile, then for each number of the values; on a CPU it is one thread.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t tile = 64;
constexpr int64_t farthest = int64_t{1} << 30;

enum Input : size_t {
  query_input,
  key_input,
  value_input,
  sequence_input,
  positions_input,
  length_input,
  pages_input,
  start_input,
  prefix_input,
  table_input
};

// What the rules of a node are made of.
struct Rules {
  ExprPool pool;
  AttendRules rules;
  Expr s;
};

Status read_rules(const Work& work, Type wide, Rules& made) {
  made.s = made.pool.symbol(0, wide);
  AttendNames names = {.s = made.s,
                       .q = made.pool.coordinate(0),
                       .k = made.pool.coordinate(1),
                       .h = made.pool.coordinate(2),
                       .seq = made.pool.coordinate(3)};
  if (work.has_input(table_input)) {
    names.table = table_input;
    names.table_type = type_of(work.input_dtype(table_input));
    for (const Expr& extent : work.input_dims(table_input)) {
      const auto next = static_cast<int64_t>(names.table_dims.size()) + 1;
      names.table_dims.push_back(extent.is_constant() ? made.pool.integer(extent.constant())
                                                      : made.pool.symbol(next));
    }
  }
  if (work.has_input(prefix_input)) {
    names.prefix = prefix_input;
    names.prefix_type = type_of(work.input_dtype(prefix_input));
  }
  TENON_TRY_ASSIGN(made.rules,
                   attend_rules(made.pool, work.word("mask"), work.word("score"), names));
  return {};
}

// A tile's numbers: of the work-group, or of one thread among those of a kernel.
class Tile {
 public:
  Tile() = default;
  explicit Tile(kir::Shared shared) : shared_(shared) {}
  Tile(kir::Tensor tensor, Value first) : tensor_(tensor), first_(first) {}
  Value load(kir::Builder& b, Value i) const {
    return tensor_ ? kir::load_element(*tensor_, first_ + i) : b.load(shared_, i);
  }
  void store(kir::Builder& b, Value i, Value value) const {
    if (tensor_) return kir::store_element(*tensor_, first_ + i, value);
    b.store(shared_, i, value);
  }

 private:
  kir::Shared shared_;
  std::optional<kir::Tensor> tensor_;
  Value first_;
};

// Memory of the node's: operands, none where the work-group shares it.
struct Memory {
  std::optional<uint32_t> sums, scores, shares, rows;
};

class Attention {
 public:
  Attention(const Work& work, Rules& rules, Type wide, const Memory& memory)
      : work_(work),
        rules_(rules),
        wide_(wide),
        draft_(work.island(), work.name(), {tile, 1, 1}),
        b_(draft_.builder()),
        memory_(memory),
        lanes_(memory.scores ? 1 : tile),
        query_(work.read(draft_, query_input)),
        key_(work.read(draft_, key_input)),
        value_(work.read(draft_, value_input)),
        sequence_(work.read(draft_, sequence_input)),
        positions_(work.read(draft_, positions_input)),
        length_(work.read(draft_, length_input)) {
    if (is_paged()) pages_ = work.read(draft_, pages_input);
    if (!is_paged()) start_ = work.read(draft_, start_input);
    for (const size_t i : {prefix_input, table_input}) {
      if (work.has_input(i)) tables_[i - prefix_input] = work.read(draft_, i);
    }
    to_ = work.write(draft_);
    const DType dtype = wide == Type::f64 ? DType::f64 : DType::f32;
    sums_ = memory.sums ? draft_.operand(*memory.sums, dtype, true) : to_;
  }

  Result<Generated> run() {
    const std::vector<Expr> q = work_.input_dims(query_input);
    const Expr rows = q[0] * q[1];
    if (lanes_ == 1) {
      row_ = b_.thread(0);
      lane_ = b_.integer(0);
      b_.when(row_ < draft_.argument(rows), [&] { one_row(); });
    } else {
      row_ = b_.group(0);
      lane_ = b_.local(0);
      one_row();
    }
    TENON_TRY(status_);
    return draft_.finish(lanes_ == 1 ? rows : rows * static_cast<int64_t>(tile));
  }

 private:
  bool is_paged() const { return work_.has_input(pages_input); }
  Value real(double value) { return b_.real(value, wide_); }
  Value none() { return real(-std::numeric_limits<double>::infinity()); }
  Value smaller_of(Value a, Value c) { return b_.binary(kir::Op::min, a, c); }
  Value larger_of(Value a, Value c) { return b_.binary(kir::Op::max, a, c); }
  Value whole(kir::Tensor tensor, Value index, Value inside = {}) {
    return kir::convert(kir::load_element(tensor, index, inside), Type::i32);
  }
  Value wide(kir::Tensor tensor, Value index, Value inside = {}) {
    return kir::convert(kir::load_element(tensor, index, inside), wide_);
  }
  Value exp(Value x) {
    return kir::elementary(kir::Function::exp, x, {}, work_.island().limits().has_f64);
  }
  // Each number below `limit` that is this thread's.
  void each_own(Value limit, const std::function<void(Value)>& body) {
    b_.loop(lane_, limit, b_.integer(lanes_), body);
  }
  void barrier() {
    if (lanes_ > 1) b_.barrier();
  }

  Tile tile_of(std::optional<uint32_t> operand, DType dtype) {
    if (!operand) return Tile(b_.shared(type_of(dtype), tile));
    return Tile(draft_.operand(*operand, dtype, true), row_ * static_cast<double>(tile));
  }

  void one_row() {
    const std::vector<Expr> q = work_.input_dims(query_input);
    const std::vector<Expr> v = work_.input_dims(value_input);
    heads_ = draft_.argument(q[1]);
    size_ = draft_.argument(q[2]);
    kv_heads_ = draft_.argument(v[v.size() - 2]);
    width_ = draft_.argument(v.back());
    const DType dtype = wide_ == Type::f64 ? DType::f64 : DType::f32;
    scores_ = tile_of(memory_.scores, dtype);
    shares_ = tile_of(memory_.shares, dtype);
    rows_ = tile_of(memory_.rows, DType::i32);
    head_ = row_ % heads_;
    kv_head_ = head_ / (heads_ / kv_heads_);
    each_own(width_, [&](Value d) { kir::store_element(sums_, row_ * width_ + d, real(0)); });
    bounds();
    peak_ = b_.variable(none());
    total_ = b_.variable(real(0));
    const Value first_tile = first_ / static_cast<double>(tile) * static_cast<double>(tile);
    b_.loop(first_tile, limit_, b_.integer(tile), [&](Value from) { one_tile(from); });
    const Value total = b_.get(total_);
    each_own(width_, [&](Value d) {
      const Value place = row_ * width_ + d;
      const Value sum = kir::convert(kir::load_element(sums_, place), wide_);
      const Value divisor = b_.select(total > 0, total, real(1));
      kir::store_element(to_, place, b_.select(total > 0, sum / divisor, real(0)));
    });
  }

  // The keys that the row can see: [first_, limit_) of its sequence.
  void bounds() {
    const Value token = row_ / heads_;
    const Value sequences = draft_.argument(work_.input_dims(length_input)[0]);
    owner_ = whole(sequence_, token);
    const Value is_there = (owner_ >= 0) & (owner_ < sequences);
    position_ = whole(positions_, token);
    position_ = larger_of(smaller_of(position_, b_.integer(farthest)), b_.integer(-farthest));
    const std::vector<Expr> k = work_.input_dims(key_input);
    places_ = draft_.argument(is_paged() ? k[0] * k[1] : k[0]);
    Value most = places_;
    if (is_paged()) {
      page_rows_ = larger_of(draft_.argument(k[1]), b_.integer(1));
      sequence_pages_ = draft_.argument(work_.input_dims(pages_input)[1]);
      most = draft_.argument(work_.input_dims(pages_input)[1] * k[1]);
    } else {
      begin_ = whole(*start_, owner_, is_there);
      begin_ = b_.select((begin_ >= 0) & (begin_ < places_), begin_, places_);
      most = places_ - begin_;
    }
    limit_ = smaller_of(whole(length_, owner_, is_there), most);
    first_ = b_.integer(0);
    const AttendRules& rules = rules_.rules;
    if (rules.last) limit_ = smaller_of(limit_, position_ + static_cast<double>(*rules.last) + 1);
    if (rules.first) first_ = larger_of(position_ + static_cast<double>(*rules.first), first_);
    limit_ = larger_of(limit_, b_.integer(0));
    owner_ = larger_of(owner_, b_.integer(0));
  }

  // The row of keys and values where key `k` lies, or -1.
  Value place_of(Value k, Value inside) {
    if (!is_paged()) return b_.select(inside, begin_ + k, b_.integer(-1));
    const Value page = whole(*pages_, owner_ * sequence_pages_ + k / page_rows_, inside);
    const Value pages = draft_.argument(work_.input_dims(key_input)[0]);
    const Value is_there = inside & (page >= 0) & (page < pages);
    const Value place = b_.select(is_there, page, b_.integer(0)) * page_rows_ + k % page_rows_;
    return b_.select(is_there, place, b_.integer(-1));
  }

  void one_tile(Value from) {
    const Value count = smaller_of(b_.integer(tile), limit_ - from);
    each_own(b_.integer(tile), [&](Value i) {
      const Value k = from + i;
      const Value inside = (k >= first_) & (k < limit_);
      const Value place = place_of(b_.select(inside, k, b_.integer(0)), inside);
      const kir::Variable score = b_.variable(none());
      const kir::Variable seen = b_.variable(b_.integer(-1));
      b_.when(place >= 0, [&] {
        const Value s = scored(place);
        const Value is_seen = rule(rules_.rules.mask, s, k);
        b_.set(score, b_.select(is_seen, rule(rules_.rules.score, s, k), none()));
        b_.set(seen, b_.select(is_seen, place, b_.integer(-1)));
      });
      scores_.store(b_, i, b_.get(score));
      rows_.store(b_, i, b_.get(seen));
    });
    barrier();
    const kir::Variable peak = b_.variable(b_.get(peak_));
    b_.loop(count, [&](Value i) {
      const Value score = scores_.load(b_, i);
      b_.set(peak, b_.select(score > b_.get(peak), score, b_.get(peak)));
    });
    const Value top = b_.get(peak);
    // Before the first key that is seen there is nothing to fade.
    const Value is_empty = top == none();
    const Value base = b_.select(is_empty, real(0), top);
    each_own(b_.integer(tile), [&](Value i) {
      const Value score = scores_.load(b_, i);
      shares_.store(b_, i, b_.select(rows_.load(b_, i) >= 0, exp(score - base), real(0)));
    });
    barrier();
    const Value before = b_.get(peak_);
    const Value fade = b_.select(before == none(), real(0), exp(before - base));
    b_.set(peak_, top);
    add(count, fade);
    barrier();  // the next tile writes over what this one read
  }

  // Takes the tile into the sums, key by key.
  void add(Value count, Value fade) {
    const kir::Variable total = b_.variable(b_.get(total_) * fade);
    b_.loop(count, [&](Value i) { b_.set(total, b_.get(total) + shares_.load(b_, i)); });
    b_.set(total_, b_.get(total));
    each_own(width_, [&](Value d) {
      const Value place = row_ * width_ + d;
      const kir::Variable sum = b_.variable(wide(sums_, place) * fade);
      b_.loop(count, [&](Value i) {
        const Value row = rows_.load(b_, i);
        const Value inside = row >= 0;
        const Value at =
            (b_.select(inside, row, b_.integer(0)) * kv_heads_ + kv_head_) * width_ + d;
        b_.set(sum, b_.fma(shares_.load(b_, i), wide(value_, at, inside), b_.get(sum)));
      });
      kir::store_element(sums_, place, b_.get(sum));
    });
  }

  // The scaled product with the key of a row.
  Value scored(Value place) {
    const kir::Variable sum = b_.variable(real(0));
    const Value q = row_ * size_;
    const Value at = (place * kv_heads_ + kv_head_) * size_;
    b_.loop(size_, [&](Value i) {
      b_.set(sum, b_.fma(wide(query_, q + i), wide(key_, at + i), b_.get(sum)));
    });
    return b_.get(sum) * work_.graph().attr_float(work_.node(), "scale", 1);
  }

  // Mask or score of key `k`.
  Value rule(Expr rule, Value s, Value k) {
    if (!rule.valid()) return b_.boolean(true);
    if (rule.same(rules_.s)) return s;
    const kir::Surroundings around = {
        .rows = rules_.pool.rows(),
        .coordinate =
            [&](int64_t axis) {
              return axis == 0 ? position_ : axis == 1 ? k : axis == 2 ? head_ : owner_;
            },
        .coordinate_limit = [](int64_t) { return farthest; },
        .linear = b_.integer(0),
        .operand = [&](int64_t operand) { return table(operand); },
        .uniform = [&](int32_t row) { return leaf(row, s); },
        .is_uniform =
            [&](int32_t row) {
              const uint16_t op = rules_.pool.row(row).op;
              return op == TENON_EXPR_CONST || op == TENON_EXPR_SYMBOL;
            },
        .has_f64 = work_.island().limits().has_f64,
    };
    const Result<Value> made = kir::lower(around, rule.id());
    if (made.ok()) return *made;
    status_ = made.status();
    return rule.type() == Type::boolean ? b_.boolean(false) : s;
  }

  // The scaled product, a size of the table, or a constant.
  Result<Value> leaf(int32_t row, Value s) {
    const tenon_expr& at = rules_.pool.row(row);
    if (at.op == TENON_EXPR_CONST)
      return draft_.number(work_.island().pool().copy(rules_.pool.rows(), row));
    if (at.k == 0) return s;
    const Expr size = work_.input_dims(table_input)[static_cast<size_t>(at.k - 1)];
    return b_.cast(draft_.argument(size), Type::i64);
  }

  Result<kir::Loadable> table(int64_t operand) {
    const auto input = static_cast<size_t>(operand);
    const Expr elements = work_.island().elements(work_.input(input));
    return kir::Loadable{.tensor = *tables_[input - prefix_input],
                         .elements = b_.bitcast(draft_.argument(elements), Type::u32)};
  }

  const Work& work_;
  Rules& rules_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  Memory memory_;
  int64_t lanes_;
  kir::Tensor query_, key_, value_, sequence_, positions_, length_, to_, sums_;
  std::optional<kir::Tensor> pages_, start_, tables_[2];
  Tile scores_, shares_, rows_;
  Value row_, lane_, head_, kv_head_, heads_, kv_heads_, size_, width_;
  Value owner_, position_, first_, limit_, places_, page_rows_, sequence_pages_, begin_;
  kir::Variable peak_, total_;
  Status status_;
};

Status check(const Work& work) {
  for (size_t i = 0; i <= length_input; ++i) {
    if (!work.has_input(i)) return invalid("Attend: input {} is missing", i);
  }
  const bool is_paged = work.has_input(pages_input);
  const size_t rank = is_paged ? 4 : 3;
  if (!is_paged && !work.has_input(start_input)) return work.refuse("neither pages nor start");
  if (work.input_dims(query_input).size() != 3 || work.input_dims(key_input).size() != rank ||
      work.input_dims(value_input).size() != rank || work.input_dims(length_input).size() != 1) {
    return work.refuse("operands of other ranks");
  }
  return is_paged && work.input_dims(pages_input).size() != 2 ? work.refuse("pages of another rank")
                                                              : Status();
}

}  // namespace

Result<Kernels> attend(const Work& work) {
  TENON_TRY(work.needs(6));
  TENON_TRY(check(work));
  const bool is_f64 = work.input_dtype(query_input) == DType::f64;
  const DType wide = is_f64 ? DType::f64 : DType::f32;
  const std::vector<Expr> to = work.output_dims();
  Rules rules;
  TENON_TRY(read_rules(work, type_of(wide), rules));
  Kernels kernels;
  Memory memory;
  if (work.output_dtype() != wide) {
    memory.sums = work.temporary(kernels, wide, work.island().elements(work.output()));
  }
  const kernelgen::Limits& limits = work.island().limits();
  if (limits.is_cpu || limits.max_group < tile) {
    const Expr numbers = to[0] * to[1] * static_cast<int64_t>(tile);
    memory.scores = work.temporary(kernels, wide, numbers);
    memory.shares = work.temporary(kernels, wide, numbers);
    memory.rows = work.temporary(kernels, DType::i32, numbers);
  }
  TENON_TRY_ASSIGN(Generated made, Attention(work, rules, type_of(wide), memory).run());
  kernels.list.push_back(std::move(made));
  return kernels;
}

}  // namespace tenon::kernelgen
