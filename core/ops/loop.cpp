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

Status infer(InferContext& c) {
  const size_t own = c.inputs() - captured_count(c.node());
  if (own < first) return invalid("{} inputs, expected the trip count and the condition", own);
  std::vector<Outlook> inputs = {tensor_outlook(DType::i64, 0), tensor_outlook(DType::boolean, 0)};
  for (size_t i = first; i < own; ++i) {
    if (!c.has(i)) return invalid("carried input {} is missing", i - first);
    inputs.push_back(outlook_of(c.value(i)));
  }
  const size_t carried = own - first;
  std::vector<Outlook> outputs = infer_body(c, "body", inputs);
  if (outputs.size() < 1 + carried || outputs.size() < c.outputs() + 1) {
    return invalid("the body has {} outputs, {} are carried and the node has {}", outputs.size(),
                   carried, c.outputs());
  }
  // What changes its rank or type from trip to trip is known only when it runs.
  bool steady = true;
  for (size_t k = 0; k < carried; ++k) {
    const Outlook kept = common(inputs[first + k], outputs[1 + k]);
    const bool unranked = kept.wraps.empty() && !kept.rank;
    steady = steady && kept.is_known() && !unranked;
    declare_output(c, k, kept);
  }
  std::vector<Outlook> scans(outputs.begin() + 1 + static_cast<ptrdiff_t>(carried), outputs.end());
  if (!steady) scans.assign(scans.size(), {});
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
  Scans scans;
  for (int64_t trip = 0; trip < trips && condition != 0; ++trip) {
    TENON_TRY(c.poll());
    TENON_TRY_ASSIGN(HostTensor number, scalar_tensor(DType::i64, trip));
    TENON_TRY_ASSIGN(HostTensor again, scalar_tensor(DType::boolean, 1));
    std::vector<HostValue> inputs = {HostValue::of(std::move(number)),
                                     HostValue::of(std::move(again))};
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
