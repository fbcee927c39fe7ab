// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/projected.h"

#include "core/ops/framework/attend.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/masks.h"
#include "core/ops/framework/sizes.h"

namespace tenon::ops {
namespace {

struct Sizes {
  Expr batch, steps, past, query, value;  // query and value: numbers of all heads
  int64_t heads = 1;
};

Result<Sizes> sizes(const NodeContext& c, const ProjectedOperands& in) {
  if (c.rank(in.input) != 3 || c.rank(in.weights) != 2) {
    return invalid("input of rank {}, weights of rank {}, expected 3 and 2", c.rank(in.input),
                   c.rank(in.weights));
  }
  Sizes s;
  TENON_TRY_ASSIGN(s.heads, head_count(c, "num_heads"));
  s.batch = c.dim(in.input, 0);
  s.steps = c.dim(in.input, 1);
  s.past = c.has(in.past) ? c.dim(in.past, 3) : c.number(0);
  const std::vector<Expr> parts = c.sizes("qkv_hidden_sizes");
  if (!parts.empty() && parts.size() != 3) {
    return invalid("{} hidden sizes, expected 3", parts.size());
  }
  s.query = parts.empty() ? c.dim(in.weights, 1) / 3 : parts[0];
  s.value = parts.empty() ? s.query : parts[2];
  return s;
}

}  // namespace

Status infer_projected(InferContext& c, const ProjectedOperands& in, DType dtype) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c, in));
  if (c.integer("do_rotary", 0) != 0) return unsupported("rotation of the projected keys");
  if (c.has(in.past) && c.rank(in.past) != 5) {
    return invalid("past of rank {}, expected 5", c.rank(in.past));
  }
  TENON_TRY(c.require_equal(c.dim(in.input, 2), c.dim(in.weights, 0), "columns of the input"));
  TENON_TRY(c.require_equal(c.dim(in.weights, 1), s.query * 2 + s.value, "columns of the weights"));
  c.output(0, dtype, {s.batch, s.steps, s.value});
  c.output(1, dtype,
           {c.number(2), s.batch, c.number(s.heads), s.past + s.steps, s.query / s.heads});
  return {};
}

Status expand_projected(ExpandContext& c, const ProjectedOperands& in, ValueId all) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c, in));
  const Expr end = s.query * 2 + s.value;
  const ValueId q = slice(c, all, 2, c.number(0), s.query);
  const ValueId k = slice(c, all, 2, s.query, s.query * 2);
  const ValueId v = slice(c, all, 2, s.query * 2, end);
  TENON_TRY_ASSIGN(ValueId added, additive_mask(c, in.mask, in.bias, s.batch, s.past + s.steps));
  if (added != no_id) added = c.cast(added, c.dtype_of(all));
  const ValueId past_key = c.has(in.past) ? pick(c, c.input(in.past), 0, 0) : no_id;
  const ValueId past_value = c.has(in.past) ? pick(c, c.input(in.past), 0, 1) : no_id;
  Attributes attributes = {{"q_num_heads", s.heads},
                           {"kv_num_heads", s.heads},
                           {"is_causal", c.integer("unidirectional", 0)}};
  if (c.real("scale", 0) != 0) attributes["scale"] = c.real("scale", 0);
  const ValueId operands[] = {q, k, v, added, past_key, past_value};
  const std::vector<ValueId> made = c.add_many("Attention", operands, std::move(attributes), 3);
  c.output(0, made[0]);
  if (!c.wants(1)) return {};
  const ValueId first = c.integers({0});
  const ValueId key = c.add("Unsqueeze", {made[1], first});
  const ValueId value = c.add("Unsqueeze", {made[2], first});
  c.output(1, c.add("Concat", {key, value}, {{"axis", 0}}));
  return {};
}

}  // namespace tenon::ops
