// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/axis_ops.h"

#include "core/ops/framework/reductions.h"
#include "core/ops/framework/sizes.h"

#include <string>

namespace tenon::ops {
namespace {

Result<int64_t> axis(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<int64_t> axes, c.constants(1));
  if (axes.size() != 1) return invalid("{} axes, expected 1", axes.size());
  return resolve_axis(axes[0], c.rank(0));
}

}  // namespace

Op running(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&)) {
  return {
      .name = name,
      .doc = doc,
      .inputs = {{"x", "numeric"}, {"axis", "i32|i64"}},
      .outputs = {{"y", "numeric"}},
      .attributes = {{"exclusive", 0}, {"reverse", 0}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(axis(c).status());
        return same_as_input(c);
      },
      .shape_operands = {1},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {}, .dtype = DType::i64, .values = {1}}}}},
  };
}

Status expand_running(ExpandContext& c, std::string_view mode) {
  TENON_TRY_ASSIGN(const int64_t along, axis(c));
  Attributes attributes = c.node().attributes;
  attributes["axis"] = along;
  attributes["mode"] = std::string(mode);
  c.output(0, c.add("PrefixScan", {c.input(0)}, std::move(attributes)));
  return {};
}

Op extreme(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&)) {
  return {
      .name = name,
      .doc = doc,
      .inputs = {{"data", "numeric"}},
      .outputs = {{"reduced", "i64"}},
      .attributes = {{"axis", 0}, {"keepdims", 1}, {"select_last_index", 0}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t along, c.axis("axis", 0, c.rank(0)));
        const bool keepdims = c.integer("keepdims", 1) != 0;
        c.output(0, DType::i64, reduced_dims(c, c.dims(0), {along}, keepdims));
        return {};
      },
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}}, .attributes = {{"axis", -1}}}},
  };
}

Status expand_extreme(ExpandContext& c, std::string_view mode) {
  Attributes attributes = c.node().attributes;
  attributes["mode"] = std::string(mode);
  c.output(0, c.add("ArgReduce", {c.input(0)}, std::move(attributes)));
  return {};
}

}  // namespace tenon::ops
