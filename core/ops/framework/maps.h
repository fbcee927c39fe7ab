// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <map>

// Maps as operators on the host read them.
namespace tenon::ops {

struct MapView {
  HostTensor keys;
  HostTensor values;
  // Where the value of a key stands, keys rising; texts by their numbers. Of equal keys the last.
  std::map<int64_t, size_t> places;
};
// Error when the input is no map from integers or texts.
Result<MapView> map_input(const HostContext& c, size_t i);

}  // namespace tenon::ops
