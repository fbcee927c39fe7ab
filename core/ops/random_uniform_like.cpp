// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/random.h"

namespace tenon::ops {

Op random_uniform_like() {
  return random_like_op("RandomUniformLike", "Random numbers in [low, high), in dims of an input.",
                        expand_uniform);
}

}  // namespace tenon::ops
