// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

struct Layout {
  int64_t gather, quantize, block;
  int64_t in_byte;  // numbers of a byte of the data, along the last axis
};

Result<Layout> layout(const NodeContext& c) {
  if (c.rank(0) < 1) return invalid("data of rank 0, expected at least 1");
  Layout l{};
  TENON_TRY_ASSIGN(l.gather, c.axis("gather_axis", 0, c.rank(0)));
  TENON_TRY_ASSIGN(l.quantize, c.axis("quantize_axis", 1, c.rank(0)));
  l.block = c.integer("block_size", 128);
  if (l.block < 16 || (l.block & (l.block - 1)) != 0) {
    return invalid("attribute block_size is {}, expected a power of 2 of at least 16", l.block);
  }
  const int64_t bits = c.integer("bits", 4);
  if (bits != 4 && bits != 8) return unsupported("{} bits, expected 4 or 8", bits);
  l.in_byte = c.dtype(0) == DType::u8 ? 8 / bits : 1;
  if (l.in_byte > 1 && l.gather == c.rank(0) - 1) {
    return unsupported("gather_axis is the axis along which bytes hold several numbers");
  }
  return l;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Layout l, layout(c));
  std::vector<Expr> dims = c.dims(0);
  dims.back() = dims.back() * l.in_byte;
  if (c.rank(2) != c.rank(0) || (c.has(3) && c.rank(3) != c.rank(0))) {
    return invalid("scales of rank {} for data of rank {}", c.rank(2), c.rank(0));
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool blocked = static_cast<int64_t>(i) == l.quantize;
    const Expr wanted = blocked ? ceil_div(dims[i], c.number(l.block)) : dims[i];
    TENON_TRY(c.require_equal(c.dims(2)[i], wanted, "blocks and scales"));
    if (c.has(3) && c.dtype(3) != DType::u8) {
      TENON_TRY(c.require_equal(c.dims(3)[i], wanted, "blocks and zero points"));
    }
  }
  dims.erase(dims.begin() + l.gather);
  dims.insert(dims.begin() + l.gather, c.dims(1).begin(), c.dims(1).end());
  c.output(0, c.dtype(2), dims);
  return {};
}

// Number at an index; bytes hold several, the first in the lowest bits.
Expr number_at(ElementContext& c, size_t input, Index index, int64_t in_byte) {
  if (in_byte == 1) return c.load(input, index);
  const Expr last = index.back();
  index.back() = last / in_byte;
  return formula(
      c, "(byte >> shift) & 15",
      {{"byte", c.load(input, index)}, {"shift", c.pool().cast(last % in_byte * 4, Type::u32)}});
}

Expr element(ElementContext& c) {
  const Result<Layout> l = layout(c);
  if (!l.ok()) return c.fail(l.status());
  Index index = c.output_index();
  const auto begin = index.begin() + l->gather;
  const Expr place = as_index(c.load(1, {begin, begin + c.rank(1)}));
  index.erase(begin, begin + c.rank(1));
  index.insert(index.begin() + l->gather, wrap_index(place, c.dim(0, l->gather)));
  Index block = index;
  block[static_cast<size_t>(l->quantize)] = index[static_cast<size_t>(l->quantize)] / l->block;
  const Expr scale = c.load(2, block);
  const Expr number = c.pool().cast(number_at(c, 0, index, l->in_byte), scale.type());
  if (c.has(3)) {
    const Expr zero = number_at(c, 3, block, c.dtype(3) == DType::u8 ? l->in_byte : 1);
    return (number - c.pool().cast(zero, scale.type())) * scale;
  }
  // Without zero points bytes are centred, and numbers of four bits are not.
  const double middle = c.dtype(0) != DType::u8 ? 0 : l->in_byte == 2 ? 8 : 128;
  return (number - c.real_number(middle, scale.type())) * scale;
}

}  // namespace

Op gather_block_quantized() {
  return {
      .name = "GatherBlockQuantized",
      .domain = "com.microsoft",
      .doc = "Slices at the indices of data that is quantized in blocks, as real numbers.",
      .inputs = {{"data", "u8|u4|i4"},
                 {"indices", "i32|i64"},
                 {"scales", "float"},
                 {"zero_points", "u8|u4|i4", optional_operand}},
      .outputs = {{"output", "float"}},
      .attributes = {{"gather_axis", 0}, {"quantize_axis", 1}, {"block_size", 128}, {"bits", 4}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {5, 16}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {3}, .dtype = DType::i64, .values = {4, 0, -2}},
                              {.dims = {5, 2}}},
                   .attributes = {{"block_size", 16}}},
                  {.inputs = {{.dims = {2, 3, 16}, .dtype = DType::i4, .low = -8, .high = 7},
                              {.dims = {1, 2}, .dtype = DType::i32, .values = {1, 0}},
                              {.dims = {2, 3, 1}},
                              {.dims = {2, 3, 1}, .dtype = DType::i4, .low = -8, .high = 7}},
                   .attributes = {{"block_size", 16}, {"quantize_axis", 2}}}},
  };
}

}  // namespace tenon::ops
