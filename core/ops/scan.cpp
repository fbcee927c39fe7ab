// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/framework/scans.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Entry k of a list attribute whose entries are 0 where it is left out.
int64_t entry(const std::vector<int64_t>& list, size_t k) { return k < list.size() ? list[k] : 0; }

Result<size_t> count_scanned(const AttributeContext& c, size_t inputs) {
  const int64_t count = c.integer("num_scan_inputs", 0);
  if (count < 1 || static_cast<size_t>(count) > inputs) {
    return invalid("num_scan_inputs is {} of {} inputs", count, inputs);
  }
  return static_cast<size_t>(count);
}

Status infer(InferContext& c) {
  const size_t own = c.inputs() - captured_count(c.node());
  TENON_TRY_ASSIGN(const size_t scanned, count_scanned(c, own));
  const size_t states = own - scanned;
  const std::vector<int64_t> in_axes = c.integers("scan_input_axes", {});
  std::vector<Outlook> inputs;
  for (size_t i = 0; i < own; ++i) {
    if (!c.has(i)) return invalid("input {} is missing", i);
    Outlook outlook = outlook_of(c.value(i));
    if (i >= states && outlook.rank) {
      TENON_TRY_ASSIGN(const size_t axis, axis_in(entry(in_axes, i - states), *outlook.rank));
      outlook.rank = *outlook.rank - 1;
      outlook.dims.erase(outlook.dims.begin() + static_cast<ptrdiff_t>(axis));
    }
    inputs.push_back(std::move(outlook));
  }
  std::vector<Outlook> outputs = infer_steady_body(c, "body", inputs, 0, states, 0);
  if (outputs.size() < states || outputs.size() < c.outputs()) {
    return invalid("the body has {} outputs, the node {} and {} states", outputs.size(),
                   c.outputs(), states);
  }
  for (size_t k = 0; k < states; ++k) declare_output(c, k, inputs[k]);
  const std::vector<Outlook> each(outputs.begin() + static_cast<ptrdiff_t>(states), outputs.end());
  const std::vector<int64_t> out_axes = c.integers("scan_output_axes", {});
  std::vector<size_t> axes;
  for (size_t k = 0; k < each.size(); ++k) {
    TENON_TRY_ASSIGN(const size_t axis, axis_in(entry(out_axes, k), each[k].rank.value_or(62) + 1));
    axes.push_back(axis);
  }
  declare_scans(c, states, each, axes);
  return {};
}

// The extent of the scanned axis, which all scanned inputs share.
Result<int64_t> trips_of(const HostContext& c, size_t states, const std::vector<int64_t>& axes) {
  int64_t trips = -1;
  for (size_t i = states; i < c.inputs(); ++i) {
    TENON_TRY_ASSIGN(const HostTensor* tensor, c.tensor_input(i));
    TENON_TRY_ASSIGN(const size_t axis, axis_in(entry(axes, i - states), tensor->dims.size()));
    if (trips >= 0 && tensor->dims[axis] != trips) {
      return invalid("input {} has {} steps, another {}", i, tensor->dims[axis], trips);
    }
    trips = tensor->dims[axis];
  }
  return trips;
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const size_t scanned, count_scanned(c, c.inputs()));
  const size_t states = c.inputs() - scanned;
  const std::vector<int64_t> axes = c.integers("scan_input_axes", {});
  const std::vector<int64_t> backwards = c.integers("scan_input_directions", {});
  TENON_TRY_ASSIGN(const int64_t trips, trips_of(c, states, axes));
  std::vector<HostValue> carried;
  for (size_t i = 0; i < states; ++i) carried.push_back(c.input(i));
  Scans scans;
  for (int64_t trip = 0; trip < trips; ++trip) {
    TENON_TRY(c.poll());
    std::vector<HostValue> inputs = carried;
    for (size_t i = states; i < c.inputs(); ++i) {
      const HostTensor& tensor = c.input(i).tensor;
      TENON_TRY_ASSIGN(const size_t axis, axis_in(entry(axes, i - states), tensor.dims.size()));
      const int64_t at = entry(backwards, i - states) != 0 ? trips - 1 - trip : trip;
      TENON_TRY_ASSIGN(HostTensor row, part_of(tensor, axis, at, at + 1));
      inputs.push_back(HostValue::of(without_axis(std::move(row), axis)));
    }
    TENON_TRY_ASSIGN(std::vector<HostValue> made, c.run_body("body", inputs));
    for (size_t k = 0; k < states; ++k) carried[k] = std::move(made[k]);
    TENON_TRY(scans.add(std::span(made).subspan(states)));
  }
  for (size_t k = 0; k < states; ++k) c.output(k, std::move(carried[k]));
  return scans.output(c, states, c.integers("scan_output_axes", {}),
                      c.integers("scan_output_directions", {}));
}

}  // namespace

Op scan() {
  return {
      .name = "Scan",
      .doc = "Runs a body for each step along an axis of the inputs, with states carried on.",
      .inputs = {{.name = "inputs", .arity = variadic_operand}},
      .outputs = {{.name = "outputs", .arity = variadic_operand}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
