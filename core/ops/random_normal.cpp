// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/random.h"

namespace tenon::ops {

Op random_normal() {
  return random_op("RandomNormal", "Normally distributed random numbers.", expand_normal);
}

}  // namespace tenon::ops
