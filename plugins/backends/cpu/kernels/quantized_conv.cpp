// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"

#include <algorithm>
#include <cmath>

namespace tenon::cpu {

Kernel q_linear_conv();

namespace {

enum Input : size_t { x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, b, b_scale };

// The bias joins the sums as it is stored: its scale must be that of the sums.
Status match(const NodeView& node) {
  TENON_TRY(q_linear_conv().match(node));
  if (!node.has_input(b)) return {};
  const KernelConstants constants(node);
  const std::vector<float> of_x = numbers_of<float>(constants, x_scale);
  const std::vector<float> of_w = numbers_of<float>(constants, w_scale);
  const std::vector<float> of_b = numbers_of<float>(constants, b_scale);
  for (size_t i = 0; i < std::max(of_w.size(), of_b.size()); ++i) {
    if (of_x.empty() || of_w.empty() || of_b.empty()) break;
    const float sums = of_x[0] * of_w[of_w.size() == 1 ? 0 : i];
    const float bias = of_b[of_b.size() == 1 ? 0 : i];
    if (std::abs(sums - bias) > 1e-5f * std::abs(sums)) {
      return unsupported("a bias whose scale is not that of the sums");
    }
  }
  return {};
}

}  // namespace

Kernel quantized_conv() {
  Kernel kernel = q_linear_conv();
  kernel.op = "QuantizedConv";
  kernel.domain = "tenon";
  kernel.inputs.emplace_back(DType::f32);
  kernel.match = match;
  return kernel;
}

}  // namespace tenon::cpu
