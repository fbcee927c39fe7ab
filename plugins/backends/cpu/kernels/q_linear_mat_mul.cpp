// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/int8_product.h"

#include <algorithm>

namespace tenon::cpu {
namespace {

enum Input : size_t { a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero };

struct QLinearMatMul {
  Int8Weights weights;
  std::vector<float> scales;  // by column
  uint8_t flip = 0;
  int32_t zero = 0;
  Int8Requantize how = {};
};

Status match(const NodeView& node) {
  for (const size_t i : {a_scale, a_zero, b_scale, y_scale, y_zero}) {
    if (!is_constant(node, i)) return unsupported("input {} may change", i);
  }
  for (const size_t i : {a_scale, a_zero, y_scale, y_zero}) TENON_TRY(is_single(node, i));
  return has_constant_weights(node, b, b_zero);
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  QLinearMatMul q;
  TENON_TRY_ASSIGN(q.weights,
                   pack_weights(node, b, false, constants.bytes(b), constants.bytes(b_zero)));
  const std::vector<float> of_a = numbers_of<float>(constants, a_scale);
  const std::vector<float> of_y = numbers_of<float>(constants, y_scale);
  std::vector<float> scales = numbers_of<float>(constants, b_scale);
  const auto columns = static_cast<size_t>(q.weights.columns);
  if (of_a.empty() || of_y.empty() || constants.bytes(a_zero).empty() ||
      constants.bytes(y_zero).empty() || (scales.size() != 1 && scales.size() != columns)) {
    return invalid("scales or zero points of a wrong count");
  }
  for (float& scale : scales) scale = of_a[0] * scale / of_y[0];
  q.scales = by_column(scales, q.weights);
  q.flip = node.input_dtype(a) == DType::i8 ? 128 : 0;
  q.zero = static_cast<uint8_t>(constants.bytes(a_zero)[0]) ^ q.flip;
  const DType dtype = node.output_dtype(0);
  const auto [low, high] = codes_of(dtype);
  const auto zero = static_cast<float>(code_of(constants.bytes(y_zero)[0], dtype));
  // A ReLU behind the product cuts at the code of 0.
  const bool has_relu = node.attr_int("relu", 0) != 0;
  q.how = {.zero = zero, .low = has_relu ? std::max(low, zero) : low, .high = high};
  return keep(std::move(q));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return shape_product(sizes.input(a), sizes.state<QLinearMatMul>().weights);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& q = arguments.state<QLinearMatMul>();
  const Int8ProductOperands operands = {
      .weights = &q.weights,
      .shape = &arguments.block<Int8ProductShape>(),
      .rows = static_cast<const uint8_t*>(arguments.input_data(a)),
      .flip = q.flip,
      .zero = q.zero,
      .bytes = static_cast<uint8_t*>(arguments.output_data(0)),
      .how = q.how,
      .scales = q.scales.data()};
  run_product(operands, arguments.scratch(), chunk);
}

}  // namespace

Kernel q_linear_mat_mul() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {.op = "QLinearMatMul",
          .inputs = {bytes, DType::f32, bytes, bytes, DType::f32, bytes, DType::f32, bytes},
          .outputs = {bytes},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
