// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Cut {
  Expr start, extent, step;
};

// One cut per axis; axes without one are taken whole.
Result<std::vector<Cut>> cuts(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> starts, c.values(1));
  TENON_TRY_ASSIGN(const std::vector<Expr> ends, c.values(2));
  TENON_TRY_ASSIGN(const std::vector<Expr> steps, c.values(4));
  std::vector<int64_t> axes;
  for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (c.has(3)) {
    TENON_TRY_ASSIGN(axes, c.constants(3));
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      (!steps.empty() && steps.size() != starts.size())) {
    return invalid("{} starts, {} ends, {} axes and {} steps, expected as many of each",
                   starts.size(), ends.size(), axes.size(), steps.size());
  }
  TENON_TRY(sorted_axes(axes, c.rank(0)).status());
  std::vector<Cut> result;
  for (const Expr dim : c.dims(0)) result.push_back({c.number(0), dim, c.number(1)});
  for (size_t i = 0; i < axes.size(); ++i) {
    TENON_TRY_ASSIGN(const int64_t axis, resolve_axis(axes[i], c.rank(0)));
    const Expr dim = c.dim(0, axis);
    const Expr step = steps.empty() ? c.number(1) : steps[i];
    if (step.is_constant() && step.constant() == 0)
      return invalid("the step of axis {} is 0", axis);
    const auto forward = [&] {
      const Expr start = clamp_position(c.graph(), starts[i], dim, 0, 0);
      const Expr end = clamp_position(c.graph(), ends[i], dim, 0, 0);
      return Cut{start, maximum(ceil_div(end - start, step), c.number(0)), step};
    };
    const auto backward = [&] {
      const Expr start = clamp_position(c.graph(), starts[i], dim, 0, -1);
      const Expr end = clamp_position(c.graph(), ends[i], dim, -1, -1);
      return Cut{start, maximum(ceil_div(start - end, -step), c.number(0)), step};
    };
    Cut& cut = result[static_cast<size_t>(axis)];
    if (step.is_constant()) {
      cut = step.constant() > 0 ? forward() : backward();
    } else {
      const Cut up = forward();
      const Cut down = backward();
      cut = {select(step > 0, up.start, down.start), select(step > 0, up.extent, down.extent),
             step};
    }
  }
  return result;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Cut> all, cuts(c));
  std::vector<Expr> dims;
  for (const Cut& cut : all) dims.push_back(cut.extent);
  c.output(0, c.dtype(0), dims);
  return {};
}

Expr element(ElementContext& c) {
  const Result<std::vector<Cut>> all = cuts(c);
  if (!all.ok()) return c.fail(all.status());
  Index index = c.output_index();
  for (size_t i = 0; i < index.size(); ++i) {
    index[i] = (*all)[i].start + index[i] * (*all)[i].step;
  }
  return c.load(0, index);
}

}  // namespace

Op slice() {
  return {
      .name = "Slice",
      .doc =
          "From starts to before ends by steps along axes; negative positions count from the "
          "end.",
      .inputs = {{"data"},
                 {"starts", "i32|i64"},
                 {"ends", "i32|i64"},
                 {"axes", "i32|i64", optional_operand},
                 {"steps", "i32|i64", optional_operand}},
      .outputs = {{"output"}},
      .infer = infer,
      .shape_operands = {1, 2, 3, 4},
      .element = element,
      .samples = {{.inputs = {{.dims = {5, 7}},
                              {.dims = {2}, .dtype = DType::i64, .values = {1, -1}},
                              {.dims = {2}, .dtype = DType::i64, .values = {99, 0}},
                              {.dims = {2}, .dtype = DType::i64, .values = {0, 1}},
                              {.dims = {2}, .dtype = DType::i64, .values = {2, -3}}}}},
  };
}

}  // namespace tenon::ops
