// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/fold.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <numeric>

namespace tenon::reference {
namespace {

// Whether row i stands before row j.
template <class A>
bool before(const KernelArguments& arguments, int64_t width, int64_t i, int64_t j) {
  for (int64_t k = 0; k < width; ++k) {
    A a{};
    A b{};
    widen(arguments.input_data(0), arguments.input_dtype(0), i * width + k, 1, &a);
    widen(arguments.input_data(0), arguments.input_dtype(0), j * width + k, 1, &b);
    if (is_nan(a) != is_nan(b)) return is_nan(b);
    if (a < b || b < a) return a < b;
  }
  return i < j;
}

void run(const KernelArguments& arguments, int64_t) {
  const std::span<int64_t> order = arguments.output<int64_t>(0);
  const int64_t width = arguments.input_dims(0)[1];
  std::iota(order.begin(), order.end(), 0);
  with_accumulator(arguments.input_dtype(0), [&]<class A>() {
    std::ranges::sort(order,
                      [&](int64_t i, int64_t j) { return before<A>(arguments, width, i, j); });
  });
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  if (sizes.input(0).size() != 2 || sizes.output_elements(0) != sizes.input(0)[0]) {
    return invalid("expected a matrix and one number for each of its rows");
  }
  return KernelWork();
}

}  // namespace

Kernel sort_rows() {
  return {.op = "SortRows",
          .inputs = {numeric_types | DTypes{DType::boolean}},
          .outputs = {DType::i64},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
