// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Blocks {
  std::vector<Expr> image, block, strides, dilations, pads;
  // Places of the block along axis i.
  Expr count(size_t i) const {
    const size_t axes = image.size();
    const Expr reach = (block[i] - 1) * dilations[i] + 1;
    return floor_div(image[i] + pads[i] + pads[i + axes] - reach, strides[i]) + 1;
  }
};

Result<Blocks> blocks(const NodeContext& c) {
  Blocks b;
  TENON_TRY_ASSIGN(b.image, c.values(1));
  TENON_TRY_ASSIGN(b.block, c.values(2));
  const size_t axes = b.image.size();
  if (b.block.size() != axes || axes < 1 || axes > 3) {
    return invalid("an image of {} axes, blocks of {}, expected the same, 1 to 3", axes,
                   b.block.size());
  }
  TENON_TRY_ASSIGN(b.strides, per_axis(c, "strides", axes, 1, 1));
  TENON_TRY_ASSIGN(b.dilations, per_axis(c, "dilations", axes, 1, 1));
  TENON_TRY_ASSIGN(b.pads, per_axis(c, "pads", 2 * axes, 0, 0));
  return b;
}

Status infer(InferContext& c) {
  if (c.rank(0) != 3) return invalid("input of rank {}, expected 3", c.rank(0));
  TENON_TRY_ASSIGN(const Blocks b, blocks(c));
  TENON_TRY(c.constants(2).status());  // the filters that write them
  Expr places = c.number(1);
  for (size_t i = 0; i < b.image.size(); ++i) places = places * b.count(i);
  TENON_TRY(c.require_equal(c.dim(0, 2), places, "columns and places of the block"));
  std::vector<Expr> dims = {c.dim(0, 0), c.dim(0, 1) / product(c, b.block)};
  dims.insert(dims.end(), b.image.begin(), b.image.end());
  c.output(0, c.dtype(0), dims);
  return {};
}

// A transposed convolution whose filters each write one place of the block.
Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Blocks b, blocks(c));
  const size_t axes = b.image.size();
  const DType dtype = c.dtype(0);
  const Expr places = product(c, b.block);
  const Expr channels = c.dim(0, 1) / places;
  if (!channels.is_constant()) return unsupported("the number of channels is not constant");
  std::vector<Expr> grid = {c.dim(0, 0), c.dim(0, 1)};
  std::vector<Expr> filter = {c.dim(0, 1), c.number(1)};
  std::vector<Expr> spare;
  for (size_t i = 0; i < axes; ++i) {
    grid.push_back(b.count(i));
    filter.push_back(b.block[i]);
    const Expr reach = (b.block[i] - 1) * b.dilations[i] + 1;
    const Expr full = (b.count(i) - 1) * b.strides[i] + reach - b.pads[i] - b.pads[i + axes];
    spare.push_back(b.image[i] - full);
  }
  const ValueId square = c.add("Expand", {c.scalar(0, dtype), c.sizes({places, places})});
  const ValueId unit = c.add("EyeLike", {square});
  const ValueId filters =
      reshape(c, c.add("Tile", {unit, c.sizes({channels, c.number(1)})}), filter);
  c.output(0, c.add("ConvTranspose", {reshape(c, c.input(0), grid), filters},
                    {{"group", channels.constant()},
                     {"strides", as_attribute(b.strides)},
                     {"dilations", as_attribute(b.dilations)},
                     {"pads", as_attribute(b.pads)},
                     {"output_padding", as_attribute(spare)}}));
  return {};
}

}  // namespace

Op col2_im() {
  return {
      .name = "Col2Im",
      .doc = "Columns of blocks added up to the image they were taken from.",
      .inputs = {{"input", "numeric"}, {"image_shape", "i64"}, {"block_shape", "i64"}},
      .outputs = {{"output", "numeric"}},
      .infer = infer,
      .shape_operands = {1, 2},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 8, 9}},
                              {.dims = {2}, .dtype = DType::i64, .values = {4, 4}},
                              {.dims = {2}, .dtype = DType::i64, .values = {2, 2}}}}},
  };
}

}  // namespace tenon::ops
