// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <string>
#include <vector>

// Tables from keys to values, looked up for each element.
namespace tenon::ops {

// Where x stands in a list of keys, whose order may be any; the number of keys where it does not.
// Of equal keys the first counts. NaN equals NaN.
ValueId place_of(ExpandContext& c, ValueId x, const std::vector<double>& keys);
ValueId place_of(ExpandContext& c, ValueId x, const std::vector<int64_t>& keys);
ValueId place_of(ExpandContext& c, ValueId x, const std::vector<std::string>& keys);

}  // namespace tenon::ops
