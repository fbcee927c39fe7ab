// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Layout {
  int64_t k, n, bits, block;
  int64_t blocks() const { return (k + block - 1) / block; }
  int64_t per_byte() const { return 8 / bits; }
};

Result<Layout> layout(const NodeContext& c) {
  const Layout l = {c.integer("K", 0), c.integer("N", 0), c.integer("bits", 4),
                    c.integer("block_size", 0)};
  constexpr int64_t most = int64_t{1} << 31;
  if (l.k < 1 || l.n < 1 || l.k > most || l.n > most || l.block < 16 || l.block > most ||
      l.block % l.per_byte() != 0) {
    return invalid("attributes K {}, N {} and block_size {}", l.k, l.n, l.block);
  }
  if (l.bits != 2 && l.bits != 4 && l.bits != 8) return unsupported("{} bits", l.bits);
  return l;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Layout l, layout(c));
  const Expr blocks = c.number(l.n * l.blocks());
  TENON_TRY(c.require_equal(c.elements(0), blocks * (l.block / l.per_byte()), "packed bytes"));
  TENON_TRY(c.require_equal(c.elements(1), blocks, "scales and blocks"));
  if (c.has(3)) {
    if (c.rank(3) != 1) return invalid("g_idx of rank {}, expected 1", c.rank(3));
    TENON_TRY(c.require(c.dim(3, 0) >= l.k, "g_idx has an entry for each row"));
  }
  c.output(0, c.dtype(1), {c.number(l.k), c.number(l.n)});
  return {};
}

// Number `place` of row `row`; each row of `bytes` bytes starts anew, low bits first.
Expr unpack(ElementContext& c, const Layout& l, size_t input, Expr row, Expr place, int64_t bytes) {
  const Expr byte = c.load_linear(input, row * bytes + place / l.per_byte());
  return formula(c, "(byte >> shift) & mask",
                 {{"byte", byte},
                  {"shift", c.pool().cast(place % l.per_byte() * l.bits, Type::u32)},
                  {"mask", c.pool().integer((int64_t{1} << l.bits) - 1, Type::u32)}});
}

Expr element(ElementContext& c) {
  const Result<Layout> l = layout(c);
  if (!l.ok()) return c.fail(l.status());
  const Expr k = c.coordinate(0);
  const Expr n = c.coordinate(1);
  // Where groups are reordered, each row of the matrix names its block.
  const Expr block = c.has(3) ? as_index(c.load(3, {k})) : k / l->block;
  const int64_t row = l->blocks() * (l->block / l->per_byte());
  const Expr q = unpack(c, *l, 0, n, k, row);
  const Expr scale = c.load_linear(1, n * l->blocks() + block);
  Expr zero = c.pool().integer(int64_t{1} << (l->bits - 1), Type::u32);
  if (c.has(2) && c.dtype(2) == DType::u8) {
    zero = unpack(c, *l, 2, n, block, (l->blocks() + l->per_byte() - 1) / l->per_byte());
  } else if (c.has(2)) {
    zero = c.load_linear(2, n * l->blocks() + block);
  }
  const Type type = scale.type();
  return (c.pool().cast(q, type) - c.pool().cast(zero, type)) * scale;
}

}  // namespace

Op dequantize_n_bits() {
  return {
      .name = "DequantizeNBits",
      .doc = "The matrix [K, N] that MatMulNBits holds as blocks of 2, 4 or 8 bits by rows of N.",
      .inputs = {{"b", "u8"},
                 {"scales", "float"},
                 {"zero_points", "u8|float", optional_operand},
                 {"g_idx", "i32", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 2, 8}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {3, 2}}},
                   .attributes = {{"K", 32}, {"N", 3}, {"bits", 4}, {"block_size", 16}}}},
  };
}

}  // namespace tenon::ops
