// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const Value& sequence = c.value(0);
  if (sequence.wraps.size() > 1) {
    c.output_within(0, {sequence.wraps.begin() + 1, sequence.wraps.end()}, c.dtype(0),
                    rank_within(sequence));
  } else if (sequence.ranked) {
    c.output_of_rank(0, c.dtype(0), sequence.dims.size());
  } else {
    c.output_of_any_rank(0, c.dtype(0));
  }
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostValue* sequence, c.sequence_input(0));
  TENON_TRY_ASSIGN(const int64_t position, scalar_input(c, 1));
  const auto count = static_cast<int64_t>(sequence->items.size());
  if (position < -count || position >= count) {
    return invalid("position {} in a sequence of {}", position, count);
  }
  c.output(0, sequence->items[static_cast<size_t>(position < 0 ? position + count : position)]);
  return {};
}

}  // namespace

Op sequence_at() {
  return {
      .name = "SequenceAt",
      .doc = "The element at a position; negative ones count from the end.",
      .inputs = {{"sequence"}, {"position", "i32|i64"}},
      .outputs = {{"tensor"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
