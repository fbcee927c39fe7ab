// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/activation.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace tenon::reference {

constexpr ActivationFacts activations[] = {
    {"affine", Activation::affine, true, true, 1, 0},
    {"elu", Activation::elu, true, false, 1, 0},
    {"hardsigmoid", Activation::hard_sigmoid, true, true, 0.2, 0.5},
    {"leakyrelu", Activation::leaky_relu, true, false, 0.01, 0},
    {"relu", Activation::relu, false, false, 0, 0},
    {"scaledtanh", Activation::scaled_tanh, true, true, 1, 1},
    {"sigmoid", Activation::sigmoid, false, false, 0, 0},
    {"softplus", Activation::softplus, false, false, 0, 0},
    {"softsign", Activation::softsign, false, false, 0, 0},
    {"tanh", Activation::tanh, false, false, 0, 0},
    {"thresholdedrelu", Activation::thresholded_relu, true, false, 1, 0},
};

Result<ActivationFacts> activation_named(std::string_view name) {
  const auto same = [](char a, char b) {
    return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
  };
  for (const ActivationFacts& facts : activations) {
    if (std::ranges::equal(facts.name, name, same)) return facts;
  }
  return unsupported("activation \"{}\" is unknown", name);
}

double ActivationFunction::operator()(double x) const {
  switch (kind) {
    case Activation::affine:
      return alpha * x + beta;
    case Activation::elu:
      return x >= 0 ? x : alpha * std::expm1(x);
    case Activation::hard_sigmoid:
      return std::clamp(alpha * x + beta, 0.0, 1.0);
    case Activation::leaky_relu:
      return x >= 0 ? x : alpha * x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::scaled_tanh:
      return alpha * std::tanh(beta * x);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::softplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case Activation::softsign:
      return x / (1 + std::abs(x));
    case Activation::tanh:
      return std::tanh(x);
    case Activation::thresholded_relu:
      return x > alpha ? x : 0;
  }
  return x;
}

}  // namespace tenon::reference
