// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/conv_node.h"

#include "plugins/backends/cpu/math/depthwise.h"

namespace tenon::cpu {

Status fits_depthwise(const NodeView& node) {
  TENON_TRY(reference::has_spatial_axes(node));
  const std::span<const tenon_dim> x = node.input_dims(0), w = node.input_dims(1);
  if (x.size() > 4) return unsupported("three spatial axes");
  if (w.size() != x.size() || w[1] != 1 || x[1] < 2 || node.attr_int("group", 1) != x[1]) {
    return unsupported("groups of several input channels");
  }
  if (w.back() < 1 || w.back() > depthwise().taps) {
    return unsupported("windows of more than {} columns", depthwise().taps);
  }
  const tenon_attr* strides = node.graph().attr(node.row(), "strides");
  if (strides == nullptr || strides->kind != TENON_ATTR_INTS || strides->count != x.size() - 2 ||
      node.graph().numbers(*strides).back() > depthwise().strides) {
    return unsupported("strides of more than {} columns", depthwise().strides);
  }
  return {};
}

Status check_conv(const KernelSizes& sizes, const reference::Window& window, int64_t groups) {
  const std::span<const int64_t> x = sizes.input(0);
  const std::span<const int64_t> w = sizes.input(1);
  if (w.size() != x.size()) return invalid("weights of rank {}, input of {}", w.size(), x.size());
  if (groups < 1 || w[0] % groups != 0 || w[1] * groups != x[1]) {
    return invalid("group {} does not fit {} input channels and weights of {} x {} channels",
                   groups, x[1], w[0], w[1]);
  }
  int64_t taps = 1;
  for (const int64_t extent : w.subspan(2)) taps *= extent;
  if (taps != window.taps()) return invalid("kernel_shape does not fit the weights");
  if (sizes.output(0)[0] != x[0] || sizes.output(0)[1] != w[0]) {
    return invalid("output of {} images, {} channels", sizes.output(0)[0], sizes.output(0)[1]);
  }
  if (sizes.has_input(2) && (sizes.input(2).size() != 1 || sizes.input(2)[0] != w[0])) {
    return invalid("bias does not fit {} output channels", w[0]);
  }
  return {};
}

}  // namespace tenon::cpu
