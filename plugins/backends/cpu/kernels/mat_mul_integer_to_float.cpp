// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/int8_product.h"

namespace tenon::cpu {
namespace {

enum Input : size_t { a, b, a_scale, b_scale, a_zero, b_zero, bias };

struct ToFloat {
  Int8Weights weights;
  std::vector<float> scales;  // by column, of the weights
  std::vector<float> add;     // by column; empty: nothing
};

Status match(const NodeView& node) {
  TENON_TRY(is_single(node, a_scale));
  TENON_TRY(is_single(node, a_zero));
  if (!is_constant(node, b_scale)) return unsupported("the scale of the weights may change");
  if (node.has_input(bias) && (!is_constant(node, bias) || node.input_rank(bias) > 1)) {
    return unsupported("the bias may change or is no vector");
  }
  return has_constant_weights(node, b, b_zero);
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  ToFloat made;
  TENON_TRY_ASSIGN(made.weights,
                   pack_weights(node, b, false, constants.bytes(b), constants.bytes(b_zero)));
  const std::vector<float> scales = numbers_of<float>(constants, b_scale);
  const std::vector<float> add = numbers_of<float>(constants, bias);
  const auto columns = static_cast<size_t>(made.weights.columns);
  if ((scales.size() != 1 && scales.size() != columns) ||
      (add.size() > 1 && add.size() != columns)) {
    return invalid("scales or biases of a wrong count");
  }
  made.scales = by_column(scales, made.weights);
  if (!add.empty()) made.add = by_column(add, made.weights);
  return keep(std::move(made));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return shape_product(sizes.input(a), sizes.state<ToFloat>().weights);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& made = arguments.state<ToFloat>();
  const auto flip = static_cast<uint8_t>(arguments.input_dtype(a) == DType::i8 ? 128 : 0);
  const Int8ProductOperands operands = {
      .weights = &made.weights,
      .shape = &arguments.block<Int8ProductShape>(),
      .rows = static_cast<const uint8_t*>(arguments.input_data(a)),
      .flip = flip,
      .zero = zero_point(arguments, a_zero) ^ flip,
      .reals = static_cast<float*>(arguments.output_data(0)),
      .scales = made.scales.data(),
      .factor = arguments.input<float>(a_scale)[0],
      .add = made.add.empty() ? nullptr : made.add.data()};
  run_product(operands, arguments.scratch(), chunk);
}

}  // namespace

Kernel mat_mul_integer_to_float() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {.op = "MatMulIntegerToFloat",
          .inputs = {bytes, bytes, DType::f32, DType::f32, bytes, bytes, DType::f32},
          .outputs = {DType::f32},
          .domain = "com.microsoft",
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
