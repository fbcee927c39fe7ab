// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/quantize.h"

#include <algorithm>
#include <cmath>

namespace tenon::cpu {
namespace {

constexpr int64_t chunk_numbers = 16384;

struct Parts {
  int64_t numbers = 0;
  int64_t chunks = 0;
};

// First the range of each chunk, then their common range and the bytes.
Result<KernelWork> shape(const KernelSizes& sizes) {
  Parts parts;
  parts.numbers = sizes.output_elements(0);
  parts.chunks = (parts.numbers + chunk_numbers - 1) / chunk_numbers;
  KernelWork work;
  work.chunks = std::max<int64_t>(parts.chunks, 1);
  if (parts.chunks > 1) {
    work.shared = parts.chunks * static_cast<int64_t>(sizeof(Range));
    work.earlier = {parts.chunks};
  }
  work.block = keep(parts);
  return work;
}

void store_parameters(const KernelArguments& arguments, float scale, float zero) {
  if (arguments.has_output(1)) arguments.output<float>(1)[0] = scale;
  if (arguments.has_output(2)) {
    *static_cast<uint8_t*>(arguments.output_data(2)) = static_cast<uint8_t>(zero);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& parts = arguments.block<Parts>();
  const float* const x = arguments.input<float>(0).data() + chunk * chunk_numbers;
  const int64_t count = std::min(chunk_numbers, parts.numbers - chunk * chunk_numbers);
  auto* const ranges = reinterpret_cast<Range*>(arguments.shared().data());
  if (parts.chunks > 1 && arguments.phase() == 0) {
    ranges[chunk] = quantize().range(x, count);
    return;
  }
  Range all = parts.chunks > 1 ? ranges[0] : quantize().range(x, count);
  for (int64_t i = 1; i < parts.chunks; ++i) {
    all = {std::min(all.low, ranges[i].low), std::max(all.high, ranges[i].high)};
  }
  const float span = (all.high - all.low) / 255;
  const float scale = span == 0 ? 1 : span;
  const float zero = std::clamp(std::nearbyint(-all.low / scale), 0.0f, 255.0f);
  auto* const y = static_cast<uint8_t*>(arguments.output_data(0)) + chunk * chunk_numbers;
  quantize().to_bytes(x, count, scale, zero, {0, 255}, y);
  if (chunk == 0) store_parameters(arguments, scale, zero);
}

}  // namespace

Kernel dynamic_quantize_linear() {
  return {.op = "DynamicQuantizeLinear",
          .inputs = {DType::f32},
          .outputs = {DType::u8, DType::f32, DType::u8},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
