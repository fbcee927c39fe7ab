// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>

// Decides whether bytes from elsewhere are a graph blob (abi/draft/graph.h) that GraphView may
// read: everything it can reach lies inside the block and means what it says. [any thread]
namespace tenon {

// Code::corrupt names the first thing that is wrong; Code::version a layout newer than this one.
// Checked: header and tables; every index, slice and text; expressions, their types and what dims
// may use; values are made once and used after they are made, bodies see what is around them; no
// slice has two owners. Handles of constants are not: they mean nothing here. Linear time; reads no
// byte outside of [bytes, bytes + size).
Status check_graph(const void* bytes, uint64_t size);

}  // namespace tenon
