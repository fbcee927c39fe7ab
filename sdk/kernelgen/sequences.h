// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"

#include <functional>
#include <optional>

// What templates share whose threads go through the tokens of a sequence and keep a state of fixed
// size for it, which the output holds already. Without a state it begins from zero and lies in
// memory of the node's own. [any thread]
namespace tenon::kernelgen {

// Places of the inputs, and the numbers of one entry of the state.
struct SequenceInputs {
  size_t state, start, slot;
  Expr width;
};

class Sequences {
 public:
  // memory: what temporary_state() returned.
  Sequences(const Work& work, Draft& draft, const SequenceInputs& inputs, DType wide,
            std::optional<uint32_t> memory);

  // Finds sequence `i`, of the node's only sequence index in this kernel.
  void find(Value i, Value tokens);
  // The sequence's tokens in order; `other` gets those around it that belong to none.
  void each_token(const std::function<void(Value)>& token, const std::function<void(Value)>& other);
  bool has_state() const { return !memory_.has_value(); }
  Value begin() const { return begin_; }
  Value end() const { return end_; }
  // Number `i` of the sequence's entry, as the wide type; what is stored is rounded.
  Value held(Value i);
  void hold(Value i, Value number);

 private:
  const Work& work_;
  Draft& draft_;
  kir::Builder& b_;
  SequenceInputs inputs_;
  Type wide_;
  std::optional<uint32_t> memory_;
  kir::Tensor start_, state_;
  std::optional<kir::Tensor> slot_;
  Value from_, begin_, end_, to_, first_;
};

// Sequences of the node.
Expr sequence_count(const Work& work, const SequenceInputs& inputs);
// Refuses inputs of other ranks.
Status check_sequences(const Work& work, const SequenceInputs& inputs, size_t state_rank);
// Memory for states where the node has none.
std::optional<uint32_t> temporary_state(const Work& work, Kernels& kernels,
                                        const SequenceInputs& inputs, DType wide);
// The type that recurrences are computed in: f64 for f64, else f32.
DType wide_dtype(const Work& work);

}  // namespace tenon::kernelgen
