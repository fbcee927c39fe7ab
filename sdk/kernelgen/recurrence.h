// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"

#include <array>

// What a Recurrent node says, for its template. [any thread]
namespace tenon::kernelgen {

enum class Cell : uint8_t { rnn, gru, lstm };

enum class Activation : uint8_t {
  affine,
  elu,
  hard_sigmoid,
  leaky_relu,
  relu,
  scaled_tanh,
  sigmoid,
  softplus,
  softsign,
  tanh,
  thresholded_relu,
};

struct ActivationFunction {
  Activation kind = Activation::tanh;
  double alpha = 0;
  double beta = 0;
  Value operator()(Value x) const;
};

struct Recurrence {
  Cell cell = Cell::rnn;
  int64_t hidden = 0;
  int64_t directions = 1;
  bool reverse = false;       // the first direction runs backwards
  bool input_forget = false;  // lstm: the forget gate is one minus the input gate
  bool reset_after = false;   // gru: linear_before_reset
  bool narrow_state = false;  // lstm: what R takes is rounded to 8 bits over its own range
  double clip = 0;            // 0: none
  std::array<std::array<ActivationFunction, 3>, 2> functions = {};  // by direction

  int64_t gates() const { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }
  bool backwards(int64_t direction) const { return reverse || direction == 1; }
};

Result<Recurrence> recurrence_of(const Work& work);

}  // namespace tenon::kernelgen
