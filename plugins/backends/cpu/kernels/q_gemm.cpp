// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/int8_product.h"

namespace tenon::cpu {
namespace {

enum Input : size_t { a, a_scale, a_zero, b, b_scale, b_zero, c, y_scale, y_zero };

struct QGemm {
  Int8Weights weights;
  std::vector<float> scales;  // by column
  std::vector<int32_t> bias;  // by column; empty: none
  uint8_t flip = 0;
  int32_t zero = 0;
  bool is_quantized = false;  // the result is bytes, else numbers
  Int8Requantize how = {};
};

Status match(const NodeView& node) {
  if (node.attr_int("transA", 0) != 0) return unsupported("a transposed left matrix");
  for (size_t i = a_scale; i < node.inputs(); ++i) {
    if (node.has_input(i) && !is_constant(node, i)) return unsupported("input {} may change", i);
  }
  for (const size_t i : {a_scale, a_zero, y_scale, y_zero}) TENON_TRY(is_single(node, i));
  if (node.input_rank(c) > 1) return unsupported("a sum that is no vector");
  return has_constant_weights(node, b, b_zero);
}

Status check(const QGemm& q, const std::vector<float>& of_a, const std::vector<float>& of_b) {
  const auto fits = [&](size_t count) {
    return count == 1 || static_cast<int64_t>(count) == q.weights.columns;
  };
  const bool is_whole =
      of_a.size() == 1 && fits(of_b.size()) && (q.bias.empty() || fits(q.bias.size()));
  return is_whole ? Status() : invalid("scales or sums of a wrong count");
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  QGemm q;
  TENON_TRY_ASSIGN(q.weights, pack_weights(node, b, node.attr_int("transB", 0) != 0,
                                           constants.bytes(b), constants.bytes(b_zero)));
  const std::vector<float> of_a = numbers_of<float>(constants, a_scale);
  const std::vector<float> of_y = numbers_of<float>(constants, y_scale);
  std::vector<float> scales = numbers_of<float>(constants, b_scale);
  q.bias = numbers_of<int32_t>(constants, c);
  TENON_TRY(check(q, of_a, scales));
  q.is_quantized = !of_y.empty();
  const auto alpha = static_cast<float>(node.attr_float("alpha", 1));
  for (float& scale : scales) {
    scale = alpha * of_a[0] * scale;
    if (q.is_quantized) scale /= of_y[0];
  }
  q.scales = by_column(scales, q.weights);
  if (!q.bias.empty()) q.bias = by_column(q.bias, q.weights);
  q.flip = node.input_dtype(a) == DType::i8 ? 128 : 0;
  const std::span<const std::byte> zero_a = constants.bytes(a_zero);
  q.zero = (zero_a.empty() ? 0 : static_cast<uint8_t>(zero_a[0])) ^ q.flip;
  if (!q.is_quantized) return keep(std::move(q));
  const DType dtype = node.output_dtype(0);
  const auto [low, high] = codes_of(dtype);
  const auto zero = static_cast<float>(code_of(constants.bytes(y_zero)[0], dtype));
  q.how = {.zero = zero, .low = low, .high = high};
  return keep(std::move(q));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return shape_product(sizes.input(a), sizes.state<QGemm>().weights);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& q = arguments.state<QGemm>();
  Int8ProductOperands operands = {.weights = &q.weights,
                                  .shape = &arguments.block<Int8ProductShape>(),
                                  .rows = static_cast<const uint8_t*>(arguments.input_data(a)),
                                  .flip = q.flip,
                                  .zero = q.zero,
                                  .bias = q.bias.empty() ? nullptr : q.bias.data(),
                                  .how = q.how,
                                  .scales = q.scales.data()};
  if (q.is_quantized) {
    operands.bytes = static_cast<uint8_t*>(arguments.output_data(0));
  } else {
    operands.reals = static_cast<float*>(arguments.output_data(0));
  }
  run_product(operands, arguments.scratch(), chunk);
}

}  // namespace

Kernel q_gemm() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {
      .op = "QGemm",
      .inputs = {bytes, DType::f32, bytes, bytes, DType::f32, bytes, DType::i32, DType::f32, bytes},
      .outputs = {bytes | DTypes(DType::f32)},
      .domain = "com.microsoft",
      .match = match,
      .prepare = prepare,
      .shape = shape,
      .run = run};
}

}  // namespace tenon::cpu
