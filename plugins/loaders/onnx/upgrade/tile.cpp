// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// 1 repeated one axis: a list of ones with `tiles` at that axis says the same.
Status repeats_of_all_axes(Form& form) {
  if (form.node.inputs.size() < 3) return {};  // written for a newer set already
  const Operand one_axis = form.constant(Literal::integers({1}));
  const Operand rank = form.make("Shape", {form.make("Shape", {form.input(0)})});
  const Operand ones = form.make("Expand", {one_axis, rank});
  const auto as_list = [&](size_t i) {
    const Operand whole = form.make("Cast", {form.input(i)}, {{"to", int64_t{TENON_I64}}});
    return form.make("Reshape", {whole, one_axis});
  };
  const Operand axis = as_list(2);
  const Operand tiles = as_list(1);
  const Operand repeats = form.make("ScatterElements", {ones, axis, tiles}, {{"axis", int64_t{0}}});
  form.node.inputs = {form.input(0), repeats};
  return {};
}

}  // namespace

Upgrade tile() { return {.ops = {"Tile"}, .steps = {{6, repeats_of_all_axes}}}; }

}  // namespace tenon::onnx::upgrades
