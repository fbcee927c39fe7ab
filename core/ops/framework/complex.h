// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <cstdint>
#include <string_view>

// Complex numbers as pairs along the last axis.
namespace tenon::ops {

// The second factor as it is, or conjugated first.
enum class Factor : uint8_t { plain, conjugated };

// The product of two tensors of them.
Op complex_product(std::string_view name, std::string_view doc, Factor factor);

}  // namespace tenon::ops
