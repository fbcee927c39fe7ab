// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Padding {
  Expr begin, end;
};

bool is_zero(Expr size) { return size.is_constant() && size.constant() == 0; }

// One entry per axis.
Result<std::vector<Padding>> paddings(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> pads, c.values(1));
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < c.rank(0); ++axis) axes.push_back(axis);
  if (c.has(3)) {
    TENON_TRY_ASSIGN(axes, c.constants(3));
  }
  if (pads.size() != 2 * axes.size()) {
    return invalid("{} pads for {} axes, expected two for each", pads.size(), axes.size());
  }
  TENON_TRY(sorted_axes(axes, c.rank(0)).status());
  std::vector<Padding> result(static_cast<size_t>(c.rank(0)), {c.number(0), c.number(0)});
  for (size_t i = 0; i < axes.size(); ++i) {
    TENON_TRY_ASSIGN(const int64_t axis, resolve_axis(axes[i], c.rank(0)));
    result[static_cast<size_t>(axis)] = {pads[i], pads[i + axes.size()]};
  }
  return result;
}

Status infer(InferContext& c) {
  const std::string mode = c.text("mode", "constant");
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap") {
    return invalid("mode \"{}\", expected constant, reflect, edge or wrap", mode);
  }
  TENON_TRY_ASSIGN(const std::vector<Padding> all, paddings(c));
  std::vector<Expr> dims = c.dims(0);
  for (size_t i = 0; i < dims.size(); ++i) {
    if (is_zero(all[i].begin) && is_zero(all[i].end)) continue;
    if (mode != "constant") {
      TENON_TRY(c.require(dims[i] >= 1, "a padded axis has elements to repeat"));
    }
    dims[i] = dims[i] + all[i].begin + all[i].end;
    TENON_TRY(c.require(dims[i] >= 0, "negative pads leave an axis a size"));
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

Expr repeated(const std::string& mode, Expr place, Expr extent) {
  ExprPool& pool = extent.pool();
  if (mode == "wrap") return place % extent;
  if (mode == "edge") return minimum(maximum(place, pool.integer(0)), extent - 1);
  const Expr period = (extent - 1) * 2;
  const Expr phase = place % period;
  return minimum(phase, period - phase);
}

Expr element(ElementContext& c) {
  const Result<std::vector<Padding>> all = paddings(c);
  if (!all.ok()) return c.fail(all.status());
  const std::string mode = c.text("mode", "constant");
  Index index = c.output_index();
  Expr inside = c.pool().boolean(true);
  for (size_t i = 0; i < index.size(); ++i) {
    const Padding& pad = (*all)[i];
    if (is_zero(pad.begin) && is_zero(pad.end)) continue;
    index[i] = index[i] - pad.begin;
    const Expr extent = c.dims(0)[i];
    if (mode != "constant") {
      index[i] = repeated(mode, index[i], extent);
    } else {
      inside = inside && index[i] >= 0 && index[i] < extent;
    }
  }
  if (mode != "constant") return c.load(0, index);
  return c.load(0, index, inside, c.has(2) ? c.load_linear(2, c.number(0)) : Expr());
}

}  // namespace

Op pad() {
  const SampleInput data = {.dims = {3, 4}};
  const SampleInput pads = {.dims = {4}, .dtype = DType::i64, .values = {1, 0, 2, 3}};
  return {
      .name = "Pad",
      .doc =
          "Axes made longer, filled by mode constant, reflect, edge or wrap; negative pads crop.",
      .inputs = {{"data"},
                 {"pads", "i64"},
                 {"constant_value", "any", optional_operand},
                 {"axes", "i32|i64", optional_operand}},
      .outputs = {{"output"}},
      .attributes = {{"mode", "constant"}},
      .infer = infer,
      .shape_operands = {1, 3},
      .element = element,
      .samples = {{.inputs = {data, pads, {.dims = {}, .values = {1.5}}}},
                  {.inputs = {data, pads}, .attributes = {{"mode", "reflect"}}},
                  {.inputs = {data, pads}, .attributes = {{"mode", "edge"}}},
                  {.inputs = {data, pads}, .attributes = {{"mode", "wrap"}}}},
  };
}

}  // namespace tenon::ops
