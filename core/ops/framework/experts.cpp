// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/experts.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {
namespace {

// x [tokens or experts, tokens, in] through each expert: [experts, tokens, out].
ValueId through(ExpandContext& c, ValueId x, const Expert& expert) {
  const DType dtype = c.dtype_of(x);
  const ValueId weights = transpose(c, c.cast(expert.weights, dtype), {0, 2, 1});
  const ValueId y = c.add("MatMul", {x, weights});
  if (expert.bias == no_id || !c.status().ok()) return y;
  const std::vector<Expr> dims = c.dims_of(expert.bias);
  return c.add("Add", {y, c.cast(reshape(c, expert.bias, {dims[0], c.number(1), dims[1]}), dtype)});
}

// The share of each expert in each token: [experts, tokens, 1].
ValueId shares(ExpandContext& c, ValueId router) {
  const std::vector<Expr> dims = c.dims_of(router);
  const ValueId probabilities = c.add("Softmax", {c.cast(router, DType::f32)}, {{"axis", 1}});
  const ValueId operands[] = {probabilities, c.integers({c.integer("k", 1)})};
  const std::vector<ValueId> best = c.add_many("TopK", operands, {{"axis", 1}}, 2);
  ValueId chosen = best[0];
  if (c.integer("normalize_routing_weights", 0) != 0) {
    chosen = map(c, "p / t", {{"p", chosen}, {"t", reduce(c, "sum", chosen, {1})}}, DType::f32);
  }
  const ValueId none = map(c, "x * 0", {{"x", probabilities}}, DType::f32);
  const ValueId all = c.add("ScatterElements", {none, best[1], chosen}, {{"axis", 1}});
  return reshape(c, transpose(c, all, {1, 0}), {dims[1], dims[0], c.number(1)});
}

// Gate and the part that it opens, side by side or taking turns.
ValueId gated(ExpandContext& c, ValueId gate, ValueId up) {
  Attributes numbers = {{"alpha", c.real("activation_alpha", 1)},
                        {"beta", c.real("activation_beta", 0)},
                        {"limit", c.real("swiglu_limit", 0)}};
  const DType dtype = c.dtype_of(gate);
  if (c.has_attribute("swiglu_limit")) {
    gate = map(c, "min(g, limit)", {{"g", gate}}, dtype, numbers);
    up = map(c, "max(min(u, limit), -limit)", {{"u", up}}, dtype, numbers);
  }
  return map(c, "g / (1 + exp(-alpha * g)) * (u + beta)", {{"g", gate}, {"u", up}}, dtype,
             std::move(numbers));
}

Result<ValueId> activated(ExpandContext& c, ValueId x, ValueId up) {
  const std::string name = c.text("activation_type", "relu");
  const DType dtype = c.dtype_of(x);
  if (name == "swiglu") {
    if (up != no_id) return gated(c, x, up);
    const std::vector<Expr> dims = c.dims_of(x);
    const Expr half = dims[2] / 2;
    const Expr two = c.number(2);
    const bool turns = c.integer("swiglu_fusion", 0) == 1;
    const int64_t axis = turns ? 3 : 2;
    const ValueId pairs = turns ? reshape(c, x, {dims[0], dims[1], half, two})
                                : reshape(c, x, {dims[0], dims[1], two, half});
    const auto part = [&](int64_t which) {
      const Expr begin = c.number(which);
      return reshape(c, slice(c, pairs, axis, begin, begin + 1), {dims[0], dims[1], half});
    };
    return gated(c, part(0), part(1));
  }
  ValueId y = no_id;
  if (name == "relu") y = map(c, "max(x, 0)", {{"x", x}}, dtype);
  if (name == "gelu")
    y = map(c, "0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))", {{"x", x}},
            dtype);
  if (name == "silu") y = map(c, "x / (1 + exp(-x))", {{"x", x}}, dtype);
  if (name == "identity") y = x;
  if (y == no_id) {
    return unsupported("activation_type \"{}\", known are relu, gelu, silu, swiglu, identity",
                       name);
  }
  return up == no_id ? y : c.add("Mul", {y, up});
}

}  // namespace

Status infer_experts(InferContext& c, size_t input, size_t router) {
  if ((c.rank(input) != 2 && c.rank(input) != 3) || c.rank(router) != 2) {
    return invalid("tokens of rank {}, router of rank {}, expected 2 or 3 and 2", c.rank(input),
                   c.rank(router));
  }
  if (c.integer("use_sparse_mixer", 0) != 0) return unsupported("the sparse mixer");
  if (c.integer("k", 1) < 1) return invalid("attribute k is {}", c.integer("k", 1));
  const Expr width = c.dim(input, -1);
  TENON_TRY(c.require_equal(c.elements(input), c.dim(router, 0) * width, "tokens of the router"));
  return same_as_input(c);
}

Status check_expert(const NodeContext& c, size_t weights, size_t bias) {
  if (c.has(weights) && c.rank(weights) != 3) {
    return invalid("weights of rank {}, expected 3", c.rank(weights));
  }
  if (c.has(bias) && c.rank(bias) != 2) {
    return invalid("biases of rank {}, expected 2", c.rank(bias));
  }
  return {};
}

Status expand_experts(ExpandContext& c, ValueId input, ValueId router, const Expert& first,
                      const Expert& second, const Expert& up) {
  const std::vector<Expr> dims = c.dims_of(input);
  const DType dtype = c.dtype_of(input);
  const ValueId tokens =
      reshape(c, c.cast(input, wide(dtype)), {c.number(1), c.dims_of(router)[0], dims.back()});
  const ValueId other = up.weights == no_id ? no_id : through(c, tokens, up);
  TENON_TRY_ASSIGN(const ValueId hidden, activated(c, through(c, tokens, first), other));
  const ValueId weighed = c.add("Mul", {through(c, hidden, second), shares(c, router)});
  c.output(0, reshape(c, c.cast(reduce_away(c, "sum", weighed, {0}), dtype), dims));
  return {};
}

}  // namespace tenon::ops
