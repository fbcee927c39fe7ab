// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/channels_last_conv.h"

namespace tenon::ops {

Op internal_nhwc_conv() {
  return channels_last_conv(
      "Conv", "com.ms.internal.nhwc",
      "Conv of data whose channels are the last axis, as files that were optimised for it hold.",
      WeightChannels::second);
}

}  // namespace tenon::ops
