// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/quantize.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tenon::cpu {
namespace {

enum Input : size_t { x, x_scale, x_zero, y_scale, y_zero };

constexpr int64_t chunk_bytes = 65536;

// What each of the 256 codes becomes.
using Table = std::array<uint8_t, 256>;

Status match(const NodeView& node) {
  for (size_t i = x_scale; i <= y_zero; ++i) {
    TENON_TRY(is_single(node, i));
    if (!is_constant(node, i)) return unsupported("input {} may change", i);
  }
  return {};
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  const std::vector<float> of_x = numbers_of<float>(constants, x_scale);
  const std::vector<float> of_y = numbers_of<float>(constants, y_scale);
  const std::span<const std::byte> zero_x = constants.bytes(x_zero);
  const std::span<const std::byte> zero_y = constants.bytes(y_zero);
  if (of_x.size() != 1 || of_y.size() != 1 || zero_x.size() != 1 || zero_y.size() != 1) {
    return invalid("scales or zero points that are not one number");
  }
  const DType from = node.input_dtype(x);
  const DType to = node.output_dtype(0);
  std::array<float, 256> numbers = {};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const int32_t code = code_of(static_cast<std::byte>(i), from) - code_of(zero_x[0], from);
    numbers[i] = static_cast<float>(code) * of_x[0];
  }
  Table table = {};
  const auto [low, high] = codes_of(to);
  quantize().to_bytes(numbers.data(), 256, of_y[0], static_cast<float>(code_of(zero_y[0], to)),
                      {low, high}, table.data());
  return keep(table);
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  return in_rows(sizes.output_elements(0), chunk_bytes);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& table = arguments.state<Table>();
  const RowRange range = arguments.rows_of(chunk);
  const auto* from = static_cast<const uint8_t*>(arguments.input_data(x)) + range.first;
  auto* const to = static_cast<uint8_t*>(arguments.output_data(0)) + range.first;
  int64_t i = 0;
  // Four are read before one is written, which might be any of them for all the compiler knows.
  for (; i + 4 <= range.size(); i += 4) {
    const uint8_t made[] = {table[from[i]], table[from[i + 1]], table[from[i + 2]],
                            table[from[i + 3]]};
    std::memcpy(to + i, made, 4);
  }
  for (; i < range.size(); ++i) to[i] = table[from[i]];
}

}  // namespace

Kernel requantize() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {.op = "Requantize",
          .inputs = {bytes, DType::f32, bytes, DType::f32, bytes},
          .outputs = {bytes},
          .domain = "tenon",
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
