// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// A pass makes a graph more definite or smaller and never changes what it computes. One file
// core/passes/<pass>.cpp defines one function <pass>() that returns its description.
namespace tenon {

struct PassOptions {
  std::vector<std::string> disabled = {};  // names
  std::string stop_after = {};             // name; empty = run all
  // Constants that folding may add, in bytes.
  uint64_t fold_bytes = uint64_t{512} << 20;
  // Called after each pass, for printing; may be empty.
  std::function<void(std::string_view pass, const Graph& graph)> after = {};
};

struct Pass {
  std::string_view name;
  std::string_view doc;
  int order = 0;  // passes run by rising order
  Status (*run)(Graph& graph, const PassOptions& options) = nullptr;
};

// All passes in the order in which they run. Immutable. [any thread]
const std::vector<Pass>& all_passes();

// Runs the passes on a graph fresh from a loader; ends lowered: element operators have formulas,
// composites are whole. Unknown names in the options are errors that list the known ones.
Status run_passes(Graph& graph, const PassOptions& options);

}  // namespace tenon
