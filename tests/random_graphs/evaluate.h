// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/random_graphs/graph.h"

#include <string_view>
#include <vector>

// The plain evaluator that the engine is judged by: loops over elements in long double, one
// function for each family of operators, nothing shared with the engine. Every element carries the
// error that a correct evaluation may have, by running each function at the ends of its operands'
// errors. [one thread]
namespace tenon::random_graphs {

// What one evaluation may be off, in units in the last place of a function of one step.
struct Accuracy {
  Real transcendental = 4;
  // An operator whose results are spoilt on purpose, to see that it is found.
  std::string_view planted = {};
};

// Computes every computed slot from inputs and constants.
void evaluate(Graph& graph, const Accuracy& accuracy);
// The outputs of one node. operands: null where omitted.
std::vector<Value> evaluate(const Node& node, const std::vector<const Value*>& operands,
                            const Accuracy& accuracy);

// Families; each returns no values for operators of others.
std::vector<Value> elementwise(const Node& node, const std::vector<const Value*>& operands,
                               const Accuracy& accuracy);
std::vector<Value> movement(const Node& node, const std::vector<const Value*>& operands);
std::vector<Value> reductions(const Node& node, const std::vector<const Value*>& operands,
                              const Accuracy& accuracy);

// Writes an element: rounds it to the value's type and adds what rounding and `ulps` of inaccuracy
// make of the error.
void settle(Value& value, size_t i, Real exact, Real error, Real ulps);
// Half a unit in the last place, relative.
Real epsilon(DType dtype);
// Integers beyond the type's range come in again at its other end.
__extension__ typedef __int128 Wide;
Real wrapped(DType dtype, Wide value);
Real lowest(DType dtype);
Real highest(DType dtype);

Dims broadcast(const Dims& a, const Dims& b);
// Index of each axis of element i, and back.
Dims index_of(const Dims& dims, size_t i);
size_t place_of(const Dims& dims, const Dims& index);
// The element of `from` that element `index` of a broadcast result reads.
size_t source_of(const Dims& from, const Dims& index);

}  // namespace tenon::random_graphs
