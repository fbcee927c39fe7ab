// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/kernels/instance_normalization.h"

#include "plugins/backends/cpu/math/norms.h"

#include <algorithm>

namespace tenon::cpu {
namespace {

struct Shape {
  int64_t channels = 1;  // of an example
  int64_t together = 1;  // channels that are normalised together
  int64_t spatial = 1;
  float epsilon = 1e-5f;
};

Result<KernelWork> shape(const KernelSizes& sizes) {
  const std::span<const int64_t> dims = sizes.input(0);
  Shape shape{.channels = dims[1]};
  shape.epsilon = static_cast<float>(sizes.node().attr_float("epsilon", 1e-5));
  if (sizes.node().op() == "GroupNormalization") {
    const int64_t groups = sizes.node().attr_int("num_groups", 1);
    if (groups < 1 || shape.channels % groups != 0) {
      return invalid("{} groups of {} channels", groups, shape.channels);
    }
    shape.together = shape.channels / groups;
  }
  for (const int64_t extent : dims.subspan(2)) shape.spatial *= extent;
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (sizes.input(i)[0] != shape.channels) return invalid("input {} is no value a channel", i);
  }
  const int64_t n = shape.together * shape.spatial;
  KernelWork work = in_rows(sizes.output_elements(0) / n, std::max<int64_t>(16384 / n, 1));
  work.block = keep(shape);
  return work;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& shape = arguments.block<Shape>();
  const float* const scale = arguments.input<float>(1).data();
  const float* const shift = arguments.input<float>(2).data();
  for (const int64_t row : arguments.rows_of(chunk)) {
    const int64_t first = row * shape.together;
    const float* const x = arguments.input<float>(0).data() + first * shape.spatial;
    float* const y = arguments.output<float>(0).data() + first * shape.spatial;
    float mean = 0, inverse = 0;
    norms().moments(x, shape.together * shape.spatial, shape.epsilon, &mean, &inverse);
    for (int64_t c = 0; c < shape.together; ++c) {
      const int64_t channel = (first + c) % shape.channels;
      norms().scaled_alike(x + c * shape.spatial, mean, inverse * scale[channel], shift[channel],
                           shape.spatial, y + c * shape.spatial);
    }
  }
}

Status match(const NodeView& node) {
  if (node.input_rank(0) < 2) return unsupported("data of rank {}", node.input_rank(0));
  if (node.input_rank(1) == 1 && node.input_rank(2) == 1) return {};
  return unsupported("scale or bias that is no row");
}

}  // namespace

Kernel channel_norm_kernel(std::string_view op) {
  return {.op = op,
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .shape = shape,
          .run = run};
}

Kernel instance_normalization() { return channel_norm_kernel("InstanceNormalization"); }

}  // namespace tenon::cpu
