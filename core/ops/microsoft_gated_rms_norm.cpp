// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const std::string gate = c.text("activation", "silu");
  if (gate != "silu" && gate != "swish" && gate != "sigmoid") {
    return invalid("activation \"{}\", expected silu, swish or sigmoid", gate);
  }
  if (c.rank(0) < 1 || c.rank(1) != 1) {
    return invalid("x of rank {}, scale of rank {}, expected 1 or more and 1", c.rank(0),
                   c.rank(1));
  }
  TENON_TRY(c.require(c.dim(0, -1) % c.dim(1, 0) == 0, "the scale divides a row"));
  TENON_TRY(c.require_equal(c.elements(0), c.elements(2), "elements of x and the gate"));
  return same_as_input(c);
}

// Each group of as many numbers as the scale has is normalized by itself.
Status expand(ExpandContext& c) {
  const std::vector<Expr> dims = c.dims(0);
  std::vector<Expr> groups(dims.begin(), dims.end() - 1);
  groups.push_back(dims.back() / c.dim(1, 0));
  groups.push_back(c.dim(1, 0));
  const DType work = wide(c.dtype(0));
  const ValueId x = reshape(c, c.cast(c.input(0), work), groups);
  const ValueId y = normalize_by_root_mean_square(c, x, {c.rank(0)}, c.real("epsilon", 1e-5));
  const bool sigmoid = c.text("activation", "silu") == "sigmoid";
  const ValueId gated =
      map(c, sigmoid ? "y * s / (1 + exp(-z))" : "y * s * z / (1 + exp(-z))",
          {{"y", y}, {"s", c.input(1)}, {"z", reshape(c, c.input(2), groups)}}, c.dtype(0));
  c.output(0, reshape(c, gated, dims));
  return {};
}

}  // namespace

Op microsoft_gated_rms_norm() {
  return {
      .name = "GatedRMSNorm",
      .domain = "com.microsoft",
      .doc = "RMSNormalization of groups of a row, times a gate through an activation.",
      .inputs = {{"x", "float"}, {"scale", "float"}, {"gate", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"epsilon", 1e-5}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 8}}, {.dims = {4}}, {.dims = {2, 3, 8}}}},
                  {.inputs = {{.dims = {3, 4}}, {.dims = {4}}, {.dims = {3, 4}}},
                   .attributes = {{"activation", std::string("sigmoid")}}}},
  };
}

}  // namespace tenon::ops
