// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "tenon/attend_rules.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace tenon::reference {
namespace {

enum Input : size_t { query, key, value, sequence, positions, length, pages, start, prefix, table };

constexpr int64_t farthest = int64_t{1} << 30;

// Symbols of the rules' programs; the extents of the table follow.
enum Symbol : int64_t { q_symbol, h_symbol, seq_symbol, first_extent };
constexpr size_t most_extents = 8;

// Programs over the keys of one query: k is the coordinate, s the first operand.
struct Rules {
  std::optional<StripProgram> mask, score;  // none: all keys; s as it is
  std::optional<int64_t> last, first;
};

Result<KernelState> prepare(const NodeView& node, const KernelConstants&) {
  ExprPool pool;
  AttendNames names = {.s = pool.load(0, Type::f64),
                       .q = pool.symbol(q_symbol),
                       .k = pool.coordinate(0),
                       .h = pool.symbol(h_symbol),
                       .seq = pool.symbol(seq_symbol)};
  if (node.input_rank(table) > most_extents) return unsupported("a table of so many axes");
  if (node.has_input(table)) {
    names.table = 1;
    names.table_type = type_of(node.input_dtype(table));
    for (size_t i = 0; i < node.input_rank(table); ++i) {
      names.table_dims.push_back(pool.symbol(first_extent + static_cast<int64_t>(i)));
    }
  }
  if (node.has_input(prefix)) {
    names.prefix = 2;
    names.prefix_type = type_of(node.input_dtype(prefix));
  }
  TENON_TRY_ASSIGN(const AttendRules read, attend_rules(pool, node.attr_string("mask", ""),
                                                        node.attr_string("score", ""), names));
  Rules rules = {.mask = {}, .score = {}, .last = read.last, .first = read.first};
  if (read.mask.valid()) {
    TENON_TRY_ASSIGN(rules.mask, StripProgram::compile(pool.rows(), read.mask.id(), 3));
  }
  if (!read.score.same(names.s)) {
    TENON_TRY_ASSIGN(rules.score, StripProgram::compile(pool.rows(), read.score.id(), 3));
  }
  return KernelState(std::make_shared<const Rules>(std::move(rules)));
}

struct Attention {
  int64_t heads = 0, kv_heads = 0;
  int64_t size = 0;   // numbers of a key
  int64_t width = 0;  // numbers of a value
  int64_t sequences = 0;
  int64_t places = 0;     // rows of keys and values
  int64_t page_rows = 0;  // 0: sequences lie behind each other
  int64_t most_pages = 0;
  int64_t most_keys = 0;  // of one sequence
  double scale = 1;
  const Rules* rules = nullptr;
};

int64_t whole(const KernelArguments& arguments, size_t input, int64_t i) {
  int64_t number = 0;
  widen(arguments.input_data(input), arguments.input_dtype(input), i, 1, &number);
  return number;
}

// What a worker has for one query of one head.
struct Room {
  double* query;
  double* row;     // a key, then a value
  double* scores;  // by key
  double* sums;
  int64_t* rows;  // where keys lie, or -1
  bool* seen;
};

// One query head, and the keys [first, limit) that it may see.
struct Query {
  int64_t token = 0, head = 0, kv_head = 0;
  int64_t owner = 0, position = 0;
  int64_t first = 0, limit = 0;
};

Query query_of(const KernelArguments& arguments, const Attention& a, int64_t row) {
  Query one = {.token = row / a.heads, .head = row % a.heads};
  one.kv_head = one.head / (a.heads / a.kv_heads);
  one.owner = whole(arguments, sequence, one.token);
  if (one.owner < 0 || one.owner >= a.sequences) return one;
  one.position = std::clamp(whole(arguments, positions, one.token), -farthest, farthest);
  one.limit = std::min(whole(arguments, length, one.owner), a.most_keys);
  if (a.rules->last) one.limit = std::min(one.limit, one.position + *a.rules->last + 1);
  if (a.rules->first) one.first = std::max<int64_t>(0, one.position + *a.rules->first);
  return one;
}

int64_t place_of(const KernelArguments& arguments, const Attention& a, const Query& one,
                 int64_t k) {
  if (a.page_rows == 0) {
    const int64_t begin = whole(arguments, start, one.owner);
    return begin >= 0 && begin < a.places && k < a.places - begin ? begin + k : -1;
  }
  const int64_t page = whole(arguments, pages, one.owner * a.most_pages + k / a.page_rows);
  if (page < 0 || page >= a.places / a.page_rows) return -1;
  return page * a.page_rows + k % a.page_rows;
}

void load_row(const KernelArguments& arguments, size_t input, int64_t row, int64_t size,
              double* to) {
  widen(arguments.input_data(input), arguments.input_dtype(input), row * size, size, to);
}

void score(const KernelArguments& arguments, const Attention& a, const Query& one,
           const Room& room) {
  load_row(arguments, query, one.token * a.heads + one.head, a.size, room.query);
  for (int64_t k = one.first; k < one.limit; ++k) {
    room.rows[k] = place_of(arguments, a, one, k);
    room.seen[k] = room.rows[k] >= 0;
    room.scores[k] = 0;
    if (!room.seen[k]) continue;
    load_row(arguments, key, room.rows[k] * a.kv_heads + one.kv_head, a.size, room.row);
    double sum = 0;
    for (int64_t i = 0; i < a.size; ++i) sum += room.query[i] * room.row[i];
    room.scores[k] = sum * a.scale;
  }
}

void apply_rules(const KernelArguments& arguments, const Attention& a, const Query& one,
                 const Room& room) {
  int64_t symbols[first_extent + most_extents] = {one.position, one.head, one.owner};
  if (arguments.has_input(table)) {
    std::ranges::copy(arguments.input_dims(table), symbols + first_extent);
  }
  StripOperand operands[3];
  operands[0] = {room.scores, DType::f64, one.limit};
  for (const size_t i : {table, prefix}) {
    if (!arguments.has_input(i)) continue;
    operands[i == table ? 1 : 2] = {arguments.input_data(i), arguments.input_dtype(i),
                                    arguments.input_elements(i)};
  }
  const int64_t dims[] = {one.limit};
  if (a.rules->mask) {
    bool* const allowed = room.seen + a.most_keys;
    a.rules->mask->run(operands, symbols, dims, DType::boolean, allowed, one.first, one.limit);
    for (int64_t k = one.first; k < one.limit; ++k) room.seen[k] = room.seen[k] && allowed[k];
  }
  if (a.rules->score) {
    double* const changed = room.scores + a.most_keys;
    a.rules->score->run(operands, symbols, dims, DType::f64, changed, one.first, one.limit);
    std::copy(changed + one.first, changed + one.limit, room.scores + one.first);
  }
}

// Softmax of the scores times the values, key by key.
void sum_values(const KernelArguments& arguments, const Attention& a, const Query& one,
                const Room& room) {
  double peak = -std::numeric_limits<double>::infinity();
  for (int64_t k = one.first; k < one.limit; ++k) {
    if (room.seen[k]) peak = std::max(peak, room.scores[k]);
  }
  double total = 0;
  for (int64_t k = one.first; k < one.limit && std::isfinite(peak); ++k) {
    if (!room.seen[k]) continue;
    const double share = std::exp(room.scores[k] - peak);
    total += share;
    load_row(arguments, value, room.rows[k] * a.kv_heads + one.kv_head, a.width, room.row);
    for (int64_t i = 0; i < a.width; ++i) room.sums[i] += share * room.row[i];
  }
  for (int64_t i = 0; i < a.width && total > 0; ++i) room.sums[i] /= total;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& a = arguments.block<Attention>();
  Scratch scratch(arguments.scratch());
  const Room room = {
      scratch.take<double>(a.size),          scratch.take<double>(std::max(a.size, a.width)),
      scratch.take<double>(2 * a.most_keys), scratch.take<double>(a.width),
      scratch.take<int64_t>(a.most_keys),    scratch.take<bool>(2 * a.most_keys)};
  for (const int64_t row : arguments.rows_of(chunk)) {
    const Query one = query_of(arguments, a, row);
    std::fill_n(room.sums, a.width, 0.0);
    if (one.first < one.limit) {
      score(arguments, a, one, room);
      apply_rules(arguments, a, one, room);
      sum_values(arguments, a, one, room);
    }
    narrow(room.sums, a.width, arguments.output_dtype(0), arguments.output_data(0), row * a.width);
  }
}

Status check(const KernelSizes& sizes) {
  const bool is_paged = sizes.has_input(pages);
  for (size_t i = query; i <= length; ++i) {
    if (!sizes.has_input(i)) return invalid("input {} is missing", i);
  }
  if (!is_paged && !sizes.has_input(start)) return invalid("neither pages nor start");
  const std::span<const int64_t> q = sizes.input(query), k = sizes.input(key),
                                 v = sizes.input(value);
  const size_t rank = is_paged ? 4 : 3;
  if (q.size() != 3 || k.size() != rank || v.size() != rank || sizes.output(0).size() != 3) {
    return invalid("operands of other ranks");
  }
  const int64_t kv_heads = k[rank - 2];
  const int64_t sequences = sizes.input(length).size() == 1 ? sizes.input(length)[0] : -1;
  const auto is = [](std::span<const int64_t> dims, std::initializer_list<int64_t> wanted) {
    return std::ranges::equal(dims, wanted);
  };
  const bool fits =
      kv_heads > 0 && q[1] % kv_heads == 0 &&
      std::ranges::equal(k.first(rank - 1), v.first(rank - 1)) && k.back() == q[2] &&
      is(sizes.output(0), {q[0], q[1], v.back()}) && is(sizes.input(sequence), {q[0]}) &&
      is(sizes.input(positions), {q[0]}) && sequences >= 0 &&
      (!is_paged || (sizes.input(pages).size() == 2 && sizes.input(pages)[0] == sequences)) &&
      (is_paged || is(sizes.input(start), {sequences + 1}));
  return fits ? Status() : invalid("the operands do not fit each other");
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY(check(sizes));
  const std::span<const int64_t> q = sizes.input(query), k = sizes.input(key);
  Attention a = {.heads = q[1],
                 .kv_heads = k[k.size() - 2],
                 .size = q[2],
                 .width = sizes.input(value).back(),
                 .sequences = sizes.input(length)[0],
                 .places = k[0],
                 .most_keys = k[0],
                 .scale = sizes.node().attr_float("scale", 1),
                 .rules = &sizes.state<Rules>()};
  constexpr int64_t most = int64_t{1} << 32;
  if (sizes.has_input(pages)) {
    a.page_rows = k[1];
    a.most_pages = sizes.input(pages)[1];
    if (a.page_rows > most || a.most_pages > most || k[0] > most) {
      return invalid("{} pages of {} rows", a.most_pages, a.page_rows);
    }
    a.places = wrapping_multiply(k[0], k[1]);
    a.most_keys = a.page_rows == 0 ? 0 : wrapping_multiply(a.most_pages, a.page_rows);
  }
  if (a.most_keys < 0 || a.most_keys > most || a.size > most || a.width > most) {
    return invalid("{} keys of {} numbers", a.most_keys, a.size);
  }
  KernelWork work = in_rows(q[0] * q[1], 1);
  work.scratch =
      8 * (a.size + std::max(a.size, a.width) + 3 * a.most_keys + a.width) + 2 * a.most_keys;
  work.block = keep(a);
  return work;
}

}  // namespace

Kernel attend() {
  return {.op = "Attend",
          .inputs = {float_types, float_types, float_types, index_types, index_types, index_types,
                     index_types, index_types, index_types, float_types},
          .outputs = {float_types},
          .domain = "tenon",
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
