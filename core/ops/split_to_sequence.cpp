// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const Value& input = c.value(0);
  std::optional<size_t> rank = rank_within(input);
  const bool squeezed = !c.has(1) && c.integer("keepdims", 1) == 0;
  if (rank && squeezed && *rank > 0) rank = *rank - 1;
  c.output_within(0, {Wrap::sequence}, c.dtype(0), rank);
  return {};
}

// The sizes of the parts of an axis of `extent`.
Result<std::vector<int64_t>> sizes_of(const HostContext& c, int64_t extent) {
  std::vector<int64_t> sizes;
  if (!c.has(1)) return std::vector<int64_t>(static_cast<size_t>(extent), 1);
  TENON_TRY_ASSIGN(const std::vector<int64_t> given, c.integer_input(1));
  int64_t left = extent;
  if (c.input(1).tensor.dims.empty()) {
    const int64_t chunk = given.front();
    if (chunk <= 0) return invalid("parts of {} elements", chunk);
    for (; left > 0; left -= chunk) sizes.push_back(left < chunk ? left : chunk);
    return sizes;
  }
  for (const int64_t size : given) {
    if (size < 0 || size > left) return invalid("parts do not sum to the extent {}", extent);
    left -= size;
  }
  if (left != 0) return invalid("parts do not sum to the extent {}", extent);
  return given;
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostTensor* input, c.tensor_input(0));
  TENON_TRY_ASSIGN(const size_t axis, axis_in(c.integer("axis", 0), input->dims.size()));
  TENON_TRY_ASSIGN(const std::vector<int64_t> sizes, sizes_of(c, input->dims[axis]));
  const bool squeezed = !c.has(1) && c.integer("keepdims", 1) == 0;
  std::vector<HostValue> items;
  int64_t begin = 0;
  for (const int64_t size : sizes) {
    TENON_TRY_ASSIGN(HostTensor part, part_of(*input, axis, begin, begin + size));
    items.push_back(
        HostValue::of(squeezed ? without_axis(std::move(part), axis) : std::move(part)));
    begin += size;
  }
  c.output(0, HostValue::sequence(std::move(items), input->dtype));
  return {};
}

}  // namespace

Op split_to_sequence() {
  return {
      .name = "SplitToSequence",
      .doc = "Parts of a tensor along an axis: of given sizes, of one size, or one by one.",
      .inputs = {{"input"}, {.name = "split", .types = "i32|i64", .arity = optional_operand}},
      .outputs = {{"sequence"}},
      .attributes = {{"axis", 0}, {"keepdims", 1}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
