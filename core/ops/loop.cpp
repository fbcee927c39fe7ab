// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/framework/scans.h"
#include "core/ops/op.h"

#include "core/graph/bodies.h"

#include <limits>

namespace tenon::ops {
namespace {

// Inputs in front of the carried ones: the trip count and the condition.
constexpr size_t first = 2;

// Some bodies take the trip number and the condition as vectors of one element.
size_t given_rank(const Value& input) { return input.ranked && input.dims.size() == 1 ? 1 : 0; }

Result<HostValue> one_element(DType dtype, int64_t value, int64_t rank) {
  TENON_TRY_ASSIGN(HostTensor tensor, scalar_tensor(dtype, value));
  tensor.dims.assign(static_cast<size_t>(rank), 1);
  return HostValue::of(std::move(tensor));
}

Status infer(InferContext& c) {
  const size_t own = c.inputs() - captured_count(c.node());
  if (own < first) return invalid("{} inputs, expected the trip count and the condition", own);
  const Body& body = c.graph().bodies[c.body("body")];
  if (body.inputs.size() < first) return invalid("the body takes no trip number and condition");
  const size_t number = given_rank(c.graph().value(body.inputs[0]));
  const size_t condition = given_rank(c.graph().value(body.inputs[1]));
  c.set("trip_ranks",
        std::vector<int64_t>{static_cast<int64_t>(number), static_cast<int64_t>(condition)});
  std::vector<Outlook> inputs = {tensor_outlook(DType::i64, number),
                                 tensor_outlook(DType::boolean, condition)};
  for (size_t i = first; i < own; ++i) {
    if (!c.has(i)) return invalid("carried input {} is missing", i - first);
    inputs.push_back(outlook_of(c.value(i)));
  }
  const size_t carried = own - first;
  std::vector<Outlook> outputs = infer_steady_body(c, "body", inputs, first, carried, 1);
  if (outputs.size() < 1 + carried || outputs.size() < c.outputs() + 1) {
    return invalid("the body has {} outputs, {} are carried and the node has {}", outputs.size(),
                   carried, c.outputs());
  }
  for (size_t k = 0; k < carried; ++k) declare_output(c, k, inputs[first + k]);
  const std::vector<Outlook> scans(outputs.begin() + 1 + static_cast<ptrdiff_t>(carried),
                                   outputs.end());
  declare_scans(c, carried, scans, std::vector<size_t>(scans.size(), 0));
  return {};
}

Status run(HostContext& c) {
  int64_t trips = std::numeric_limits<int64_t>::max(), condition = 1;
  if (c.has(0)) {
    TENON_TRY_ASSIGN(trips, scalar_input(c, 0));
  }
  if (c.has(1)) {
    TENON_TRY_ASSIGN(condition, scalar_input(c, 1));
  }
  std::vector<HostValue> carried;
  for (size_t i = first; i < c.inputs(); ++i) carried.push_back(c.input(i));
  const std::vector<int64_t> ranks = c.integers("trip_ranks", {0, 0});
  Scans scans;
  for (int64_t trip = 0; trip < trips && condition != 0; ++trip) {
    TENON_TRY(c.poll());
    std::vector<HostValue> inputs(first);
    TENON_TRY_ASSIGN(inputs[0], one_element(DType::i64, trip, ranks[0]));
    TENON_TRY_ASSIGN(inputs[1], one_element(DType::boolean, 1, ranks[1]));
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    TENON_TRY_ASSIGN(std::vector<HostValue> made, c.run_body("body", inputs));
    const HostTensor& kept = made.front().tensor;
    if (!made.front().is_tensor() || kept.dtype != DType::boolean || kept.elements() != 1) {
      return invalid("the body's condition is {}, expected one bool", describe(made.front()));
    }
    condition = static_cast<int64_t>(*kept.data);
    for (size_t k = 0; k < carried.size(); ++k) carried[k] = std::move(made[1 + k]);
    TENON_TRY(scans.add(std::span(made).subspan(1 + carried.size())));
  }
  for (size_t k = 0; k < carried.size(); ++k) c.output(k, std::move(carried[k]));
  return scans.output(c, carried.size(), {}, {});
}

}  // namespace

Op loop() {
  return {
      .name = "Loop",
      .doc = "Runs a body again and again: a number of times, while a condition holds, or both.",
      .inputs = {{.name = "M", .types = "i64", .arity = optional_operand},
                 {.name = "cond", .types = "bool", .arity = optional_operand},
                 {.name = "carried", .arity = variadic_operand}},
      .outputs = {{.name = "outputs", .arity = variadic_operand}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
