// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// Before 6, and in files of some later writers, the type was named as in TensorProto.DataType.
Status type_by_number(Form& form) {
  constexpr std::string_view names[] = {
      "UNDEFINED", "FLOAT", "UINT8",   "INT8",   "UINT16", "INT16",  "INT32",     "INT64",
      "STRING",    "BOOL",  "FLOAT16", "DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128"};
  const Setting* to = form.find("to");
  if (to == nullptr || std::holds_alternative<int64_t>(to->value)) return {};
  TENON_TRY_ASSIGN(const std::optional<std::string> given, form.take_string("to"));
  const std::string name = given.value_or("");
  for (size_t i = 1; i < std::size(names); ++i) {
    if (names[i] == name) {
      form.set("to", static_cast<int64_t>(i));
      return {};
    }
  }
  return invalid("cannot cast to \"{}\"", name);
}

}  // namespace

Upgrade cast() { return {.ops = {"Cast"}, .steps = {{newest_opset + 1, type_by_number}}}; }

}  // namespace tenon::onnx::upgrades
