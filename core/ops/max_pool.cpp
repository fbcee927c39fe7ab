// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, pool_dims(c, c.dims(0)));
  c.output(0, c.dtype(0), dims);
  if (c.wants(1)) c.output(1, DType::i64, dims);
  return {};
}

Status expand(ExpandContext& c) {
  Attributes attributes = c.node().attributes;
  attributes["mode"] = "max";
  const ValueId x = c.input(0);
  if (!c.wants(1)) {
    c.output(0, c.add("Pool", {x}, attributes));
    return {};
  }
  const std::vector<ValueId> made = c.add_many("PoolIndices", {&x, 1}, attributes, 2);
  for (size_t i = 0; i < made.size(); ++i) c.output(i, made[i]);
  return {};
}

}  // namespace

Op max_pool() {
  return {
      .name = "MaxPool",
      .doc = "The greatest element of each window and, if asked, its flat index.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}, {"indices", "i64", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 2, 7, 6}}},
                   .attributes = {{"kernel_shape", std::vector<int64_t>{3, 2}},
                                  {"strides", std::vector<int64_t>{2, 2}},
                                  {"ceil_mode", 1}}},
                  {.inputs = {{.dims = {1, 2, 7, 6}}},
                   .attributes = {{"kernel_shape", std::vector<int64_t>{2, 2}}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
