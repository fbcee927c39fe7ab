// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// Complex numbers as pairs along the last axis.
namespace tenon::ops {

// The product of two tensors of them; `conjugate`: the second is conjugated first.
Op complex_product(std::string_view name, std::string_view doc, bool conjugate);

}  // namespace tenon::ops
