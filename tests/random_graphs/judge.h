// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/random_graphs/evaluate.h"

#include "tenon/tenon.hpp"

#include <string>

// Runs a graph through the public API and compares with the evaluator; makes failing ones small.
// [one thread]
namespace tenon::random_graphs {

struct Verdict {
  enum class Kind : uint8_t { alike, differs, failed, refused };
  Kind kind = Kind::alike;
  std::string text;
  bool wrong() const { return kind == Kind::differs || kind == Kind::failed; }
};

// refused: the device or engine says that it does not offer something.
Verdict judge(const Engine& engine, const std::string& device, const Graph& graph);

// A smaller graph that is still wrong: one output, no node that it does not need, computed
// operands turned into inputs where that keeps it wrong.
Graph shrink(const Engine& engine, const std::string& device, Graph graph,
             const Accuracy& accuracy);

}  // namespace tenon::random_graphs
