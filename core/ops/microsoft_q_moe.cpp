// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/experts.h"
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {
namespace {

enum Input : size_t {
  input,
  router,
  weights1,
  scales1,
  bias1,
  weights2,
  scales2,
  bias2,
  weights3,
  scales3,
  bias3,
  zeros1,
  zeros2,
  zeros3,
  router_weights
};

int64_t bits(const NodeContext& c) { return c.integer("expert_weight_bits", 4); }

Status infer(InferContext& c) {
  if (bits(c) != 2 && bits(c) != 4 && bits(c) != 8) return unsupported("{} bits", bits(c));
  if (c.text("quant_type", "int") != "int") {
    return unsupported("quant_type \"{}\", expected int", c.text("quant_type", "int"));
  }
  if (c.has(router_weights)) return unsupported("weights of the router apart from its choice");
  for (const size_t i : {weights1, weights2, weights3}) {
    TENON_TRY(check_expert(c, i, i + 2));
    if (!c.has(i)) continue;
    if (!c.has(i + 1)) return invalid("weights without scales");
    for (const Expr dim : c.dims(i)) {
      if (!dim.is_constant()) return unsupported("weights whose sizes are not constant");
      constexpr int64_t most = int64_t{1} << 30;
      if (dim.constant() < 1 || dim.constant() > most) {
        return invalid("weights with an extent of {}", dim.constant());
      }
    }
  }
  return infer_experts(c, input, router);
}

// Experts are rows of one matrix in blocks.
Expert real(ExpandContext& c, size_t weights, size_t zeros) {
  if (!c.has(weights)) return {};
  const std::vector<Expr> dims = c.dims(weights);
  const int64_t inputs = dims[2].constant() * (8 / bits(c));
  const int64_t block = c.integer("block_size", 0);
  const Expr rows = dims[0] * dims[1];
  const ValueId matrix =
      c.add("DequantizeNBits", {c.input(weights), c.input(weights + 1), c.input(zeros)},
            {{"K", inputs},
             {"N", rows.constant()},
             {"bits", bits(c)},
             {"block_size", block > 0 ? block : inputs}});
  const ValueId turned = transpose(c, matrix, {1, 0});
  return {reshape(c, turned, {dims[0], dims[1], c.number(inputs)}), c.input(weights + 2)};
}

}  // namespace

Op microsoft_q_moe() {
  return {
      .name = "QMoE",
      .domain = "com.microsoft",
      .doc = "MoE whose weights are integers of 2, 4 or 8 bits with scales.",
      .inputs = {{"input", "float"},
                 {"router_probs", "float"},
                 {"fc1_experts_weights", "u8"},
                 {"fc1_scales", "float", optional_operand},
                 {"fc1_experts_bias", "float", optional_operand},
                 {"fc2_experts_weights", "u8"},
                 {"fc2_scales", "float", optional_operand},
                 {"fc2_experts_bias", "float", optional_operand},
                 {"fc3_experts_weights", "u8", optional_operand},
                 {"fc3_scales", "float", optional_operand},
                 {"fc3_experts_bias", "float", optional_operand},
                 {"fc1_zero_points", "u8", optional_operand},
                 {"fc2_zero_points", "u8", optional_operand},
                 {"fc3_zero_points", "u8", optional_operand},
                 {"router_weights", "float", optional_operand}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand =
          [](ExpandContext& c) {
            return expand_experts(c, c.input(input), c.input(router), real(c, weights1, zeros1),
                                  real(c, weights2, zeros2), real(c, weights3, zeros3));
          },
      .samples = {{.inputs = {{.dims = {3, 16}},
                              {.dims = {3, 2}},
                              {.dims = {2, 16, 8}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {2, 16}},
                              {.omitted = true},
                              {.dims = {2, 16, 8}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {2, 16}}},
                   .attributes = {{"k", 1}, {"expert_weight_bits", 4}}}},
  };
}

}  // namespace tenon::ops
