// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>

namespace tenon::reference {
namespace {

enum Input : size_t { state, rows, slot };

constexpr int64_t piece = 256;  // numbers that are widened at once

// The output holds the state already: see Op::in_place.
void run(const KernelArguments& arguments, int64_t) {
  const std::span<const int64_t> dims = arguments.output_dims(0);
  const int64_t places = dims[0] * dims[1];
  const int64_t width = places == 0 ? 0 : arguments.output_elements(0) / places;
  for (int64_t t = 0; t < arguments.input_elements(slot); ++t) {
    int64_t place = 0;
    widen(arguments.input_data(slot), arguments.input_dtype(slot), t, 1, &place);
    if (place < 0 || place >= places) continue;
    double numbers[piece];
    for (int64_t i = 0; i < width; i += piece) {
      const int64_t count = std::min(piece, width - i);
      widen(arguments.input_data(rows), arguments.input_dtype(rows), t * width + i, count, numbers);
      narrow(numbers, count, arguments.output_dtype(0), arguments.output_data(0),
             place * width + i);
    }
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const std::span<const int64_t> to = sizes.output(0);
  const std::span<const int64_t> from = sizes.input(rows);
  const bool fits = to.size() >= 3 && std::ranges::equal(to, sizes.input(state)) &&
                    from.size() + 1 == to.size() && sizes.input(slot).size() == 1 &&
                    sizes.input(slot)[0] == from[0] &&
                    std::ranges::equal(to.subspan(2), from.subspan(1));
  if (!fits) return invalid("the operands do not fit each other");
  return KernelWork{};
}

}  // namespace

Kernel state_write() {
  return {.op = "StateWrite",
          .inputs = {float_types, float_types, index_types},
          .outputs = {float_types},
          .domain = "tenon",
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
