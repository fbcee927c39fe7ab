// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Result<std::vector<Expr>> dims(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<int64_t> axes, c.constants(1));
  if (axes.size() != 1) return invalid("{} axes, expected 1", axes.size());
  TENON_TRY_ASSIGN(const int64_t axis, resolve_axis(axes[0], c.rank(0) + 1));
  std::vector<Expr> result = c.dims(0);
  result.insert(result.begin() + axis, c.number(1));
  return result;
}

}  // namespace

Op microsoft_expand_dims() {
  return {
      .name = "ExpandDims",
      .domain = "com.microsoft",
      .doc = "The data with one more axis, of extent 1.",
      .inputs = {{"x"}, {"axis", "i32|i64"}},
      .outputs = {{"y"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> result, dims(c));
        c.output(0, c.dtype(0), result);
        return {};
      },
      .shape_operands = {1},
      .expand = [](ExpandContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> result, dims(c));
        c.output(0, reshape(c, c.input(0), result));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3}},
                              {.dims = {}, .dtype = DType::i32, .values = {-1}}}}},
  };
}

}  // namespace tenon::ops
