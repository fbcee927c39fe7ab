// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/attend.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {
namespace {

enum Input : size_t { query, key, value, past_state, decay, beta };

struct Rule {
  bool gated = false;
  bool delta = false;
};

Result<Rule> rule(const NodeContext& c) {
  const std::string name = c.text("update_rule", "gated_delta");
  if (name != "linear" && name != "gated" && name != "delta" && name != "gated_delta") {
    return invalid("update_rule \"{}\", expected linear, gated, delta or gated_delta", name);
  }
  const Rule r = {.gated = name.starts_with("gated"), .delta = name.ends_with("delta")};
  if (r.gated && !c.has(decay)) return invalid("update_rule \"{}\" without decay", name);
  if (r.delta && !c.has(beta)) return invalid("update_rule \"{}\" without beta", name);
  return r;
}

Status infer(InferContext& c) {
  TENON_TRY(rule(c).status());
  for (const size_t i : {query, key, value, decay, beta}) {
    if (c.has(i) && c.rank(i) != 3) return invalid("input {} of rank {}, expected 3", i, c.rank(i));
  }
  TENON_TRY_ASSIGN(const int64_t heads, head_count(c, "q_num_heads"));
  TENON_TRY_ASSIGN(const int64_t kv_heads, head_count(c, "kv_num_heads"));
  if (heads % kv_heads != 0) {
    return invalid("q_num_heads {} and kv_num_heads {}", heads, kv_heads);
  }
  const Expr size = c.dim(value, 2) / kv_heads;
  c.output(0, c.dtype(query), {c.dim(query, 0), c.dim(query, 1), size * heads});
  c.output(1, c.has(past_state) ? c.dtype(past_state) : c.dtype(query),
           {c.dim(query, 0), c.number(kv_heads), c.dim(key, 2) / kv_heads, size});
  return {};
}

// The last axis split into heads.
ValueId heads_of(ExpandContext& c, size_t input, int64_t heads) {
  return reshape(c, c.input(input),
                 {c.dim(input, 0), c.dim(input, 1), c.number(heads), c.dim(input, 2) / heads});
}

// One rate for all heads, or one for each.
ValueId rates(ExpandContext& c, int64_t heads) {
  const Expr given = c.dim(beta, 2);
  if (heads == 1 || !given.is_constant() || given.constant() != 1) return heads_of(c, beta, heads);
  const std::vector<Expr> dims = {c.dim(beta, 0), c.dim(beta, 1), c.number(heads), c.number(1)};
  return c.add("Expand", {heads_of(c, beta, 1), c.sizes(dims)});
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Rule r, rule(c));
  const int64_t heads = c.integer("q_num_heads", 0);
  const int64_t kv_heads = c.integer("kv_num_heads", 0);
  const double scale = c.real("scale", 0);
  ValueId q = heads_of(c, query, heads);
  if (scale == 0) {
    const ValueId size = c.sizes({c.dim(query, 2) / heads});
    q = map(c, "x / sqrt(f32(size))", {{"x", q}, {"size", size}}, wide(c.dtype(query)));
  }
  const ValueId operands[] = {q,
                              heads_of(c, key, kv_heads),
                              heads_of(c, value, kv_heads),
                              c.input(past_state),
                              r.gated ? heads_of(c, decay, kv_heads) : no_id,
                              r.delta ? rates(c, kv_heads) : no_id};
  const std::vector<ValueId> made =
      c.add_many("LinearRecurrence", operands,
                 {{"delta", int64_t{r.delta}}, {"scale", scale == 0 ? 1.0 : scale}}, 2);
  const Expr width = c.dim(value, 2) / kv_heads * heads;
  c.output(0,
           c.cast(reshape(c, made[0], {c.dim(query, 0), c.dim(query, 1), width}), c.dtype(query)));
  c.output(1, c.cast(made[1], c.has(past_state) ? c.dtype(past_state) : c.dtype(query)));
  return {};
}

}  // namespace

Op linear_attention() {
  const SampleInput packed = {.dims = {2, 3, 8}};
  return {
      .name = "LinearAttention",
      .doc =
          "Attention whose keys and values are kept in a state of fixed size, by the rules linear, "
          "gated, delta and gated_delta.",
      .inputs = {{"query", "float"},
                 {"key", "float"},
                 {"value", "float"},
                 {"past_state", "float", optional_operand},
                 {"decay", "float", optional_operand},
                 {"beta", "float", optional_operand}},
      .outputs = {{"output", "float"}, {"present_state", "float", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {packed, packed, packed},
                   .attributes = {{"q_num_heads", 2},
                                  {"kv_num_heads", 2},
                                  {"update_rule", std::string("linear")}},
                   .outputs = 2},
                  {.inputs = {packed,
                              {.dims = {2, 3, 4}},
                              {.dims = {2, 3, 4}},
                              {.dims = {2, 1, 4, 4}},
                              {.dims = {2, 3, 4}, .low = -1, .high = 0},
                              {.dims = {2, 3, 1}, .low = 0, .high = 0.5}},
                   .attributes = {{"q_num_heads", 2}, {"kv_num_heads", 1}, {"scale", 0.5}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
