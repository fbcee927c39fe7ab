// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const Value& sequence = c.value(0);
  if (!sequence.ranked) {
    c.output_of_any_rank(0, c.dtype(0));
  } else {
    c.output_of_rank(0, c.dtype(0), sequence.dims.size() + (c.integer("new_axis", 0) != 0 ? 1 : 0));
  }
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostValue* sequence, c.sequence_input(0));
  if (sequence->items.empty()) return invalid("an empty sequence has nothing to join");
  std::vector<HostTensor> parts;
  for (const HostValue& item : sequence->items) parts.push_back(item.tensor);
  const bool fresh = c.integer("new_axis", 0) != 0;
  TENON_TRY_ASSIGN(const size_t axis,
                   axis_in(c.integer("axis", 0), parts.front().dims.size() + (fresh ? 1 : 0)));
  TENON_TRY_ASSIGN(HostTensor whole, fresh ? stacked(parts, axis) : joined(parts, axis));
  c.output(0, std::move(whole));
  return {};
}

}  // namespace

Op concat_from_sequence() {
  return {
      .name = "ConcatFromSequence",
      .doc = "The elements joined along an axis of theirs, or along a new one.",
      .inputs = {{"sequence"}},
      .outputs = {{"joined"}},
      .attributes = {{"new_axis", 0}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
