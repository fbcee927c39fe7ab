// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

// In which phases of a plan values are wanted, and since when they lie on a device. Found once, so
// that binding a phase need not look at the others. Plain data.
namespace tenon {

struct Plan;

struct Lives {
  static constexpr size_t to_the_end = SIZE_MAX;

  explicit Lives(const Plan& plan);
  Lives() = default;

  bool needed_after(ValueId value, size_t phase) const { return last_phase[value] > phase; }
  // Whether an island of an earlier phase reads or makes it there.
  bool there_before(size_t device, ValueId value, size_t phase) const {
    const auto found = first_phase.find({device, value});
    return found != first_phase.end() && found->second < phase;
  }

  std::vector<size_t> last_phase;                            // by value; 0 where nothing reads it
  std::map<std::pair<size_t, ValueId>, size_t> first_phase;  // (device, value)
};

}  // namespace tenon
