// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/int8_product.h"

namespace tenon::cpu {
namespace {

enum Input : size_t { a, b, a_zero, b_zero };

Status match(const NodeView& node) {
  TENON_TRY(is_single(node, a_zero));
  return has_constant_weights(node, b, b_zero);
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  TENON_TRY_ASSIGN(Int8Weights weights,
                   pack_weights(node, b, false, constants.bytes(b), constants.bytes(b_zero)));
  return keep(std::move(weights));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return shape_product(sizes.input(a), sizes.state<Int8Weights>());
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto flip = static_cast<uint8_t>(arguments.input_dtype(a) == DType::i8 ? 128 : 0);
  const Int8ProductOperands operands = {
      .weights = &arguments.state<Int8Weights>(),
      .shape = &arguments.block<Int8ProductShape>(),
      .rows = static_cast<const uint8_t*>(arguments.input_data(a)),
      .flip = flip,
      .zero = zero_point(arguments, a_zero) ^ flip,
      .sums = static_cast<int32_t*>(arguments.output_data(0))};
  run_product(operands, arguments.scratch(), chunk);
}

}  // namespace

Kernel mat_mul_integer() {
  return {.op = "MatMulInteger",
          .inputs = {DTypes{DType::i8, DType::u8}},
          .outputs = {DType::i32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
