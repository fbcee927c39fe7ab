// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

#include <bit>

namespace tenon::ops {
namespace {

// The seed as 64 bits, whether it was given as a number with or without a fraction.
int64_t seed_of(const NodeContext& c) {
  const auto found = c.node().attributes.find("seed");
  if (found == c.node().attributes.end()) return 0;
  if (const auto* integer = std::get_if<int64_t>(&found->second)) return *integer;
  if (const auto* real = std::get_if<double>(&found->second)) return std::bit_cast<int64_t>(*real);
  return 0;
}

// Bits of number `place` of the sequence: the finalizer of splitmix64 over a counter.
Expr bits(ElementContext& c, Expr place) {
  const auto constant = [&](uint64_t bits) {
    return c.pool().integer(static_cast<int64_t>(bits), Type::u64);
  };
  const Expr seed = c.has(0) ? c.pool().cast(c.load_linear(0, c.number(0)), Type::u64)
                             : constant(static_cast<uint64_t>(seed_of(c)));
  return formula(c, "u64(counter + 1) * step + seed * factor",
                 {{"counter", place},
                  {"step", constant(0x9E3779B97F4A7C15)},
                  {"seed", seed},
                  {"factor", constant(0xD1342543DE82EF95)}});
}

Expr mixed(ElementContext& c, Expr z) {
  const auto step = [&](Expr x, int64_t shift, uint64_t factor) {
    const Expr folded =
        formula(c, "x ^ (x >> n)", {{"x", x}, {"n", c.pool().integer(shift, Type::u64)}});
    if (factor == 0) return folded;
    return folded * c.pool().integer(static_cast<int64_t>(factor), Type::u64);
  };
  return step(step(step(z, 30, 0xBF58476D1CE4E5B9), 27, 0x94D049BB133111EB), 31, 0);
}

// In [0, 1), in steps of 2^-24.
Expr uniform(ElementContext& c, Expr place) {
  return formula(c, "f32(z >> n) * step",
                 {{"z", mixed(c, bits(c, place))},
                  {"n", c.pool().integer(40, Type::u64)},
                  {"step", c.real_number(0x1p-24)}});
}

Expr element(ElementContext& c) {
  const Expr place = c.pool().linear();
  if (c.text("distribution", "uniform") == "uniform") return uniform(c, place);
  // Box and Muller's way from two uniform numbers to a normal one.
  return formula(c, "sqrt(-2 * log(1 - a)) * cos(2 * pi * b)",
                 {{"a", uniform(c, place * 2)}, {"b", uniform(c, place * 2 + 1)}});
}

Status infer(InferContext& c) {
  const std::string distribution = c.text("distribution", "uniform");
  if (distribution != "uniform" && distribution != "normal") {
    return invalid("distribution \"{}\", expected uniform or normal", distribution);
  }
  c.output(0, DType::f32, c.sizes("sizes"));
  return {};
}

}  // namespace

Op random_numbers() {
  const std::vector<int64_t> sizes = {5, 7};
  return {
      .name = "RandomNumbers",
      .doc =
          "Random f32 numbers that depend on a seed, an input or an attribute, and their places "
          "only: uniform in [0, 1) or standard normal.",
      .inputs = {{"seed", "i64", optional_operand}},
      .outputs = {{"numbers", "f32"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {}, .attributes = {{"sizes", sizes}, {"seed", 3}}},
                  {.inputs = {{.dims = {}, .dtype = DType::i64, .low = 0, .high = 99}},
                   .attributes = {{"sizes", sizes}}},
                  {.inputs = {},
                   .attributes = {{"sizes", sizes}, {"seed", 3.5}, {"distribution", "normal"}}}},
  };
}

}  // namespace tenon::ops
