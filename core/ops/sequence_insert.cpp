// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const bool alike = rank_within(c.value(0)) == rank_within(c.value(1));
  c.output_within(0, {Wrap::sequence}, c.dtype(0), alike ? rank_within(c.value(0)) : std::nullopt);
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostValue* sequence, c.sequence_input(0));
  TENON_TRY(c.tensor_input(1).status());
  const auto count = static_cast<int64_t>(sequence->items.size());
  int64_t position = count;
  if (c.has(2)) {
    TENON_TRY_ASSIGN(position, scalar_input(c, 2));
  }
  if (position < -count || position > count) {
    return invalid("position {} in a sequence of {}", position, count);
  }
  std::vector<HostValue> items = sequence->items;
  items.insert(items.begin() + (position < 0 ? position + count : position), c.input(1));
  c.output(0, HostValue::sequence(std::move(items), c.input(1).dtype));
  return {};
}

}  // namespace

Op sequence_insert() {
  return {
      .name = "SequenceInsert",
      .doc = "The sequence with one more element at a position, the end where it is left out.",
      .inputs = {{"sequence"},
                 {"tensor"},
                 {.name = "position", .types = "i32|i64", .arity = optional_operand}},
      .outputs = {{"output"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
