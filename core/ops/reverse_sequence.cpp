// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t time = c.integer("time_axis", 0);
  const int64_t batch = c.integer("batch_axis", 1);
  if (c.rank(0) < 2 || time < 0 || time > 1 || batch < 0 || batch > 1 || time == batch) {
    return invalid("axes {} and {} of a tensor of rank {}, expected 0 and 1", time, batch,
                   c.rank(0));
  }
  TENON_TRY(c.require_equal(c.elements(1), c.dim(0, batch), "lengths and sequences"));
  return same_as_input(c);
}

Expr element(ElementContext& c) {
  Index index = c.output_index();
  Expr& time = index[static_cast<size_t>(c.integer("time_axis", 0))];
  const Expr length = c.load(1, {c.coordinate(c.integer("batch_axis", 1))});
  time = select(time < length, length - 1 - time, time);
  return c.load(0, index);
}

}  // namespace

Op reverse_sequence() {
  return {
      .name = "ReverseSequence",
      .doc = "The first sequence_lens[b] steps of each sequence in reverse order.",
      .inputs = {{"input"}, {"sequence_lens", "i64"}},
      .outputs = {{"output"}},
      .attributes = {{"batch_axis", 1}, {"time_axis", 0}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {4, 3}},
                              {.dims = {3}, .dtype = DType::i64, .values = {4, 1, 2}}}}},
  };
}

}  // namespace tenon::ops
