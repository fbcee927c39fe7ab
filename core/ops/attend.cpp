// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"
#include "tenon/attend_rules.h"

namespace tenon::ops {
namespace {

enum Input : size_t { query, key, value, sequence, positions, length, pages, start, prefix, table };

// The texts, read as kernels will read them.
Status check_rules(const InferContext& c) {
  ExprPool pool;
  AttendNames names = {.s = pool.symbol(0, Type::f32),
                       .q = pool.coordinate(0),
                       .k = pool.coordinate(1),
                       .h = pool.coordinate(2),
                       .seq = pool.coordinate(3)};
  if (c.has(table)) {
    names.table = 1;
    for (int64_t i = 0; i < c.rank(table); ++i) names.table_dims.push_back(pool.symbol(i + 1));
  }
  if (c.has(prefix)) names.prefix = 2;
  return attend_rules(pool, c.text("mask", ""), c.text("score", ""), names).status();
}

// Keys in pages [pages, rows, heads, size], or in rows behind each other [rows, heads, size].
Status check_keys(InferContext& c) {
  if (c.has(pages) == c.has(start)) return invalid("either pages or start is needed");
  const int64_t rank = c.has(pages) ? 4 : 3;
  if (c.rank(key) != rank || c.rank(value) != rank) {
    return invalid("keys and values of rank {} and {}, expected {}", c.rank(key), c.rank(value),
                   rank);
  }
  for (int64_t axis = 0; axis < rank - 1; ++axis) {
    TENON_TRY(c.require_equal(c.dim(key, axis), c.dim(value, axis), "keys and values"));
  }
  if (c.has(pages)) {
    if (c.rank(pages) != 2) return invalid("pages of rank {}, expected 2", c.rank(pages));
    return c.require_equal(c.dim(pages, 0), c.dim(length, 0), "sequences of pages and lengths");
  }
  if (c.rank(start) != 1) return invalid("start of rank {}, expected 1", c.rank(start));
  return c.require_equal(c.dim(start, 0), c.dim(length, 0) + 1, "starts, one more than sequences");
}

Status infer(InferContext& c) {
  if (c.rank(query) != 3) return invalid("queries of rank {}, expected 3", c.rank(query));
  for (const size_t i : {sequence, positions, length}) {
    if (c.rank(i) != 1) return invalid("input {} of rank {}, expected 1", i, c.rank(i));
  }
  TENON_TRY(check_keys(c));
  if (c.has(prefix) && c.rank(prefix) != 1) {
    return invalid("prefix of rank {}, expected 1", c.rank(prefix));
  }
  TENON_TRY(check_rules(c));
  TENON_TRY(c.require_equal(c.dim(sequence, 0), c.dim(query, 0), "tokens"));
  TENON_TRY(c.require_equal(c.dim(positions, 0), c.dim(query, 0), "tokens"));
  TENON_TRY(c.require_equal(c.dim(key, -1), c.dim(query, 2), "numbers of a query and a key"));
  TENON_TRY(c.require(c.dim(key, -2) >= 1 && c.dim(query, 1) % c.dim(key, -2) == 0,
                      "key heads divide the query heads"));
  c.set("scale", c.real("scale", 1));
  c.set("mask", c.text("mask", ""));
  c.set("score", c.text("score", ""));
  c.output(0, c.dtype(query), {c.dim(query, 0), c.dim(query, 1), c.dim(value, -1)});
  return {};
}

SampleInput numbers(std::vector<double> values, std::vector<int64_t> dims) {
  return {.dims = std::move(dims), .dtype = DType::i32, .values = std::move(values)};
}
SampleInput numbers(std::vector<double> values) {
  const auto count = static_cast<int64_t>(values.size());
  return numbers(std::move(values), {count});
}

}  // namespace

Op attend() {
  const SampleInput none = {.omitted = true};
  const SampleInput queries = {.dims = {4, 4, 6}};
  const SampleInput paged = {.dims = {4, 2, 2, 6}};
  const SampleInput paged_values = {.dims = {4, 2, 2, 5}};
  const SampleInput owners = numbers({0, 0, 1, 1});
  return {
      .name = "Attend",
      .domain = "tenon",
      .doc =
          "Attention of tokens in a row [tokens, heads, size], each over the keys of its own "
          "sequence: those in its pages [sequences, most pages] of a state [pages, rows of a page, "
          "key heads, size], or those in rows from start[sequence] on. Of sequence s there are "
          "length[s] keys. `mask` says which keys k the query at position q sees, `score` what "
          "becomes of the scaled product s; see attend_rules.h for their names. A query that sees "
          "no key gives zeros.",
      .inputs = {{"query", "float"},
                 {"key", "float"},
                 {"value", "float"},
                 {"sequence", "i32|i64"},
                 {"positions", "i32|i64"},
                 {"length", "i32|i64"},
                 {"pages", "i32|i64", optional_operand},
                 {"start", "i32|i64", optional_operand},
                 {"prefix", "i32|i64", optional_operand},
                 {"table", "float", optional_operand}},
      .outputs = {{"output", "float"}},
      .attributes = {{"scale", 1.0}, {"mask", "k <= q"}, {"score", "s"}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {queries, paged, paged_values, owners, numbers({2, 3, 0, 1}),
                              numbers({4, 2}), numbers({2, 0, 3, -1}, {2, 2})},
                   .attributes = {{"scale", 0.5}}},
                  {.inputs = {queries,
                              {.dims = {9, 1, 6}},
                              {.dims = {9, 1, 3}},
                              owners,
                              numbers({1, 4, 0, 3}),
                              numbers({5, 4}),
                              none,
                              numbers({0, 5, 9}),
                              numbers({3, 0}),
                              {.dims = {4, 4}}},
                   .attributes = {{"mask", "(k <= q || k < prefix[seq]) && q - k < 3"},
                                  {"score",
                                   "3 * tanh(s / 3) + table[bucket(k - q, 4, 3, true), h]"}}},
                  // Over two tiles of keys, with a window.
                  {.inputs = {{.dims = {2, 2, 3}},
                              {.dims = {5, 32, 1, 3}},
                              {.dims = {5, 32, 1, 3}},
                              numbers({0, 0}),
                              numbers({140, 40}),
                              numbers({150}),
                              numbers({4, 2, 0, 1, 3}, {1, 5})},
                   .attributes = {{"mask", "k <= q && q - k < 100"}}}},
  };
}

}  // namespace tenon::ops
