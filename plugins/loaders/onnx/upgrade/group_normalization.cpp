// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// One number for each group becomes one for each channel.
Operand for_channels(Form& form, Operand by_group, Operand groups, Operand channels) {
  const Operand column = form.make("Unsqueeze", {by_group, form.constant(Literal::integers({1}))});
  const Operand width = form.make("Div", {channels, groups});
  const Operand shape = form.make("Concat", {groups, width}, {{"axis", int64_t{0}}});
  return form.make("Reshape",
                   {form.make("Expand", {column, shape}), form.constant(Literal::integers({-1}))});
}

// 18 scaled groups, 21 scales channels.
Status scale_channels(Form& form) {
  const Setting* found = form.find("num_groups");
  const auto* count = found == nullptr ? nullptr : std::get_if<int64_t>(&found->value);
  if (count == nullptr || *count < 1) return invalid("num_groups is required");
  if (form.node.inputs.size() != 3) return invalid("expected inputs X, scale and bias");
  const Operand groups = form.constant(Literal::integers({*count}));
  const Operand channels =
      form.make("Shape", {form.input(0)}, {{"start", int64_t{1}}, {"end", int64_t{2}}});
  form.set_input(1, for_channels(form, form.input(1), groups, channels));
  form.set_input(2, for_channels(form, form.input(2), groups, channels));
  return {};
}

}  // namespace

Upgrade group_normalization() {
  return {.ops = {"GroupNormalization"}, .steps = {{21, scale_channels}}};
}

}  // namespace tenon::onnx::upgrades
