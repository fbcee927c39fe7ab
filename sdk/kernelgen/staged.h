// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contract.h"

// Products for devices with shared memory of their own: each group computes a tile of 64 by 64,
// and step by step along the depth its threads copy a strip of A and of B to shared memory, wait,
// and multiply from there. A, B and the store are the operator's own. [any thread]
namespace tenon::kernelgen {

struct StagedProduct {
  Expr batch;  // products beside each other
  Expr rows, columns, depth;
  Type type = Type::f32;  // of the sums
  // Called once, where values for the whole group may be made; the batch is its own.
  std::function<void(Value batch)> begin;
  // The factors, zero where `inside` is false; `inside` says that row or column and depth exist.
  std::function<Value(Value row, Value depth, Value inside)> a;
  std::function<Value(Value depth, Value column, Value inside)> b;
  std::function<void(Value row, Value column, Value sum)> store;
};

// Threads of a group, which the draft must have.
constexpr uint32_t staged_threads = 256;
// Whether a device has groups of 256 threads and room for two strips.
bool can_stage(const Limits& limits, Type type);
// Writes the product into the draft and ends it.
Generated staged_product(Draft& draft, const StagedProduct& product);

}  // namespace tenon::kernelgen
