// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// The first text rounded its defaults to five digits.
Status old_defaults(Form& form) {
  if (form.find("alpha") == nullptr) form.set("alpha", 1.6732);
  if (form.find("gamma") == nullptr) form.set("gamma", 1.0507);
  return {};
}

}  // namespace

Upgrade selu() { return {.ops = {"Selu"}, .steps = {{6, old_defaults}}}; }

}  // namespace tenon::onnx::upgrades
