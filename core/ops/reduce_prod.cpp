// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  c.output(0, reduce_as_told(c, "prod", c.input(0)));
  return {};
}

}  // namespace

Op reduce_prod() {
  return reduction("ReduceProd", "The product over the axes.", "numeric", expand);
}

}  // namespace tenon::ops
