// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {
namespace {

enum Input : size_t {
  query,
  key,
  value,
  starts,
  decay,
  beta,
  state,
  a_log,
  dt_bias,
  capture_count,
  capture_active
};

struct Sizes {
  Expr batch, steps, heads, value_heads, size, value_size;
};

Sizes sizes(const NodeContext& c) {
  const bool flat = c.rank(query) == 3;
  Sizes s;
  s.batch = flat ? c.dim(state, 0) : c.dim(query, 0);
  s.steps = flat ? c.dim(query, 0) / s.batch : c.dim(query, 1);
  s.heads = c.dim(query, -2);
  s.size = c.dim(query, -1);
  s.value_heads = c.dim(value, -2);
  s.value_size = c.dim(value, -1);
  return s;
}

Status infer(InferContext& c) {
  if (!c.has(key) || !c.has(value)) return unsupported("query, key and value in one tensor");
  if (c.has(starts)) return unsupported("requests of different lengths (cu_seqlens)");
  if (c.integer("state_update_capacity", 0) != 0 || c.wants(2)) {
    return unsupported("captured updates of the state");
  }
  const int64_t rank = c.rank(query);
  if ((rank != 3 && rank != 4) || c.rank(key) != rank || c.rank(value) != rank) {
    return invalid("query, key and value of rank {}, {} and {}, expected all 3 or all 4", rank,
                   c.rank(key), c.rank(value));
  }
  if (rank == 3 && !c.has(state)) return invalid("rank 3 without initial_state, which has a batch");
  if (c.has(state) && c.rank(state) != 4) return invalid("state of rank {}", c.rank(state));
  const std::string rule = c.text("update_rule", "gated_delta");
  if (rule != "linear" && rule != "gated" && rule != "delta" && rule != "gated_delta") {
    return invalid("update_rule \"{}\", expected linear, gated, delta or gated_delta", rule);
  }
  if (rule.starts_with("gated") && !c.has(decay)) return invalid("{} without decay", rule);
  if (rule.ends_with("delta") && !c.has(beta)) return invalid("{} without beta", rule);
  const Sizes s = sizes(c);
  TENON_TRY(c.require_equal(c.dim(key, -2), s.heads, "heads of queries and keys"));
  TENON_TRY(c.require(s.value_heads % s.heads == 0, "query heads divide the value heads"));
  std::vector<Expr> dims(c.dims(query).begin(), c.dims(query).end() - 2);
  dims.push_back(s.value_heads);
  dims.push_back(s.value_size);
  c.output(0, c.dtype(query), dims);
  c.output(1, DType::f32, {s.batch, s.value_heads, s.value_size, s.size});
  return {};
}

// Queries or keys [batch, steps, value heads, size]: each head stands for a group of value heads.
ValueId shared(ExpandContext& c, const Sizes& s, size_t input) {
  const Expr group = s.value_heads / s.heads;
  const Expr one = c.number(1);
  ValueId x =
      reshape(c, c.cast(c.input(input), DType::f32), {s.batch, s.steps, s.heads, one, s.size});
  if (c.integer("qk_l2_norm", 0) != 0) {
    const ValueId square = map(c, "x * x", {{"x", x}}, DType::f32);
    x = map(c, "x / sqrt(s + 1e-6)", {{"x", x}, {"s", reduce(c, "sum", square, {4})}}, DType::f32);
  }
  const ValueId all = c.add("Expand", {x, c.sizes({s.batch, s.steps, s.heads, group, s.size})});
  return reshape(c, all, {s.batch, s.steps, s.value_heads, s.size});
}

// The logarithm of what is kept: [batch, steps, value heads, 1 or size].
Result<ValueId> decays(ExpandContext& c, const Sizes& s) {
  const bool by_key = c.rank(decay) == c.rank(query);
  const Expr width = by_key ? s.size : c.number(1);
  const ValueId d = reshape(c, c.input(decay), {s.batch, s.steps, s.value_heads, width});
  const std::string gate = c.text("gate_activation", "none");
  if (gate == "none") return d;
  if (!c.has(a_log)) return invalid("gate_activation \"{}\" without a_log", gate);
  const ValueId a = reshape(c, c.input(a_log), {s.value_heads, c.number(1)});
  ValueId x = d;
  if (c.has(dt_bias)) {
    const Expr numbers = c.elements(dt_bias) / s.value_heads;
    x = map(c, "d + b", {{"d", d}, {"b", reshape(c, c.input(dt_bias), {s.value_heads, numbers})}},
            DType::f32);
  }
  if (gate == "softplus" || gate == "qwen") {
    return map(c, "-exp(a) * (max(x, 0) + log(1 + exp(-abs(x))))", {{"a", a}, {"x", x}},
               DType::f32);
  }
  if (gate == "sigmoid" || gate == "kda") {
    return map(c, "low / (1 + exp(-exp(a) * x))", {{"a", a}, {"x", x}}, DType::f32,
               {{"low", c.real("gate_lower_bound", -5)}});
  }
  return invalid("gate_activation \"{}\", expected none, softplus or sigmoid", gate);
}

Status expand(ExpandContext& c) {
  const Sizes s = sizes(c);
  const std::string rule = c.text("update_rule", "gated_delta");
  const bool delta = rule.ends_with("delta");
  ValueId keep = no_id;
  if (rule.starts_with("gated")) {
    TENON_TRY_ASSIGN(keep, decays(c, s));
  }
  ValueId rate = no_id;
  if (delta) {
    rate = reshape(c, c.input(beta), {s.batch, s.steps, s.value_heads, c.number(1)});
    if (c.text("beta_activation", "none") == "sigmoid") rate = c.add("Sigmoid", {rate});
  }
  ValueId q = shared(c, s, query);
  const double scale = c.real("scale", 0);
  if (scale == 0) {
    q = map(c, "x / sqrt(f32(n))", {{"x", q}, {"n", c.sizes({s.size})}}, DType::f32);
  }
  const ValueId before =
      c.has(state) ? transpose(c, c.input(state), {0, 1, 3, 2})
                   : c.add("Expand", {c.scalar(0, DType::f32),
                                      c.sizes({s.batch, s.value_heads, s.size, s.value_size})});
  const ValueId v = reshape(c, c.input(value), {s.batch, s.steps, s.value_heads, s.value_size});
  const ValueId operands[] = {q, shared(c, s, key), v, before, keep, rate};
  const std::vector<ValueId> made =
      c.add_many("LinearRecurrence", operands,
                 {{"delta", int64_t{delta}}, {"scale", scale == 0 ? 1.0 : scale}}, 2);
  std::vector<Expr> dims(c.dims(query).begin(), c.dims(query).end() - 2);
  dims.push_back(s.value_heads);
  dims.push_back(s.value_size);
  c.output(0, c.cast(reshape(c, made[0], dims), c.dtype(query)));
  c.output(1, transpose(c, made[1], {0, 1, 3, 2}));
  return {};
}

}  // namespace

Op microsoft_gated_delta_net() {
  const SampleInput heads = {.dims = {1, 3, 2, 4}};
  const SampleInput values = {.dims = {1, 3, 4, 5}};
  const SampleInput gate = {.dims = {1, 3, 4}, .low = -1, .high = 0};
  const SampleInput none = {.omitted = true};
  return {
      .name = "GatedDeltaNet",
      .domain = "com.microsoft",
      .doc = "LinearAttention whose value heads share the heads of queries and keys.",
      .inputs = {{"query", "float"},
                 {"key", "float", optional_operand},
                 {"value", "float", optional_operand},
                 {"cu_seqlens", "i32", optional_operand},
                 {"decay", "float", optional_operand},
                 {"beta", "float", optional_operand},
                 {"initial_state", "f32", optional_operand},
                 {"a_log", "f32", optional_operand},
                 {"dt_bias", "f32", optional_operand},
                 {"capture_count", "i32", optional_operand},
                 {"state_update_active", "i32", optional_operand}},
      .outputs = {{"output", "float"},
                  {"final_state", "f32", optional_operand},
                  {"state_update", "f32", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {heads, heads, values, none, gate, gate},
                   .attributes = {{"beta_activation", std::string("sigmoid")}, {"qk_l2_norm", 1}},
                   .outputs = 2},
                  {.inputs = {{.dims = {3, 2, 4}},
                              {.dims = {3, 2, 4}},
                              {.dims = {3, 4, 5}},
                              none,
                              {.dims = {3, 4}},
                              none,
                              {.dims = {1, 4, 5, 4}},
                              {.dims = {4}},
                              {.dims = {4}}},
                   .attributes = {{"update_rule", std::string("gated")},
                                  {"gate_activation", std::string("softplus")}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
