// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/channels_last_conv.h"

namespace tenon::ops {

Op microsoft_nhwc_conv() {
  return channels_last_conv("NhwcConv", "com.microsoft",
                            "Conv of data and weights whose channels are the last axis.",
                            WeightChannels::last);
}

}  // namespace tenon::ops
