// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const int64_t rank = c.rank(0);
  TENON_TRY_ASSIGN(const ValueId x, centered(c, c.input(0), c.input(2)));
  const ValueId zero = c.has(3) ? along_axis(c, c.input(3), 0, rank) : no_id;
  TENON_TRY_ASSIGN(const ValueId w, centered(c, c.input(1), zero));
  c.output(0, c.add("Conv", {x, w}, c.node().attributes));
  return {};
}

}  // namespace

Op conv_integer() {
  return {
      .name = "ConvInteger",
      .doc = "Conv of integers less their zero points, in i32.",
      .inputs = {{"x", "i8|u8"},
                 {"w", "i8|u8"},
                 {"x_zero_point", "i8|u8", optional_operand},
                 {"w_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"y", "i32"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, conv_dims(c, c.dims(0), c.dims(1)));
        c.output(0, DType::i32, dims);
        return {};
      },
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 2, 5, 5}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {3, 2, 3, 3}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {}, .dtype = DType::u8, .values = {128}},
                              {.dims = {3}, .dtype = DType::i8, .values = {0, 3, -5}}}}},
  };
}

}  // namespace tenon::ops
