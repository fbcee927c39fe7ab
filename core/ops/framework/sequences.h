// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <vector>

// Operators that go through the tokens of each sequence in order and keep a state of fixed size for
// it: tokens lie in a row, those of sequence s from start[s] to start[s + 1], its state in entry
// state_slot[s] of the state. Without a state every sequence begins from zero.
namespace tenon::ops {

// Places of the inputs that all of them have.
struct SequenceInputs {
  size_t state, start, slot;
};

// Checks these inputs, and that a state has the dims [any number, ...]; gives it on as output 1.
Status infer_sequences(InferContext& c, const SequenceInputs& inputs,
                       const std::vector<Expr>& dims);

}  // namespace tenon::ops
