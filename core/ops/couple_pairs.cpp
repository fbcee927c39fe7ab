// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  constexpr int64_t most_classes = 1 << 12;
  const int64_t classes = c.integer("classes", 0);
  if (classes < 2 || classes > most_classes) {
    return invalid("attribute classes is {}, expected 2 to {}", classes, most_classes);
  }
  if (c.rank(0) != 2) return invalid("pairs of rank {}, expected 2", c.rank(0));
  TENON_TRY(
      c.require_equal(c.dim(0, 1), c.number(classes * (classes - 1) / 2), "pairs of the classes"));
  c.output(0, c.dtype(0), {c.dim(0, 0), c.number(classes)});
  return {};
}

}  // namespace

Op couple_pairs() {
  return {
      .name = "CouplePairs",
      .doc =
          "Probabilities of classes from the probability that the first of each two of them is "
          "right: the second method of Wu, Lin and Weng, as libsvm iterates it.",
      .inputs = {{"pairs", "f32|f64"}},
      .outputs = {{"probabilities", "f32|f64"}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {{.dims = {4, 3}, .low = 0.1, .high = 0.9}},
                   .attributes = {{"classes", 3}}}},
  };
}

}  // namespace tenon::ops
