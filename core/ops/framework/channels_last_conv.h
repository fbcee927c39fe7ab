// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <cstdint>
#include <string_view>

// Convolutions of data whose channels are the last axis.
namespace tenon::ops {

// Which axis of the weights the channels of the data are.
enum class WeightChannels : uint8_t { second, last };

// An operator Conv of another domain or name.
Op channels_last_conv(std::string_view name, std::string_view domain, std::string_view doc,
                      WeightChannels channels);

}  // namespace tenon::ops
