// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sequences.h"

namespace tenon::ops {

Status infer_sequences(InferContext& c, const SequenceInputs& inputs,
                       const std::vector<Expr>& dims) {
  if (c.rank(inputs.start) != 1)
    return invalid("start of rank {}, expected 1", c.rank(inputs.start));
  if (!c.has(inputs.state)) {
    return c.wants(1) ? invalid("a next state without a state") : Status();
  }
  if (!c.has(inputs.slot) || c.rank(inputs.slot) != 1) {
    return invalid("a state needs state_slot of rank 1");
  }
  TENON_TRY(c.require_equal(c.dim(inputs.slot, 0) + 1, c.dim(inputs.start, 0),
                            "starts, one more than slots"));
  const std::vector<Expr>& found = c.dims(inputs.state);
  if (found.size() != dims.size() + 1) {
    return invalid("state of rank {}, expected {}", found.size(), dims.size() + 1);
  }
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    TENON_TRY(c.require_equal(found[axis + 1], dims[axis], "dims of the state"));
  }
  c.output(1, c.dtype(inputs.state), found);
  return {};
}

}  // namespace tenon::ops
