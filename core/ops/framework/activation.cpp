// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/activation.h"

#include <string>
#include <vector>

namespace tenon::ops {

Result<ValueId> activate(ExpandContext& c, ValueId x) {
  const std::string activation = c.text("activation", "");
  const std::vector<double> numbers = c.reals("activation_params", {});
  const auto number = [&](size_t i, double otherwise) {
    return i < numbers.size() ? numbers[i] : otherwise;
  };
  if (activation.empty()) return x;
  if (activation == "Relu" || activation == "Sigmoid" || activation == "Tanh") {
    return c.add(activation, {x});
  }
  if (activation == "LeakyRelu") return c.add(activation, {x}, {{"alpha", number(0, 0.01)}});
  if (activation == "HardSigmoid") {
    return c.add(activation, {x}, {{"alpha", number(0, 0.2)}, {"beta", number(1, 0.5)}});
  }
  if (activation == "Clip" && numbers.size() == 2) {
    const DType dtype = c.dtype(0);
    return c.add(activation, {x, c.scalar(numbers[0], dtype), c.scalar(numbers[1], dtype)});
  }
  return unsupported("activation \"{}\"", activation);
}

}  // namespace tenon::ops
