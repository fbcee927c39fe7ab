// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/attend_walk.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/numbers.h"

#include <algorithm>
#include <cstring>

namespace tenon::cpu {
namespace {

enum Input : size_t { state, rows, slot };

constexpr int64_t chunk_numbers = 1 << 16;

// Rows stay as they are, or f32 becomes shorter.
Status match(const NodeView& node) {
  const DType from = node.input_dtype(rows), to = node.output_dtype(0);
  const bool is_shorter = from == DType::f32 && (to == DType::f16 || to == DType::bf16);
  return from == to || is_shorter ? Status() : unsupported("rows of {}", name_of(from));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const std::span<const int64_t> to = sizes.output(0), from = sizes.input(rows);
  const bool fits = to.size() >= 3 && std::ranges::equal(to, sizes.input(state)) &&
                    from.size() + 1 == to.size() && sizes.input(slot).size() == 1 &&
                    sizes.input(slot)[0] == from[0] &&
                    std::ranges::equal(to.subspan(2), from.subspan(1));
  if (!fits) return invalid("the operands do not fit each other");
  int64_t width = 1;
  for (const int64_t extent : from.subspan(1)) width *= extent;
  return in_rows(from[0], chunk_numbers / std::max<int64_t>(width, 1));
}

// The output holds the state already: see Op::in_place.
void run(const KernelArguments& arguments, int64_t chunk) {
  const std::span<const int64_t> dims = arguments.output_dims(0);
  const int64_t places = dims[0] * dims[1];
  const int64_t width = arguments.output_elements(0) / places;
  const auto from_bytes = static_cast<int64_t>(element_bytes(arguments.input_dtype(rows)));
  const DType type = arguments.output_dtype(0);
  const auto to_bytes = static_cast<int64_t>(element_bytes(type));
  const auto* from = static_cast<const std::byte*>(arguments.input_data(rows));
  auto* const to = static_cast<std::byte*>(arguments.output_data(0));
  for (const int64_t row : arguments.rows_of(chunk)) {
    const int64_t place = index_at(arguments, slot, row);
    if (place < 0 || place >= places) continue;
    const std::byte* const numbers_of_row = from + row * width * from_bytes;
    std::byte* const target = to + place * width * to_bytes;
    if (from_bytes == to_bytes) {
      std::memcpy(target, numbers_of_row, static_cast<size_t>(width * to_bytes));
      continue;
    }
    const auto shorten = type == DType::f16 ? numbers().to_f16 : numbers().to_bf16;
    shorten(reinterpret_cast<const float*>(numbers_of_row), reinterpret_cast<uint16_t*>(target),
            width);
  }
}

}  // namespace

Kernel state_write() {
  return {.op = "StateWrite",
          .inputs = {float_types, float_types, index_types},
          .outputs = {float_types},
          .domain = "tenon",
          .match = match,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
