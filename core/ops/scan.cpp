// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/framework/scans.h"
#include "core/ops/op.h"

// Attribute `batched`: the form of operator set 8. Input 0 is the length of each sequence,
// optional; axis 0 of all others and of the outputs is the batch, and a sequence lies along axis 1.
namespace tenon::ops {
namespace {

// Entry k of a list attribute whose entries are 0 where it is left out.
int64_t entry(const std::vector<int64_t>& list, size_t k) { return k < list.size() ? list[k] : 0; }

bool is_batched(const AttributeContext& c) { return c.integer("batched", 0) != 0; }

// Where the operands are, and how they are walked.
struct Walk {
  size_t first = 0;  // input with a state
  size_t states = 0;
  size_t scanned = 0;
  std::vector<int64_t> in_axes, out_axes, backwards, out_backwards;
};

Result<Walk> walk_of(const AttributeContext& c, size_t inputs) {
  const int64_t scanned = c.integer("num_scan_inputs", 0);
  Walk walk;
  walk.first = is_batched(c) ? 1 : 0;
  if (scanned < 1 || walk.first + static_cast<size_t>(scanned) > inputs) {
    return invalid("num_scan_inputs is {} of {} inputs", scanned, inputs);
  }
  walk.scanned = static_cast<size_t>(scanned);
  walk.states = inputs - walk.first - walk.scanned;
  walk.in_axes = c.integers("scan_input_axes", {});
  walk.out_axes = c.integers("scan_output_axes", {});
  walk.backwards = c.integers("scan_input_directions", {});
  walk.out_backwards = c.integers("scan_output_directions", {});
  return walk;
}

Status drop_axis(Outlook& outlook, int64_t axis) {
  if (!outlook.rank) return {};
  TENON_TRY_ASSIGN(const size_t at, axis_in(axis, *outlook.rank));
  outlook.rank = *outlook.rank - 1;
  outlook.dims.erase(outlook.dims.begin() + static_cast<ptrdiff_t>(at));
  return {};
}

// What one of a batch looks like, seen with the batch.
Outlook batch_of(Outlook outlook, bool is_batched) {
  if (!is_batched || !outlook.rank) return outlook;
  outlook.rank = *outlook.rank + 1;
  outlook.dims.insert(outlook.dims.begin(), std::nullopt);
  return outlook;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Walk walk, walk_of(c, c.inputs() - captured_count(c.node())));
  const bool batched = is_batched(c);
  std::vector<Outlook> inputs;
  for (size_t i = 0; i < walk.states + walk.scanned; ++i) {
    if (!c.has(walk.first + i)) return invalid("input {} is missing", walk.first + i);
    Outlook outlook = outlook_of(c.value(walk.first + i));
    if (batched) TENON_TRY(drop_axis(outlook, 0));
    if (i >= walk.states) TENON_TRY(drop_axis(outlook, entry(walk.in_axes, i - walk.states)));
    inputs.push_back(std::move(outlook));
  }
  std::vector<Outlook> outputs = infer_steady_body(c, "body", inputs, 0, walk.states, 0);
  if (outputs.size() < walk.states || outputs.size() < c.outputs()) {
    return invalid("the body has {} outputs, the node {} and {} states", outputs.size(),
                   c.outputs(), walk.states);
  }
  for (size_t k = 0; k < walk.states; ++k) declare_output(c, k, batch_of(inputs[k], batched));
  std::vector<Outlook> each;
  std::vector<size_t> axes;
  constexpr size_t most_rank = 62;
  for (size_t k = walk.states; k < outputs.size(); ++k) {
    const size_t rank = outputs[k].rank.value_or(most_rank) + 1;
    TENON_TRY_ASSIGN(const size_t axis, axis_in(entry(walk.out_axes, k - walk.states), rank));
    axes.push_back(axis + walk.first);
    each.push_back(batch_of(std::move(outputs[k]), batched));
  }
  declare_scans(c, walk.states, each, axes);
  return {};
}

// The extent of the scanned axis, which all scanned inputs share.
Result<int64_t> trips_of(const Walk& walk, std::span<const HostTensor> scanned) {
  int64_t trips = -1;
  for (size_t i = 0; i < scanned.size(); ++i) {
    TENON_TRY_ASSIGN(const size_t axis, axis_in(entry(walk.in_axes, i), scanned[i].dims.size()));
    if (trips >= 0 && scanned[i].dims[axis] != trips) {
      return invalid("scanned input {} has {} steps, another {}", i, scanned[i].dims[axis], trips);
    }
    trips = scanned[i].dims[axis];
  }
  return trips;
}

// One walk: carried states in and out, what the body makes at each step into `scans`.
Status walk_once(HostContext& c, const Walk& walk, std::vector<HostValue>& carried,
                 std::span<const HostTensor> scanned, Scans& scans) {
  TENON_TRY_ASSIGN(const int64_t trips, trips_of(walk, scanned));
  for (int64_t trip = 0; trip < trips; ++trip) {
    TENON_TRY(c.poll());
    std::vector<HostValue> inputs = carried;
    for (size_t i = 0; i < scanned.size(); ++i) {
      TENON_TRY_ASSIGN(const size_t axis, axis_in(entry(walk.in_axes, i), scanned[i].dims.size()));
      const int64_t at = entry(walk.backwards, i) != 0 ? trips - 1 - trip : trip;
      TENON_TRY_ASSIGN(HostTensor row, part_of(scanned[i], axis, at, at + 1));
      inputs.push_back(HostValue::of(without_axis(std::move(row), axis)));
    }
    TENON_TRY_ASSIGN(std::vector<HostValue> made, c.run_body("body", inputs));
    for (size_t k = 0; k < carried.size(); ++k) carried[k] = std::move(made[k]);
    TENON_TRY(scans.add(std::span(made).subspan(carried.size())));
  }
  return {};
}

// One of a batch. length: steps that count, the rest of its outputs is 0; < 0: all.
Status walk_batched(HostContext& c, const Walk& walk, int64_t item, int64_t length,
                    std::vector<std::vector<HostTensor>>& outputs) {
  std::vector<HostValue> carried;
  std::vector<HostTensor> scanned;
  int64_t steps = 0;
  for (size_t i = 0; i < walk.states + walk.scanned; ++i) {
    TENON_TRY_ASSIGN(const HostTensor* whole, c.tensor_input(walk.first + i));
    const bool is_state = i < walk.states;
    if (whole->dims.size() < (is_state ? 1 : 2) || item >= whole->dims[0]) {
      return invalid("input {}: {}, expected a batch", walk.first + i,
                     describe(c.input(walk.first + i)));
    }
    TENON_TRY_ASSIGN(HostTensor one, part_of(*whole, 0, item, item + 1));
    one = without_axis(std::move(one), 0);
    if (is_state) {
      carried.push_back(HostValue::of(std::move(one)));
      continue;
    }
    steps = one.dims[0];
    if (length > steps)
      return invalid("a sequence of length {}, there are {} steps", length, steps);
    TENON_TRY_ASSIGN(one, part_of(one, 0, 0, length < 0 ? steps : length));
    scanned.push_back(std::move(one));
  }
  Scans scans;
  TENON_TRY(walk_once(c, walk, carried, scanned, scans));
  outputs.resize(c.outputs());
  for (size_t k = 0; k < c.outputs(); ++k) {
    if (k < walk.states) {
      outputs[k].push_back(carried[k].tensor);
      continue;
    }
    TENON_TRY_ASSIGN(HostTensor whole, scans.joined(c, k - walk.states, 0, false));
    TENON_TRY_ASSIGN(whole, padded(whole, 0, steps));
    outputs[k].push_back(std::move(whole));
  }
  return {};
}

Status run_batched(HostContext& c, const Walk& walk) {
  std::vector<int64_t> lengths;
  if (c.has(0)) {
    TENON_TRY_ASSIGN(lengths, c.integer_input(0));
  }
  TENON_TRY_ASSIGN(const HostTensor* any, c.tensor_input(walk.first));
  const int64_t batch = any->dims.empty() ? 0 : any->dims[0];
  if (batch == 0) return unsupported("an empty batch");
  std::vector<std::vector<HostTensor>> outputs;
  for (int64_t item = 0; item < batch; ++item) {
    const auto at = static_cast<size_t>(item);
    TENON_TRY(walk_batched(c, walk, item, at < lengths.size() ? lengths[at] : -1, outputs));
  }
  for (size_t k = 0; k < outputs.size(); ++k) {
    TENON_TRY_ASSIGN(HostTensor whole, stacked(outputs[k], 0));
    c.output(k, std::move(whole));
  }
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const Walk walk, walk_of(c, c.inputs()));
  if (is_batched(c)) return run_batched(c, walk);
  std::vector<HostValue> carried;
  std::vector<HostTensor> scanned;
  for (size_t i = 0; i < walk.states; ++i) carried.push_back(c.input(i));
  for (size_t i = walk.states; i < c.inputs(); ++i) {
    TENON_TRY_ASSIGN(const HostTensor* tensor, c.tensor_input(i));
    scanned.push_back(*tensor);
  }
  Scans scans;
  TENON_TRY(walk_once(c, walk, carried, scanned, scans));
  for (size_t k = 0; k < walk.states; ++k) c.output(k, std::move(carried[k]));
  return scans.output(c, walk.states, walk.out_axes, walk.out_backwards);
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
