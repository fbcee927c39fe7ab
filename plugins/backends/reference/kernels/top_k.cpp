// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/axes.h"
#include "plugins/backends/reference/fold.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>

namespace tenon::reference {
namespace {

struct TopK {
  AxisSplit axis;
  int64_t k = 0;
  bool largest = true;
  DType dtype = DType::f32;
};

template <class A>
struct Candidate {
  A value;
  int64_t index;
};

// NaN counts as greater than all; equal values stand in the order of their indices.
template <class A>
bool before(bool largest, const Candidate<A>& a, const Candidate<A>& b) {
  const bool a_nan = is_nan(a.value);
  const bool b_nan = is_nan(b.value);
  if (a_nan != b_nan) return a_nan == largest;
  if (a_nan || a.value == b.value) return a.index < b.index;
  return largest ? a.value > b.value : a.value < b.value;
}

template <class A>
void run_vector(const KernelArguments& arguments, const TopK& top, int64_t vector) {
  const auto [outer, extent, inner] = top.axis;
  const int64_t row = vector / inner;
  const int64_t column = vector % inner;
  Scratch scratch(arguments.scratch());
  auto* const candidates = scratch.take<Candidate<A>>(extent);
  for (int64_t i = 0; i < extent; ++i) {
    candidates[i].index = i;
    widen(arguments.input_data(0), top.dtype, (row * extent + i) * inner + column, 1,
          &candidates[i].value);
  }
  std::partial_sort(
      candidates, candidates + top.k, candidates + extent,
      [&](const Candidate<A>& a, const Candidate<A>& b) { return before(top.largest, a, b); });
  for (int64_t i = 0; i < top.k; ++i) {
    const int64_t at = (row * top.k + i) * inner + column;
    narrow(&candidates[i].value, 1, top.dtype, arguments.output_data(0), at);
    if (!arguments.has_output(1)) continue;
    arguments.output<int64_t>(1)[static_cast<size_t>(at)] = candidates[i].index;
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& top = arguments.block<TopK>();
  for (const int64_t vector : arguments.rows_of(chunk)) {
    with_accumulator(top.dtype, [&]<class A>() { run_vector<A>(arguments, top, vector); });
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TopK top;
  TENON_TRY_ASSIGN(const size_t axis, axis_of(sizes));
  top.axis = split_at(sizes.input(0), axis);
  if (sizes.output(0).size() != sizes.input(0).size()) {
    return invalid("input of rank {}, output of {}", sizes.input(0).size(), sizes.output(0).size());
  }
  top.k = sizes.output(0)[axis];
  if (top.axis.outer * top.k * top.axis.inner != sizes.output_elements(0)) {
    return invalid("input and output differ beside axis {}", axis);
  }
  top.largest = sizes.node().attr_int("largest", 1) != 0;
  top.dtype = sizes.node().input_dtype(0);
  if (top.k > top.axis.extent) {
    return invalid("k is {}, axis {} has {} elements", top.k, axis, top.axis.extent);
  }
  if (sizes.has_output(1) && !std::ranges::equal(sizes.output(1), sizes.output(0))) {
    return invalid("values and indices differ in dims");
  }
  const int64_t vectors = top.axis.outer * top.axis.inner;
  KernelWork work = in_rows(vectors, 16384 / std::max<int64_t>(top.axis.extent, 1));
  work.scratch = top.axis.extent * 16;
  work.block = keep(top);
  return work;
}

}  // namespace

Kernel top_k() {
  return {.op = "TopK",
          .inputs = {numeric_types},
          .outputs = {numeric_types, DType::i64},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
