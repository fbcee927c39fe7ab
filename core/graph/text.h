// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

// A graph as text that people read, tests compare and parse_graph() reads back. One line a fact:
//
//   symbol s0 "batch"
//   input %0 "image" f32[s0, 3, 8, 8]
//   constant %1 "axes" i64[2] = {2, 3}
//   %2 "mean" f32[s0, 3] = ReduceMean(%0, %1) "pool" v18 {keepdims = 0}
//   %3 "y" f32[s0, 3] = Map(%2) "act" : max(x0, 0)
//   output %3 "y"
//
// `_` is an omitted operand. Elements that are known follow a value as {..}, the formula of a
// lowered node follows a colon. Constants of more than a few elements are named by the hash of
// their content.
namespace tenon {

std::string to_text(const Graph& graph);

// The constant whose content has this hash, or null.
using FindConstant = std::function<std::shared_ptr<const Constant>(std::string_view hash)>;

// Reads the text form. Constants that are written as hashes are asked of `find`. Errors name line
// and column.
Result<Graph> parse_graph(std::string_view text, const FindConstant& find = {});

// What the text form writes for the content of a large constant.
std::string content_hash(const Constant& constant);

}  // namespace tenon
