// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status to_inputs(Form& form) {
  if (form.find("starts") == nullptr || form.find("ends") == nullptr) {
    return invalid("starts and ends are required before operator set 10");
  }
  TENON_TRY(form.ints_to_input("starts", 1));
  TENON_TRY(form.ints_to_input("ends", 2));
  return form.ints_to_input("axes", 3);
}

}  // namespace

Upgrade slice() { return {.ops = {"Slice"}, .steps = {{10, to_inputs}}}; }

}  // namespace tenon::onnx::upgrades
