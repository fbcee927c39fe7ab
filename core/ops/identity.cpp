// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op identity() {
  return {
      .name = "Identity",
      .doc = "The input itself.",
      .inputs = {{"x"}},
      .outputs = {{"y"}},
      .infer = same_as_input,
      .element = "x",
      .samples = {{.inputs = {{.dims = {3, 5}}}}},
  };
}

}  // namespace tenon::ops
