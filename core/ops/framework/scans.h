// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/framework/infer_body.h"

#include <span>
#include <vector>

// Outputs of loops that collect one tensor a trip along a new axis.
namespace tenon::ops {

// Declares outputs [at, ...) of the node for what a body makes at each trip; axes: the new ones.
// Keeps types and dims in attributes for loops that make no trip.
void declare_scans(InferContext& c, size_t at, const std::vector<Outlook>& each,
                   const std::vector<size_t>& axes);

class Scans {
 public:
  // What one trip made.
  Status add(std::span<HostValue> values);
  // All that was made for output k, along an axis of its own; of no trip: as infer knew it.
  Result<HostTensor> joined(const HostContext& c, size_t k, int64_t axis, bool backwards);
  // Gives outputs [at, ...). axes: 0 where left out; may be negative. backwards: the last trip
  // first.
  Status output(HostContext& c, size_t at, std::span<const int64_t> axes,
                std::span<const int64_t> backwards);

 private:
  std::vector<std::vector<HostTensor>> trips_;  // per output
};

}  // namespace tenon::ops
