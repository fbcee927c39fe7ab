// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/text.h"
#include "core/passes/pass.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

// What the tests of passes share: graphs are written and compared as text.
namespace tenon {

inline Graph graph_of(std::string_view text) {
  Result<Graph> graph = parse_graph(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? std::move(*graph) : Graph();
}

// Runs the named passes, in their own order.
inline Status run_named(Graph& graph, std::initializer_list<std::string_view> names) {
  PassOptions options;
  for (const Pass& pass : all_passes()) {
    const bool wanted = std::ranges::find(names, pass.name) != names.end();
    if (!wanted) options.disabled.emplace_back(pass.name);
  }
  return run_passes(graph, options);
}

// The text of a graph after the named passes, or their error.
inline std::string after(std::initializer_list<std::string_view> names, std::string_view text) {
  Graph graph = graph_of(text);
  const Status status = run_named(graph, names);
  return status.ok() ? to_text(graph) : std::string(status.message());
}

}  // namespace tenon
