// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/axes.h"
#include "plugins/backends/reference/reference.h"
#include "plugins/backends/reference/scatter.h"

#include <algorithm>

namespace tenon::reference {
namespace {

// Updates with different coordinates before `axis` never meet, so a chunk is one such slice.
struct Scatter {
  AxisSplit data;
  AxisSplit indices;
  std::vector<int64_t> data_dims;
  std::vector<int64_t> index_dims;
  size_t axis = 0;
  Update update = Update::replace;
  DType dtype = DType::f32;
};

// The slice of `indices` for slice `outer` of the data, or -1 when it has none there.
int64_t index_slice(const Scatter& s, int64_t outer) {
  int64_t slice = 0;
  int64_t stride = 1;
  for (size_t i = s.axis; i-- > 0; outer /= s.data_dims[i]) {
    const int64_t at = outer % s.data_dims[i];
    if (at >= s.index_dims[i]) return -1;
    slice += at * stride;
    stride *= s.index_dims[i];
  }
  return slice;
}

// Where element `flat` of an inner block of indices lies in an inner block of the data.
int64_t inner_offset(const Scatter& s, int64_t flat) {
  int64_t offset = 0;
  int64_t stride = 1;
  for (size_t i = s.data_dims.size(); i-- > s.axis + 1; flat /= s.index_dims[i]) {
    offset += flat % s.index_dims[i] * stride;
    stride *= s.data_dims[i];
  }
  return offset;
}

// Calls apply(place inside the slice, element of updates) for each update, in order.
template <class F>
void for_each_update(const KernelArguments& arguments, const Scatter& s, int64_t outer, F&& apply) {
  const int64_t slice = index_slice(s, outer);
  if (slice < 0) return;
  const int64_t count = s.indices.extent * s.indices.inner;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t element = slice * count + i;
    const int64_t index = index_at(arguments, element, s.data.extent);
    if (index < 0) return;
    apply(index * s.data.inner + inner_offset(s, i % s.indices.inner), element);
  }
}

void replace(const KernelArguments& arguments, const Scatter& s, int64_t outer) {
  const size_t width = element_bytes(s.dtype);
  const auto* const updates = static_cast<const std::byte*>(arguments.input_data(2));
  const auto slice = static_cast<size_t>(s.data.extent * s.data.inner) * width;
  const size_t begin = static_cast<size_t>(outer) * slice;
  auto* const to = static_cast<std::byte*>(arguments.output_data(0)) + begin;
  std::memcpy(to, static_cast<const std::byte*>(arguments.input_data(0)) + begin, slice);
  for_each_update(arguments, s, outer, [&](int64_t place, int64_t element) {
    std::memcpy(to + static_cast<size_t>(place) * width,
                updates + static_cast<size_t>(element) * width, width);
  });
}

template <class A>
void combine(const KernelArguments& arguments, const Scatter& s, int64_t outer) {
  const int64_t slice = s.data.extent * s.data.inner;
  A* const values = Scratch(arguments.scratch()).take<A>(slice);
  widen(arguments.input_data(0), s.dtype, outer * slice, slice, values);
  for_each_update(arguments, s, outer, [&](int64_t place, int64_t element) {
    A value{};
    widen(arguments.input_data(2), s.dtype, element, 1, &value);
    values[place] = updated(s.update, values[place], value);
  });
  narrow(values, slice, s.dtype, arguments.output_data(0), outer * slice);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& s = arguments.block<Scatter>();
  for (const int64_t outer : arguments.rows_of(chunk)) {
    if (s.update == Update::replace) {
      replace(arguments, s, outer);
      continue;
    }
    with_accumulator(s.dtype, [&]<class A>() { combine<A>(arguments, s, outer); });
  }
}

Status check(const KernelSizes& sizes, size_t axis) {
  const std::span<const int64_t> data = sizes.input(0);
  const std::span<const int64_t> indices = sizes.input(1);
  if (!std::ranges::equal(data, sizes.output(0))) return invalid("data and output differ in dims");
  if (!std::ranges::equal(indices, sizes.input(2))) {
    return invalid("indices and updates differ in dims");
  }
  if (indices.size() != data.size()) {
    return invalid("indices of rank {}, data of {}", indices.size(), data.size());
  }
  for (size_t i = 0; i < data.size(); ++i) {
    if (i != axis && indices[i] > data[i]) {
      return invalid("axis {} of indices is {}, of data {}", i, indices[i], data[i]);
    }
  }
  return {};
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  Scatter s;
  TENON_TRY_ASSIGN(s.axis, axis_of(sizes));
  TENON_TRY(check(sizes, s.axis));
  TENON_TRY_ASSIGN(s.update, update_named(sizes.node().attr_string("reduction", "none")));
  s.dtype = sizes.node().input_dtype(0);
  s.data = split_at(sizes.input(0), s.axis);
  s.indices = split_at(sizes.input(1), s.axis);
  s.data_dims.assign(sizes.input(0).begin(), sizes.input(0).end());
  s.index_dims.assign(sizes.input(1).begin(), sizes.input(1).end());
  const int64_t slice = s.data.extent * s.data.inner;
  KernelWork work = in_rows(s.data.outer, 16384 / std::max<int64_t>(slice, 1));
  work.scratch = s.update == Update::replace ? 0 : slice * 8;
  work.block = keep(std::move(s));
  return work;
}

}  // namespace

Kernel scatter_elements() {
  return {.op = "ScatterElements",
          .inputs = {plain_types, index_types, plain_types},
          .outputs = {plain_types},
          .match = match_scatter,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
