// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/random.h"

namespace tenon::ops {

Op random_normal_like() {
  return random_like_op("RandomNormalLike",
                        "Normally distributed random numbers, in dims of an input.", expand_normal);
}

}  // namespace tenon::ops
