// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// Convolutions of data whose channels are the last axis.
namespace tenon::ops {

// An operator Conv of another domain or name; the weights have their channels last too, or second.
Op channels_last_conv(std::string_view name, std::string_view domain, std::string_view doc,
                      bool weights_last);

}  // namespace tenon::ops
