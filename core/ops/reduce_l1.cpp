// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  c.output(0, reduce_as_told(c, "sum", c.add("Abs", {c.input(0)})));
  return {};
}

}  // namespace

Op reduce_l1() {
  return reduction("ReduceL1", "The sum of magnitudes over the axes.", "numeric", expand);
}

}  // namespace tenon::ops
