// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// 1 took the sizes as an attribute or as an input.
Status from_attribute(Form& form) { return form.ints_to_input("split", 1); }

// Without sizes the parts were equal, one for each output.
Status count_outputs(Form& form) {
  if (!form.has_input(1)) form.set("num_outputs", static_cast<int64_t>(form.node.outputs.size()));
  return {};
}

}  // namespace

Upgrade split() { return {.ops = {"Split"}, .steps = {{13, from_attribute}, {18, count_outputs}}}; }

}  // namespace tenon::onnx::upgrades
