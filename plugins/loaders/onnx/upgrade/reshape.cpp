// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status shape_to_input(Form& form) {
  if (form.find("shape") == nullptr) return invalid("shape is required before operator set 5");
  return form.ints_to_input("shape", 1);
}

}  // namespace

Upgrade reshape() { return {.ops = {"Reshape"}, .steps = {{5, shape_to_input}}}; }

}  // namespace tenon::onnx::upgrades
