// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const bool nan_only = c.integer("isnan_only", 0) != 0;
  const bool inf_only = c.integer("isinf_only", 0) != 0;
  if (nan_only && inf_only) return invalid("isnan_only and isinf_only, expected one of them");
  const char* const good = nan_only   ? "!isnan(x)"
                           : inf_only ? "!isinf(x)"
                                      : "!isnan(x) && !isinf(x)";
  ValueId all = no_id;
  for (size_t i = 0; i < c.inputs(); ++i) {
    const ValueId each = map(c, good, {{"x", c.input(i)}}, DType::boolean);
    const ValueId both = reduce_away(c, "min", each, axes_between(0, c.rank(i)));
    all = all == no_id ? both : map(c, "a && b", {{"a", all}, {"b", both}}, DType::boolean);
  }
  c.output(0, all);
  return {};
}

}  // namespace

Op microsoft_is_all_finite() {
  return {
      .name = "IsAllFinite",
      .domain = "com.microsoft",
      .doc = "Whether all elements of all inputs are finite.",
      .inputs = {{"input", "float"}, {"more", "float", variadic_operand}},
      .outputs = {{"output", "bool"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::boolean, {});
        return {};
      },
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3}}, {.dims = {4}}}}},
  };
}

}  // namespace tenon::ops
