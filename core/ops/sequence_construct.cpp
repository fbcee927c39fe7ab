// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  std::optional<size_t> rank = rank_within(c.value(0));
  for (size_t i = 0; i < c.inputs(); ++i) {
    if (c.dtype(i) != c.dtype(0)) {
      return invalid("input {}: type {}, the first is {}", i, name_of(c.dtype(i)),
                     name_of(c.dtype(0)));
    }
    if (rank_within(c.value(i)) != rank) rank.reset();
  }
  c.output_within(0, {Wrap::sequence}, c.dtype(0), rank);
  return {};
}

Status run(HostContext& c) {
  std::vector<HostValue> items;
  for (size_t i = 0; i < c.inputs(); ++i) items.push_back(c.input(i));
  const DType dtype = items.front().dtype;
  c.output(0, HostValue::sequence(std::move(items), dtype));
  return {};
}

}  // namespace

Op sequence_construct() {
  return {
      .name = "SequenceConstruct",
      .doc = "A sequence of the inputs.",
      .inputs = {{"first"}, {.name = "others", .arity = variadic_operand}},
      .outputs = {{"sequence"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
