// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/int8_conv.h"

#include <algorithm>
#include <cstdlib>

namespace tenon::cpu {
namespace {

enum Input : size_t { x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, b };

struct QLinearConv {
  Int8ConvWeights weights;
  std::vector<float> scales;  // by channel
  std::vector<int32_t> bias;
  uint8_t flip = 0;
  int32_t zero = 0;
  Int8Requantize how = {};
};

Status match(const NodeView& node) {
  if (node.attr_int("channels_last", 0) != 0) return unsupported("channels last");
  if (node.input_rank(x) != 3 && node.input_rank(x) != 4) {
    return unsupported("data of rank {}, expected 3 or 4", node.input_rank(x));
  }
  for (size_t i = x_scale; i < node.inputs(); ++i) {
    if (node.has_input(i) && !is_constant(node, i)) return unsupported("input {} may change", i);
  }
  return {};
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  QLinearConv q;
  q.bias = numbers_of<int32_t>(constants, b);
  int64_t most_bias = 0;
  for (const int32_t bias : q.bias) most_bias = std::max(most_bias, std::abs(int64_t{bias}));
  TENON_TRY_ASSIGN(q.weights,
                   pack_conv_weights(node, w, node.attr_int("group", 1), constants.bytes(w),
                                     constants.bytes(w_zero), most_bias));
  const std::vector<float> of_x = numbers_of<float>(constants, x_scale);
  const std::vector<float> of_w = numbers_of<float>(constants, w_scale);
  const std::vector<float> of_y = numbers_of<float>(constants, y_scale);
  const auto channels = static_cast<size_t>(q.weights.channels);
  const bool fits = of_x.size() == 1 && of_y.size() == 1 &&
                    (of_w.size() == 1 || of_w.size() == channels) &&
                    constants.bytes(x_zero).size() == 1 && constants.bytes(y_zero).size() == 1 &&
                    (q.bias.empty() || q.bias.size() == channels);
  if (!fits) return invalid("scales, zero points or biases of a wrong count");
  for (size_t i = 0; i < channels; ++i) {
    q.scales.push_back(of_x[0] * of_w[of_w.size() == 1 ? 0 : i] / of_y[0]);
  }
  q.flip = node.input_dtype(x) == DType::i8 ? 128 : 0;
  q.zero = static_cast<uint8_t>(constants.bytes(x_zero)[0]) ^ q.flip;
  const DType dtype = node.output_dtype(0);
  const auto [low, high] = codes_of(dtype);
  const auto zero = static_cast<float>(code_of(constants.bytes(y_zero)[0], dtype));
  // A ReLU behind the product cuts at the code of 0.
  const bool has_relu = node.attr_int("relu", 0) != 0;
  q.how = {.zero = zero, .low = has_relu ? std::max(low, zero) : low, .high = high};
  return keep(std::move(q));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return shape_conv(sizes, sizes.state<QLinearConv>().weights);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& q = arguments.state<QLinearConv>();
  const Int8ConvOperands operands = {.weights = &q.weights,
                                     .shape = &arguments.block<Int8ConvShape>(),
                                     .x = static_cast<const uint8_t*>(arguments.input_data(x)),
                                     .flip = q.flip,
                                     .zero = q.zero,
                                     .bias = q.bias.empty() ? nullptr : q.bias.data(),
                                     .bytes = static_cast<uint8_t*>(arguments.output_data(0)),
                                     .scales = q.scales.data(),
                                     .how = q.how};
  run_conv(operands, arguments.scratch(), chunk);
}

}  // namespace

Kernel q_linear_conv() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {
      .op = "QLinearConv",
      .inputs = {bytes, DType::f32, bytes, bytes, DType::f32, bytes, DType::f32, bytes, DType::i32},
      .outputs = {bytes},
      .match = match,
      .prepare = prepare,
      .shape = shape,
      .run = run};
}

}  // namespace tenon::cpu
