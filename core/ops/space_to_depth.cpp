// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t block = c.integer("blocksize", 0);
  if (block < 1 || block > 65536) return invalid("attribute blocksize is {}", block);
  if (c.rank(0) != 4) return invalid("input of rank {}, expected 4", c.rank(0));
  const std::vector<Expr>& dims = c.dims(0);
  TENON_TRY(c.require(dims[2] % block == 0, "blocksize divides the height"));
  TENON_TRY(c.require(dims[3] % block == 0, "blocksize divides the width"));
  c.output(0, c.dtype(0), {dims[0], dims[1] * (block * block), dims[2] / block, dims[3] / block});
  return {};
}

Expr element(ElementContext& c) {
  const int64_t block = c.integer("blocksize", 1);
  Index index = c.output_index();
  const Expr channels = c.dim(0, 1);
  const Expr place = index[1] / channels;
  index[1] = index[1] % channels;
  index[2] = index[2] * block + place / block;
  index[3] = index[3] * block + place % block;
  return c.load(0, index);
}

}  // namespace

Op space_to_depth() {
  return {
      .name = "SpaceToDepth",
      .doc = "Blocks of pixels laid out as channels.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {1, 2, 4, 6}}}, .attributes = {{"blocksize", 2}}}},
  };
}

}  // namespace tenon::ops
