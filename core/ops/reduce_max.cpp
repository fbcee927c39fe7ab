// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  c.output(0, reduce_as_told(c, "max", c.input(0)));
  return {};
}

}  // namespace

Op reduce_max() {
  return reduction("ReduceMax", "The maximum over the axes.", "numeric|bool", expand);
}

}  // namespace tenon::ops
