// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op is_inf() {
  return {
      .name = "IsInf",
      .doc = "Whether x is infinite, of the detected signs.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "bool"}},
      .attributes = {{"detect_negative", 1}, {"detect_positive", 1}},
      .infer = broadcast_to_bool,
      .element = "isinf(x) && ((x > 0 && detect_positive != 0) || (x < 0 && detect_negative != 0))",
      .samples = {{.inputs = {{.dims = {3, 5}}}}},
  };
}

}  // namespace tenon::ops
