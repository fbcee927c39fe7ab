// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const Value& value = c.value(0);
  Outlook inner = outlook_of(value);
  if (!value.wraps.empty()) {
    const bool is_optional = value.wraps.front() == Wrap::optional;
    if (is_optional) inner.wraps.erase(inner.wraps.begin());
    // The dims of what is inside of something are not known.
    inner.dims.assign(inner.rank.value_or(0), std::nullopt);
  }
  declare_output(c, 0, inner);
  return {};
}

Status run(HostContext& c) {
  const HostValue& value = c.input(0);
  if (value.wrap == Wrap::optional && value.items.empty()) {
    return invalid("the optional has no element");
  }
  c.output(0, value.wrap == Wrap::optional ? value.items.front() : value);
  return {};
}

}  // namespace

Op optional_get_element() {
  return {
      .name = "OptionalGetElement",
      .doc = "The element of an optional; what is no optional as it is.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
