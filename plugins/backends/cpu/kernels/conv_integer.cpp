// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/int8_conv.h"

namespace tenon::cpu {
namespace {

enum Input : size_t { x, w, x_zero, w_zero };

Status match(const NodeView& node) {
  TENON_TRY(is_single(node, x_zero));
  if (node.input_rank(x) != 3 && node.input_rank(x) != 4) {
    return unsupported("data of rank {}, expected 3 or 4", node.input_rank(x));
  }
  if (!is_constant(node, w)) return unsupported("weights may change");
  if (node.has_input(w_zero) && !is_constant(node, w_zero)) {
    return unsupported("the zero point of the weights may change");
  }
  return {};
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  TENON_TRY_ASSIGN(Int8ConvWeights weights,
                   pack_conv_weights(node, w, node.attr_int("group", 1), constants.bytes(w),
                                     constants.bytes(w_zero), 0));
  return keep(std::move(weights));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return shape_conv(sizes, sizes.state<Int8ConvWeights>());
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto flip = static_cast<uint8_t>(arguments.input_dtype(x) == DType::i8 ? 128 : 0);
  const Int8ConvOperands operands = {.weights = &arguments.state<Int8ConvWeights>(),
                                     .shape = &arguments.block<Int8ConvShape>(),
                                     .x = static_cast<const uint8_t*>(arguments.input_data(x)),
                                     .flip = flip,
                                     .zero = zero_point(arguments, x_zero) ^ flip,
                                     .sums = static_cast<int32_t*>(arguments.output_data(0))};
  run_conv(operands, arguments.scratch(), chunk);
}

}  // namespace

Kernel conv_integer() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {.op = "ConvInteger",
          .inputs = {bytes},
          .outputs = {DType::i32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
