// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t block = c.integer("blocksize", 0);
  if (block < 1 || block > 65536) return invalid("attribute blocksize is {}", block);
  if (c.rank(0) != 4) return invalid("input of rank {}, expected 4", c.rank(0));
  const std::vector<Expr>& dims = c.dims(0);
  TENON_TRY(c.require(dims[1] % (block * block) == 0, "blocksize squared divides the channels"));
  c.output(0, c.dtype(0), {dims[0], dims[1] / (block * block), dims[2] * block, dims[3] * block});
  return {};
}

Expr element(ElementContext& c) {
  const int64_t block = c.integer("blocksize", 1);
  Index index = c.output_index();
  const Expr place = index[2] % block * block + index[3] % block;
  index[1] = c.text("mode", "DCR") == "CRD" ? index[1] * (block * block) + place
                                            : place * c.output_dim(1) + index[1];
  index[2] = index[2] / block;
  index[3] = index[3] / block;
  return c.load(0, index);
}

}  // namespace

Op depth_to_space() {
  return {
      .name = "DepthToSpace",
      .doc = "Channels laid out as blocks of pixels; mode DCR or CRD says which channels.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .attributes = {{"mode", "DCR"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {1, 8, 2, 3}}}, .attributes = {{"blocksize", 2}}},
                  {.inputs = {{.dims = {1, 8, 2, 3}}},
                   .attributes = {{"blocksize", 2}, {"mode", "CRD"}}}},
  };
}

}  // namespace tenon::ops
