// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// 9 took away the batch axis that 8 ran over, and the lengths of its sequences.
Status keep_batch(Form& form) {
  form.node.settings.push_back({"batched", int64_t{1}, nullptr});
  if (Setting* directions = form.find("directions")) directions->name = "scan_input_directions";
  return {};
}

}  // namespace

Upgrade scan() { return {.ops = {"Scan"}, .steps = {{9, keep_batch}}}; }

}  // namespace tenon::onnx::upgrades
