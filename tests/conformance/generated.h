// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/conformance/sample_case.h"

#include "tenon/kernelgen/island_program.h"

#include <set>
#include <span>
#include <string>

// Cases as generated kernels, run without a device. [any thread]
namespace tenon::conformance {

// kernelgen::verify, or another that runs the same kernels.
using Verify = Status (*)(const kernelgen::IslandProgram&, const kernelgen::IslandPlan&,
                          std::span<void* const>);

// Whether the case has one island to look at: those that fold to constants or are read in phases
// have none.
inline bool has_island(const Case& sample) { return sample.plan->islands.size() == 1; }

// The kernels of the case's island; unsupported with the reason where templates refuse it.
Result<kernelgen::IslandProgram> generated(const Case& sample,
                                           const kernelgen::Limits& limits = {});

// Runs the kernels on the case's inputs; fails where they are unsound or their results differ from
// what the judge says.
Status compare(const Case& sample, const kernelgen::IslandProgram& program, Verify verify);

// What was not offered, once for each reason, and how much was.
struct Tally {
  size_t passed = 0;
  size_t alone = 0;
  std::set<std::string> missing;
  void print(std::string_view what) const;
};

}  // namespace tenon::conformance
