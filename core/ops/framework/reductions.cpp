// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"

#include <algorithm>

namespace tenon::ops {
namespace {

// Axes come as an input; without any, all are meant, or none with noop_with_empty_axes.
Result<std::vector<int64_t>> chosen_axes(const NodeContext& c) {
  std::vector<int64_t> axes;
  if (c.has(1)) {
    TENON_TRY_ASSIGN(axes, c.constants(1));
  }
  if (axes.empty() && c.integer("noop_with_empty_axes", 0) == 0) {
    return axes_between(0, c.rank(0));
  }
  for (int64_t& axis : axes) {
    TENON_TRY_ASSIGN(axis, resolve_axis(axis, c.rank(0)));
  }
  // To name an axis twice changes nothing.
  std::ranges::sort(axes);
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(std::vector<int64_t> axes, chosen_axes(c));
  const bool keepdims = c.integer("keepdims", 1) != 0;
  c.output(0, c.dtype(0), reduced_dims(c, c.dims(0), axes, keepdims));
  c.set("axes", std::move(axes));
  return {};
}

}  // namespace

Op reduction(std::string_view name, std::string_view doc, std::string_view types,
             Status (*expand)(ExpandContext&)) {
  const SampleInput data = {.dims = {2, 3, 4}, .low = 0.5};
  const SampleInput axes = {.dims = {2}, .dtype = DType::i64, .values = {0, -1}};
  return {
      .name = name,
      .doc = doc,
      .inputs = {{"data", types}, {"axes", "i64", optional_operand}},
      .outputs = {{"reduced", types}},
      .attributes = {{"keepdims", 1}, {"noop_with_empty_axes", 0}},
      .infer = infer,
      .shape_operands = {1},
      .expand = expand,
      .samples = {{.inputs = {data}}, {.inputs = {data, axes}, .attributes = {{"keepdims", 0}}}},
  };
}

std::vector<Expr> reduced_dims(const NodeContext& c, const std::vector<Expr>& dims,
                               const std::vector<int64_t>& axes, bool keepdims) {
  std::vector<Expr> result;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (!std::ranges::binary_search(axes, static_cast<int64_t>(i))) {
      result.push_back(dims[i]);
    } else if (keepdims) {
      result.push_back(c.number(1));
    }
  }
  return result;
}

ValueId reduce_as_told(ExpandContext& c, std::string_view mode, ValueId x) {
  const std::vector<int64_t> axes = c.integers("axes", {});
  return c.integer("keepdims", 1) != 0 ? reduce(c, mode, x, axes) : reduce_away(c, mode, x, axes);
}

DType real_type(DType dtype) {
  return dtype == DType::f64 || dtype == DType::i64 || dtype == DType::u64 ? DType::f64
                                                                           : DType::f32;
}

}  // namespace tenon::ops
