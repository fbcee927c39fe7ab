// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>

namespace tenon::reference {
namespace {

template <class A>
void run_all(const KernelArguments& arguments) {
  const std::span<int64_t> positions = arguments.output<int64_t>(0);
  size_t count = 0;
  for (int64_t i = 0; i < arguments.input_elements(0); ++i) {
    A value{};
    widen(arguments.input_data(0), arguments.input_dtype(0), i, 1, &value);
    if (value == A{0}) continue;
    if (!positions.empty()) positions[count] = i;
    ++count;
  }
  if (!positions.empty()) std::ranges::fill(positions.subspan(count), 0);
  if (arguments.has_output(1)) arguments.output<int64_t>(1)[0] = static_cast<int64_t>(count);
}

void run(const KernelArguments& arguments, int64_t) {
  with_accumulator(arguments.input_dtype(0), [&]<class A>() { run_all<A>(arguments); });
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  int64_t elements = 1;
  for (const int64_t extent : sizes.input(0)) elements = wrapping_multiply(elements, extent);
  if (sizes.has_output(0) && sizes.output_elements(0) != elements) {
    return invalid("{} positions for {} elements", sizes.output_elements(0), elements);
  }
  if (sizes.has_output(1) && sizes.output_elements(1) != 1) {
    return invalid("{} counts, expected 1", sizes.output_elements(1));
  }
  return KernelWork();
}

}  // namespace

Kernel compact() {
  return {.op = "Compact",
          .inputs = {numeric_types | DTypes{DType::boolean}},
          .outputs = {DType::i64, DType::i64},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
