// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// "optional(seq(tensor(float)))" to what it wraps; nothing when it is no such text.
std::optional<Outlook> type_named(std::string_view text) {
  Outlook outlook;
  constexpr std::pair<std::string_view, Wrap> wraps[] = {{"optional(", Wrap::optional},
                                                         {"seq(", Wrap::sequence}};
  while (!text.starts_with("tensor(")) {
    bool found = false;
    for (const auto& [name, wrap] : wraps) {
      if (!text.starts_with(name)) continue;
      outlook.wraps.push_back(wrap);
      text.remove_prefix(name.size());
      found = true;
    }
    if (!found) return std::nullopt;
  }
  text.remove_prefix(std::string_view("tensor(").size());
  outlook.dtype = dtype_named(text.substr(0, text.find(')'))).value_or(DType::none);
  return outlook;
}

Status infer(InferContext& c) {
  Outlook inner;
  if (c.has(0)) {
    inner = {c.value(0).wraps, c.dtype(0), rank_within(c.value(0)), {}};
  } else {
    const auto typed = type_named(c.text("type", ""));
    if (!typed || !typed->is_known()) {
      return invalid("attribute type is \"{}\", expected one such as tensor(float)",
                     c.text("type", ""));
    }
    inner = *typed;
  }
  inner.wraps.insert(inner.wraps.begin(), Wrap::optional);
  c.output_within(0, inner.wraps, inner.dtype, inner.rank);
  return {};
}

Status run(HostContext& c) {
  HostValue made;
  made.wrap = Wrap::optional;
  if (c.has(0)) {
    made.dtype = c.input(0).dtype;
    made.items.push_back(c.input(0));
  } else if (const auto typed = type_named(c.text("type", ""))) {
    made.dtype = typed->dtype;
  }
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op optional() {
  return {
      .name = "Optional",
      .doc = "An optional with the input, or one that is empty.",
      .inputs = {{.name = "input", .arity = optional_operand}},
      .outputs = {{"output"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
