// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

// A small ensemble for samples of the operators whose trees are lists.
namespace tenon::ops {

// Two trees over two features; their leaves give to targets 0 and 1 under `shares` ("class" or
// "target").
Attributes tree_sample(std::string_view shares);

}  // namespace tenon::ops
