// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/packing/product.h"

#include <algorithm>

namespace tenon::cpu {
namespace {

constexpr int64_t most_rows = 256;            // of x in a chunk, about
constexpr int64_t bytes_a_chunk = 128 << 10;  // of weights, for few rows of x

struct Work {
  BoundEpilogue epilogue;
  int64_t rows = 0;
  int64_t chunk_rows = 0;    // of x in a chunk ...
  int64_t chunk_groups = 0;  // ... and groups of weights
  int64_t group_chunks = 0;
};

int64_t parts(int64_t count, int64_t of) { return (count + of - 1) / of; }

void pack_x(const KernelArguments& arguments, const PackedMatrix& weights, int64_t chunk) {
  const int64_t first = chunk * weights.whole_tile();
  const int64_t rows = std::min(weights.whole_tile(), arguments.block<Work>().rows - first);
  const float* const x = static_cast<const float*>(arguments.input_data(0));
  auto* const packed = reinterpret_cast<uint8_t*>(arguments.shared().data());
  weights.pack_x(x + first * weights.columns(), weights.columns(), rows,
                 packed + first * weights.x_bytes());
}

}  // namespace

Result<KernelWork> shape_product(const KernelSizes& sizes) {
  const auto& product = sizes.state<PackedProduct>();
  const PackedMatrix& weights = product.weights;
  const std::span<const int64_t> dims = sizes.input(0);
  if (dims.back() != weights.columns()) {
    return invalid("x has {} columns, the weights have {}", dims.back(), weights.columns());
  }
  const int64_t tile = weights.whole_tile();
  Work work;
  TENON_TRY_ASSIGN(work.epilogue, product.epilogue.bind(sizes, sizes.output(0).size() - 1));
  work.rows = sizes.output_elements(0) / std::max<int64_t>(weights.rows(), 1);
  work.chunk_rows = std::min(work.rows, parts(most_rows, tile) * tile);
  const int64_t share = weights.group_bytes() * parts(work.chunk_rows, 4);
  work.chunk_groups = std::clamp<int64_t>(bytes_a_chunk / std::max<int64_t>(share, 1), 1, 64);
  work.group_chunks = parts(weights.groups(), work.chunk_groups);
  KernelWork made = {.chunks = work.group_chunks * parts(work.rows, work.chunk_rows),
                     .scratch = work.chunk_rows * weights.group_rows() * 4,
                     .shared = work.rows * weights.x_bytes(),
                     .earlier = {parts(work.rows, tile)}};
  made.block = keep(std::move(work));
  return made;
}

void run_product(const KernelArguments& arguments, int64_t chunk) {
  const auto& weights = arguments.state<PackedProduct>().weights;
  if (arguments.phase() == 0) return pack_x(arguments, weights, chunk);
  const auto& work = arguments.block<Work>();
  const int64_t first = chunk / work.group_chunks * work.chunk_rows;
  const int64_t rows = std::min(work.chunk_rows, work.rows - first);
  const int64_t group0 = chunk % work.group_chunks * work.chunk_groups;
  const int64_t group1 = std::min(group0 + work.chunk_groups, weights.groups());
  const auto* const packed =
      reinterpret_cast<const uint8_t*>(arguments.shared().data()) + first * weights.x_bytes();
  auto* const tile = reinterpret_cast<float*>(arguments.scratch().data());
  for (int64_t group = group0; group < group1; ++group) {
    weights.multiply(group, packed, rows, tile);
    const int64_t column = group * weights.group_rows();
    const int64_t columns = std::min(weights.group_rows(), weights.rows() - column);
    work.epilogue.apply(arguments, tile, weights.group_rows(), first, rows, column, columns);
  }
}

}  // namespace tenon::cpu
