// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "plugins/backends/reference/scatter.h"

#include <algorithm>

namespace tenon::reference {
namespace {

// Updates may meet anywhere, so all of it is one chunk.
struct ScatterNd {
  std::vector<int64_t> extents;  // of the axes that are indexed
  int64_t tuples = 0;
  int64_t slice = 1;  // elements that one tuple names
  int64_t elements = 0;
  Update update = Update::replace;
  DType dtype = DType::f32;
};

// First element of the slice that a tuple names; -1 after a failure.
int64_t place_of(const KernelArguments& arguments, const ScatterNd& s, int64_t tuple) {
  int64_t place = 0;
  const auto width = static_cast<int64_t>(s.extents.size());
  for (int64_t i = 0; i < width; ++i) {
    const int64_t extent = s.extents[static_cast<size_t>(i)];
    const int64_t index = index_at(arguments, tuple * width + i, extent);
    if (index < 0) return -1;
    place = place * extent + index;
  }
  return place * s.slice;
}

void replace(const KernelArguments& arguments, const ScatterNd& s) {
  const size_t width = element_bytes(s.dtype);
  const auto* const updates = static_cast<const std::byte*>(arguments.input_data(2));
  auto* const to = static_cast<std::byte*>(arguments.output_data(0));
  const size_t slice = static_cast<size_t>(s.slice) * width;
  std::memcpy(to, arguments.input_data(0), static_cast<size_t>(s.elements) * width);
  for (int64_t tuple = 0; tuple < s.tuples; ++tuple) {
    const int64_t place = place_of(arguments, s, tuple);
    if (place < 0) return;
    std::memcpy(to + static_cast<size_t>(place) * width,
                updates + static_cast<size_t>(tuple) * slice, slice);
  }
}

template <class A>
void combine(const KernelArguments& arguments, const ScatterNd& s) {
  A* const values = Scratch(arguments.scratch()).take<A>(s.elements);
  widen(arguments.input_data(0), s.dtype, 0, s.elements, values);
  for (int64_t tuple = 0; tuple < s.tuples; ++tuple) {
    const int64_t place = place_of(arguments, s, tuple);
    if (place < 0) return;
    for (int64_t i = 0; i < s.slice; ++i) {
      A value{};
      widen(arguments.input_data(2), s.dtype, tuple * s.slice + i, 1, &value);
      values[place + i] = updated(s.update, values[place + i], value);
    }
  }
  narrow(values, s.elements, s.dtype, arguments.output_data(0), 0);
}

void run(const KernelArguments& arguments, int64_t) {
  const auto& s = arguments.block<ScatterNd>();
  if (s.update == Update::replace) return replace(arguments, s);
  with_accumulator(s.dtype, [&]<class A>() { combine<A>(arguments, s); });
}

// updates: the batch of tuples, then the axes of data that are not indexed.
Status check(const KernelSizes& sizes) {
  const std::span<const int64_t> data = sizes.input(0);
  const std::span<const int64_t> indices = sizes.input(1);
  if (indices.empty()) return invalid("indices of rank 0, expected at least 1");
  if (indices.back() > static_cast<int64_t>(data.size())) {
    return invalid("tuples of {} indices, data has rank {}", indices.back(), data.size());
  }
  if (!std::ranges::equal(data, sizes.output(0))) return invalid("data and output differ in dims");
  std::vector<int64_t> expected(indices.begin(), indices.end() - 1);
  expected.insert(expected.end(), data.begin() + indices.back(), data.end());
  if (!std::ranges::equal(expected, sizes.input(2))) {
    return invalid("updates do not fit indices and data");
  }
  return {};
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY(check(sizes));
  ScatterNd s;
  TENON_TRY_ASSIGN(s.update, update_named(sizes.node().attr_string("reduction", "none")));
  s.dtype = sizes.node().input_dtype(0);
  const std::span<const int64_t> data = sizes.input(0);
  const std::span<const int64_t> indices = sizes.input(1);
  const auto indexed = static_cast<size_t>(indices.back());
  s.extents.assign(data.begin(), data.begin() + indices.back());
  s.tuples = 1;
  for (const int64_t extent : indices.first(indices.size() - 1)) {
    s.tuples = wrapping_multiply(s.tuples, extent);
  }
  for (const int64_t extent : data.subspan(indexed)) s.slice *= extent;
  s.elements = sizes.output_elements(0);
  const int64_t scratch = s.update == Update::replace ? 0 : s.elements * 8;
  return KernelWork{.chunks = 1, .scratch = scratch, .block = keep(std::move(s))};
}

}  // namespace

Kernel scatter_nd() {
  return {.op = "ScatterND",
          .inputs = {plain_types, index_types, plain_types},
          .outputs = {plain_types},
          .match = match_scatter,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
