// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <string>
#include <string_view>
#include <vector>

// A pass makes a graph more definite or smaller and never changes what it computes. One file
// core/passes/<pass>.cpp defines one function <pass>() that returns its description.
namespace tenon {

struct Pass {
  std::string_view name;
  std::string_view doc;
  int order = 0;  // passes run by rising order
  Status (*run)(Graph&) = nullptr;
};

// All passes in the order in which they run. Immutable. [any thread]
const std::vector<Pass>& all_passes();

struct PassOptions {
  std::vector<std::string> disabled;  // names
  std::string stop_after;             // name; empty = run all
};

// Runs the passes on a graph fresh from a loader; ends lowered: element operators have formulas,
// composites are whole. Unknown names in the options are errors that list the known ones.
Status run_passes(Graph& graph, const PassOptions& options);

}  // namespace tenon
