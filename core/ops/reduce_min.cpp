// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  c.output(0, reduce_as_told(c, "min", c.input(0)));
  return {};
}

}  // namespace

Op reduce_min() {
  return reduction("ReduceMin", "The minimum over the axes.", "numeric|bool", expand);
}

}  // namespace tenon::ops
