// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/quantize.h"

namespace tenon::cpu {
namespace {

enum Input : size_t { x, scale, zero };

constexpr int64_t chunk_numbers = 32768;

// One scale for all; scales by axis or block are formulas.
Status match(const NodeView& node) {
  TENON_TRY(is_single(node, scale));
  TENON_TRY(is_single(node, zero));
  if (node.attr_int("block_size", 0) != 0) return unsupported("scales by block");
  return {};
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return in_rows(sizes.output_elements(0), chunk_numbers);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const RowRange range = arguments.rows_of(chunk);
  const DType dtype = arguments.output_dtype(0);
  const auto [low, high] = codes_of(dtype);
  const auto code = static_cast<std::byte>(zero_point(arguments, zero));
  quantize().to_bytes(arguments.input<float>(x).data() + range.first, range.size(),
                      arguments.input<float>(scale)[0], static_cast<float>(code_of(code, dtype)),
                      {low, high}, static_cast<uint8_t*>(arguments.output_data(0)) + range.first);
}

}  // namespace

Kernel quantize_linear() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {.op = "QuantizeLinear",
          .inputs = {DType::f32, DType::f32, bytes},
          .outputs = {bytes},
          .match = match,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
