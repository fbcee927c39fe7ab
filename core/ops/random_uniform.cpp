// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/random.h"

namespace tenon::ops {

Op random_uniform() {
  return random_op("RandomUniform", "Random numbers in [low, high).", expand_uniform);
}

}  // namespace tenon::ops
