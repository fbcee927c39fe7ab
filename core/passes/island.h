// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

// Passes over the nodes that run together on one device. They write several nodes as one that the
// device has a kernel for, and what it refuses after all is expanded again: nothing is lost on
// other devices. One file core/passes/islands/<pass>.cpp defines one function <pass>().
namespace tenon {

struct IslandPass {
  std::string_view name;
  std::string_view doc;
  int order = 0;  // passes run by rising order
  // "domain.Op" of the composite that it makes: the pass runs for devices that list it among their
  // features.
  std::string_view makes;
  // Changes body 0; its inputs and outputs stay. Whether there was anything to change.
  Result<bool> (*run)(Graph& graph) = nullptr;
};

// All of them in the order in which they run. Immutable. [any thread]
const std::vector<IslandPass>& all_island_passes();

// The words of a device's features.
class Features {
 public:
  explicit Features(std::string_view words);
  bool has(std::string_view word) const { return words_.contains(word); }
  bool has_prefix(std::string_view prefix) const;

 private:
  std::set<std::string, std::less<>> words_;
};

// Runs those that the device has a use for; whether any changed the graph.
Result<bool> run_island_passes(Graph& graph, const Features& features);

// Operators whose result is read by one element node only, element by element, take its formula as
// their epilogue (Kernel::takes_epilogue in tenon/kernels.h says how), where the device lists
// "tenon.fused.<Op>". Nodes of the names in `left_alone` stay as they are. Returns the names of the
// nodes that have an epilogue now.
std::set<std::string> attach_epilogues(Graph& graph, const Features& features,
                                       const std::set<std::string>& left_alone);

}  // namespace tenon
