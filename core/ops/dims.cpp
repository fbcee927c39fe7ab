// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op dims() {
  return {
      .name = "Dims",
      .domain = "tenon",
      .doc = "A 1-D tensor of the sizes in attribute `sizes`.",
      .inputs = {},
      .outputs = {{"sizes", "i64"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::i64, {c.number(static_cast<int64_t>(c.sizes("sizes").size()))});
        return {};
      },
      .element =
          [](ElementContext& c) {
            const std::vector<Expr> sizes = c.sizes("sizes");
            Expr element = c.number(0);
            for (size_t i = sizes.size(); i-- > 0;) {
              const Expr here = c.coordinate(0) == static_cast<int64_t>(i);
              element = i + 1 == sizes.size() ? sizes[i] : select(here, sizes[i], element);
            }
            return element;
          },
      .samples = {{.inputs = {}, .attributes = {{"sizes", std::vector<int64_t>{3, 4}}}}},
  };
}

}  // namespace tenon::ops
