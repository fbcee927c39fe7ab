// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/channels_last_conv.h"

#include "core/ops/framework/activation.h"
#include "core/ops/framework/channels.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/windows.h"

namespace tenon::ops {
namespace {

template <WeightChannels channels>
Status infer(InferContext& c) {
  if (c.rank(0) < 3 || c.rank(0) > 5 || c.rank(1) != c.rank(0)) {
    return invalid("data of rank {} and weights of rank {}, expected the same, 3 to 5", c.rank(0),
                   c.rank(1));
  }
  const std::vector<Expr> data = channels_first(c.dims(0));
  const std::vector<Expr> weights =
      channels == WeightChannels::last ? channels_first(c.dims(1)) : c.dims(1);
  TENON_TRY_ASSIGN(std::vector<Expr> dims, conv_dims(c, data, weights));
  c.output(0, c.dtype(0), channels_last(std::move(dims)));
  return {};
}

template <WeightChannels channels>
Status expand(ExpandContext& c) {
  const ValueId x = channels_first(c, c.input(0));
  const ValueId w = channels == WeightChannels::last ? channels_first(c, c.input(1)) : c.input(1);
  const ValueId y = c.add("Conv", {x, w, c.input(2)}, c.node().attributes);
  TENON_TRY_ASSIGN(const ValueId activated, activate(c, y));
  c.output(0, channels_last(c, activated));
  return {};
}

}  // namespace

Op channels_last_conv(std::string_view name, std::string_view domain, std::string_view doc,
                      WeightChannels channels) {
  const bool weights_last = channels == WeightChannels::last;
  const std::vector<int64_t> kernel =
      weights_last ? std::vector<int64_t>{2, 3, 3, 4} : std::vector<int64_t>{2, 4, 3, 3};
  return {
      .name = name,
      .domain = domain,
      .doc = doc,
      .inputs = {{"x", "float"}, {"w", "float"}, {"b", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = weights_last ? infer<WeightChannels::last> : infer<WeightChannels::second>,
      .expand = weights_last ? expand<WeightChannels::last> : expand<WeightChannels::second>,
      .samples = {{.inputs = {{.dims = {1, 5, 6, 4}}, {.dims = kernel}, {.dims = {2}}},
                   .attributes = {{"pads", std::vector<int64_t>{1, 1, 1, 1}}}}},
  };
}

}  // namespace tenon::ops
