// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon {
namespace {

Status broadcast_all(InferContext& c, DType dtype) {
  std::vector<Expr> dims;
  for (size_t i = 0; i < c.inputs(); ++i) {
    if (!c.has(i)) continue;
    TENON_TRY_ASSIGN(dims, c.broadcast(dims, c.dims(i)));
  }
  c.output(0, dtype, std::move(dims));
  return {};
}

}  // namespace

Status same_as_input(InferContext& c) {
  c.output(0, c.dtype(0), c.dims(0));
  return {};
}

Status broadcast_inputs(InferContext& c) { return broadcast_all(c, c.dtype(0)); }

Status broadcast_to_bool(InferContext& c) { return broadcast_all(c, DType::boolean); }

}  // namespace tenon
