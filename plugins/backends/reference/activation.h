// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <string_view>

// The activation functions that ONNX names for its recurrent operators.
namespace tenon::reference {

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
  double operator()(double x) const;
};

// Whether the function reads alpha and beta, and what they are when not given.
struct ActivationFacts {
  std::string_view name;
  Activation kind;
  bool has_alpha;
  bool has_beta;
  double alpha;
  double beta;
};

// Names are compared without regard to case, as ONNX says.
Result<ActivationFacts> activation_named(std::string_view name);

}  // namespace tenon::reference
