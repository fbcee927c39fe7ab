// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// Which outputs exist is told by their names; the first text misspelt the default direction.
Status by_names(Form& form) {
  form.drop("output_sequence");
  TENON_TRY_ASSIGN(const std::optional<std::string> given, form.take_string("direction"));
  if (given) form.set("direction", *given == "foward" ? std::string("forward") : *given);
  return {};
}

}  // namespace

Upgrade recurrent() { return {.ops = {"GRU", "LSTM", "RNN"}, .steps = {{7, by_names}}}; }

}  // namespace tenon::onnx::upgrades
