// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/channels.h"

#include "core/ops/framework/compose.h"

#include <algorithm>

namespace tenon::ops {

std::vector<Expr> channels_first(std::vector<Expr> dims) {
  if (dims.size() > 1) std::rotate(dims.begin() + 1, dims.end() - 1, dims.end());
  return dims;
}

std::vector<Expr> channels_last(std::vector<Expr> dims) {
  if (dims.size() > 1) std::rotate(dims.begin() + 1, dims.begin() + 2, dims.end());
  return dims;
}

ValueId channels_first(ExpandContext& c, ValueId x) {
  if (!c.status().ok()) return x;
  std::vector<int64_t> perm = axes_between(0, static_cast<int64_t>(c.dims_of(x).size()));
  if (perm.size() > 1) std::rotate(perm.begin() + 1, perm.end() - 1, perm.end());
  return transpose(c, x, std::move(perm));
}

ValueId channels_last(ExpandContext& c, ValueId x) {
  if (!c.status().ok()) return x;
  std::vector<int64_t> perm = axes_between(0, static_cast<int64_t>(c.dims_of(x).size()));
  if (perm.size() > 1) std::rotate(perm.begin() + 1, perm.begin() + 2, perm.end());
  return transpose(c, x, std::move(perm));
}

}  // namespace tenon::ops
