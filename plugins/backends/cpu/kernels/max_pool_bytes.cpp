// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/byte_staging.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/byte_rows.h"
#include "plugins/backends/reference/reference.h"

namespace tenon::cpu {
namespace {

struct MaxPool {
  reference::Window window;
  ByteStaging staging;
  Band band;
};

Status match(const NodeView& node) {
  if (node.attr_string("mode", "max") != "max") return unsupported("mode other than max");
  if (node.input_rank(0) != 3 && node.input_rank(0) != 4) {
    return unsupported("data of rank {}, expected 3 or 4", node.input_rank(0));
  }
  return {};
}

// A chunk is a plane.
Result<KernelWork> shape(const KernelSizes& sizes) {
  MaxPool pool;
  TENON_TRY_ASSIGN(pool.window, reference::window_of(sizes));
  pool.band = {.rows = pool.window.axes[1].out, .columns = pool.window.axes[2].out};
  pool.staging = ByteStaging(pool.window, pool.band.rows, pool.band.columns);
  const bool is_empty = pool.band.rows == 0 || pool.band.columns == 0;
  KernelWork work;
  work.chunks = is_empty ? 0 : sizes.output(0)[0] * sizes.output(0)[1];
  work.scratch =
      is_empty ? 0 : pool.staging.bytes() + pool.staging.places(pool.band) + 2 * byte_slack;
  work.block = keep(std::move(pool));
  return work;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& pool = arguments.block<MaxPool>();
  const bool is_signed = arguments.input_dtype(0) == DType::i8;
  reference::Scratch scratch(arguments.scratch());
  auto* const staged = scratch.take<uint8_t>(pool.staging.bytes() + byte_slack);
  const int64_t places = pool.staging.places(pool.band);
  auto* const found = scratch.take<uint8_t>(places + byte_slack);
  const auto* x = static_cast<const uint8_t*>(arguments.input_data(0));
  auto* const y = static_cast<uint8_t*>(arguments.output_data(0));
  pool.staging.stage(pool.band, x + chunk * pool.window.in_plane(), is_signed ? 128 : 0, staged);
  const auto largest = is_signed ? byte_rows().largest_signed : byte_rows().largest_unsigned;
  const std::vector<int64_t>& offsets = pool.staging.offsets();
  largest(staged, offsets.data(), static_cast<int64_t>(offsets.size()), places, found);
  byte_rows().cut(found, pool.band.rows, pool.staging.pitch(), pool.band.columns,
                  y + chunk * pool.window.out_plane(), pool.band.columns);
}

}  // namespace

Kernel max_pool_bytes() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {.op = "Pool",
          .inputs = {bytes},
          .outputs = {bytes},
          .match = match,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
