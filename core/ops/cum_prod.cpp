// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Result<int64_t> axis(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<int64_t> axes, c.constants(1));
  if (axes.size() != 1) return invalid("{} axes, expected 1", axes.size());
  return resolve_axis(axes[0], c.rank(0));
}

Status infer(InferContext& c) {
  TENON_TRY(axis(c).status());
  return same_as_input(c);
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const int64_t along, axis(c));
  Attributes attributes = c.node().attributes;
  attributes["axis"] = along;
  attributes["mode"] = "prod";
  c.output(0, c.add("PrefixScan", {c.input(0)}, attributes));
  return {};
}

}  // namespace

Op cum_prod() {
  return {
      .name = "CumProd",
      .doc = "Running product along an axis; exclusive of the element itself, reversed, if asked.",
      .inputs = {{"x", "numeric"}, {"axis", "i32|i64"}},
      .outputs = {{"y", "numeric"}},
      .attributes = {{"exclusive", 0}, {"reverse", 0}},
      .infer = infer,
      .shape_operands = {1},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {}, .dtype = DType::i64, .values = {1}}}}},
  };
}

}  // namespace tenon::ops
