// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"
#include "tenon/strip_vm.h"

namespace tenon::ops {
namespace {

Expr fill(ElementContext& c, const Constant& value) {
  if (facts(value.dtype).bits < 8 || value.bytes.size() < element_bytes(value.dtype)) {
    return c.fail(unsupported("a tensor filled with {}", name_of(value.dtype)));
  }
  const Type type = type_of(value.dtype);
  const void* data = value.bytes.data();
  if (is_float(value.dtype)) return c.real_number(load_float(data, value.dtype, 0), type);
  return c.pool().integer(load_integer(data, value.dtype, 0), type);
}

}  // namespace

Op constant_of_shape() {
  return {
      .name = "ConstantOfShape",
      .doc = "A tensor of the given shape, filled with the one element of attribute value.",
      .inputs = {{"input", "i64"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, c.values(0));
        const Constant* value = c.tensor("value");
        for (const Expr dim : dims) TENON_TRY(c.require(dim >= 0, "no size is negative"));
        c.output(0, value != nullptr ? value->dtype : DType::f32, dims);
        return {};
      },
      .shape_operands = {0},
      .element =
          [](ElementContext& c) {
            const Constant* value = c.tensor("value");
            return value != nullptr ? fill(c, *value) : c.real_number(0);
          },
      .samples = {{.inputs = {{.dims = {2}, .dtype = DType::i64, .values = {2, 3}}}}},
  };
}

}  // namespace tenon::ops
