// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/conv_node.h"
#include "plugins/backends/cpu/conv_product.h"
#include "plugins/backends/cpu/scratch.h"
#include "tenon/kernels.h"

#include <algorithm>

// Conv of f32, of any rank with one to three spatial axes, stride, dilation and padding.
namespace tenon::cpu {
namespace {

// Output positions of a channel, or 0 when a model leaves them open.
int64_t positions_of(const NodeView& node) {
  int64_t positions = 1;
  for (const tenon_dim dim : node.output_dims(0).subspan(2)) positions *= std::max<int64_t>(dim, 0);
  return positions;
}

struct Prepared {
  ConvWeights weights;
  Ending ending;
};

struct Bound {
  ConvProduct product;
  BoundEnding ending;
};

Status match(const NodeView& node) {
  TENON_TRY(reference::has_spatial_axes(node));
  if (fits_depthwise(node).ok()) return unsupported("groups of one channel");
  return finishes_in_place(node);
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  Prepared prepared;
  TENON_TRY_ASSIGN(prepared.ending, Ending::make(node));
  ConvWeights& weights = prepared.weights;
  weights.groups = node.attr_int("group", 1);
  const std::span<const std::byte> bytes = constants.bytes(1);
  const std::span<const tenon_dim> dims = node.input_dims(1);
  if (!bytes.empty() && weights.groups >= 1 && dims[0] % weights.groups == 0) {
    weights.channels = dims[0] / weights.groups;
    weights.inner = 1;
    for (const tenon_dim dim : dims.subspan(1)) weights.inner *= dim;
    weights.pack({reinterpret_cast<const float*>(bytes.data()), bytes.size() / 4},
                 positions_of(node));
  }
  return keep(std::move(prepared));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY_ASSIGN(const reference::Window window, reference::window_of(sizes));
  const auto& prepared = sizes.state<Prepared>();
  const ConvWeights& packed = prepared.weights;
  TENON_TRY(check_conv(sizes, window, packed.groups));
  const std::span<const int64_t> w = sizes.input(1);
  const ConvWeights weights = {.form = packed.form,
                               .groups = packed.groups,
                               .channels = w[0] / packed.groups,
                               .inner = w[1] * window.taps()};
  const ConvProduct product(weights, window, sizes.input(0)[0]);
  TENON_TRY_ASSIGN(BoundEnding ending, BoundEnding::make(prepared.ending, sizes, 2));
  KernelWork work = {.chunks = product.chunks(),
                     .scratch = product.scratch_floats() * 4,
                     .shared = product.shared_floats() * 4};
  if (product.fill_chunks() > 0) work.earlier = {product.fill_chunks()};
  work.block = keep(Bound{product, std::move(ending)});
  return work;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& prepared = arguments.state<Prepared>();
  const auto& bound = arguments.block<Bound>();
  const auto bias = arguments.input<float>(2);
  const ConvOperands operands = {.input = arguments.input<float>(0).data(),
                                 .weights = arguments.input<float>(1).data(),
                                 .bias = bias.empty() ? nullptr : bias.data(),
                                 .output = arguments.output<float>(0).data(),
                                 .scratch = floats(arguments.scratch()),
                                 .shared = floats(arguments.shared()),
                                 .finish = {bound.ending, arguments}};
  const bool is_fill = bound.product.fill_chunks() > 0 && arguments.phase() == 0;
  if (is_fill) return bound.product.fill(operands, chunk);
  bound.product.run(prepared.weights, operands, chunk);
}

}  // namespace

Kernel conv() {
  return {.op = "Conv",
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run,
          .takes_epilogue = true};
}

}  // namespace tenon::cpu
