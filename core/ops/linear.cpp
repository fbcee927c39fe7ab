// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

bool is_packed(const NodeContext& c) { return !c.text("code", "").empty(); }

Status infer(InferContext& c) {
  const int64_t outputs = c.integer("outputs", 0);
  if (c.rank(0) < 1) return invalid("x of rank 0, expected at least 1");
  if (outputs < 0) return invalid("{} outputs, expected at least 0", outputs);
  if (!is_packed(c)) {
    if (c.rank(1) != 2) return invalid("weights of rank {}, expected a matrix", c.rank(1));
    TENON_TRY(c.require_equal(c.dim(1, 1), c.dim(0, -1), "columns of the weights"));
    TENON_TRY(c.require_equal(c.dim(1, 0), c.number(outputs), "rows of the weights"));
  }
  std::vector<Expr> dims = c.dims(0);
  dims.back() = c.number(outputs);
  c.output(0, c.dtype(0), std::move(dims));
  return {};
}

Status expand(ExpandContext& c) {
  std::vector<ValueId> stored;
  for (size_t i = 1; i < c.inputs(); ++i) stored.push_back(c.input(i));
  ValueId weights = stored.front();
  if (is_packed(c)) {
    Attributes attributes = c.node().attributes;
    attributes.erase("outputs");
    weights = c.add_many("Decode", stored, std::move(attributes), 1, "tenon").front();
  }
  const ValueId turned = transpose(c, c.cast(weights, c.dtype(0)), {1, 0});
  c.output(0, c.add("MatMul", {c.input(0), turned}));
  return {};
}

}  // namespace

Op linear() {
  return {
      .name = "Linear",
      .domain = "tenon",
      .doc =
          "x times the transpose of a matrix [outputs, columns] that lies as it is stored: in any "
          "float type, or with attribute code and the other attributes of Decode as its tensors.",
      .inputs = {{"x", "float"}, {"weights", "any", variadic_operand}},
      .outputs = {{"y", "float"}},
      .attributes = {{"outputs", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {4, 5}}}, .attributes = {{"outputs", 4}}},
                  {.inputs = {{.dims = {2, 1, 5}}, {.dims = {7, 5}, .dtype = DType::f16}},
                   .attributes = {{"outputs", 7}}}},
  };
}

}  // namespace tenon::ops
