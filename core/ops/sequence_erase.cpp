// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostValue* sequence, c.sequence_input(0));
  const auto count = static_cast<int64_t>(sequence->items.size());
  int64_t position = -1;
  if (c.has(1)) {
    TENON_TRY_ASSIGN(position, scalar_input(c, 1));
  }
  if (position < -count || position >= count) {
    return invalid("position {} in a sequence of {}", position, count);
  }
  std::vector<HostValue> items = sequence->items;
  items.erase(items.begin() + (position < 0 ? position + count : position));
  c.output(0, HostValue::sequence(std::move(items), sequence->dtype));
  return {};
}

}  // namespace

Op sequence_erase() {
  return {
      .name = "SequenceErase",
      .doc = "The sequence without the element at a position, the last where it is left out.",
      .inputs = {{"sequence"}, {.name = "position", .types = "i32|i64", .arity = optional_operand}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        c.output_within(0, {Wrap::sequence}, c.dtype(0), rank_within(c.value(0)));
        return {};
      },
      .host = run,
  };
}

}  // namespace tenon::ops
