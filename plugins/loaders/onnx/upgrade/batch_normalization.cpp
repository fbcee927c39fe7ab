// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// Inference has one output; the others were those of training.
Status one_output(Form& form) {
  form.drop("is_test");
  form.drop("momentum");
  for (size_t i = 1; i < form.node.outputs.size(); ++i) {
    if (!form.values[form.node.outputs[i]].name.empty()) {
      return unsupported("outputs of training, expected output Y only");
    }
  }
  form.node.outputs.resize(1);
  return {};
}

// spatial = 0: statistics of each activation, not of each channel. They broadcast as they are.
Status each_activation(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<int64_t> spatial, form.take_int("spatial"));
  if (spatial.value_or(1) != 0 || form.node.inputs.size() != 5) return {};
  TENON_TRY_ASSIGN(const std::optional<double> epsilon, form.take_float("epsilon"));
  form.drop("momentum");
  const Operand small = form.constant(Literal::real(static_cast<float>(epsilon.value_or(1e-5))));
  const Operand centred = form.make("Sub", {form.input(0), form.input(3)});
  const Operand variance =
      form.make("Add", {form.input(4), form.make("CastLike", {small, form.input(4)})});
  const Operand unit = form.make("Div", {centred, form.make("Sqrt", {variance})});
  const Operand scaled = form.make("Mul", {unit, form.input(1)});
  form.node.op = "Add";
  form.node.inputs = {scaled, form.input(2)};
  return {};
}

}  // namespace

Upgrade batch_normalization() {
  return {.ops = {"BatchNormalization"}, .steps = {{9, each_activation}, {14, one_output}}};
}

}  // namespace tenon::onnx::upgrades
