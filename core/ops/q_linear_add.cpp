// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op q_linear_add() {
  return quantized_binary("QLinearAdd", "Sum of quantized tensors.", [](ElementContext& c) {
    return store_quantized(c, load_real(c, 0, 1, 2) + load_real(c, 3, 4, 5), 6, 7);
  });
}

}  // namespace tenon::ops
