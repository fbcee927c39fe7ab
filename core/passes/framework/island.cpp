// SPDX-License-Identifier: Apache-2.0
#include "core/passes/island.h"

#include <algorithm>

namespace tenon {

namespace island_passes {
std::vector<IslandPass> table();
}

namespace {

std::vector<IslandPass> sorted_table() {
  std::vector<IslandPass> passes = island_passes::table();
  std::ranges::sort(passes, {}, &IslandPass::order);
  return passes;
}

}  // namespace

const std::vector<IslandPass>& all_island_passes() {
  static const std::vector<IslandPass> passes = sorted_table();
  return passes;
}

Features::Features(std::string_view words) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (end > 0) words_.emplace(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

bool Features::has_prefix(std::string_view prefix) const {
  const auto found = words_.lower_bound(prefix);
  return found != words_.end() && found->starts_with(prefix);
}

Result<bool> run_island_passes(Graph& graph, const Features& features) {
  bool changed = false;
  for (const IslandPass& pass : all_island_passes()) {
    if (!features.has(pass.makes)) continue;
    const Result<bool> result = pass.run(graph);
    if (!result.ok()) return Status(result.status()).at(fmt::format("pass {}", pass.name));
    changed |= *result;
  }
  return changed;
}

}  // namespace tenon
