// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Mixtures of experts: every expert is computed for every token and weighed, 0 where the router did
// not choose it.
namespace tenon::ops {

// Matrices [experts, out, in] in a float type and biases [experts, out], or no_id.
struct Expert {
  ValueId weights = no_id;
  ValueId bias = no_id;
};

Status infer_experts(InferContext& c, size_t input, size_t router);
// Weights of rank 3 in input `weights` and biases of rank 2 in input `bias`, where they are given.
Status check_expert(const NodeContext& c, size_t weights, size_t bias);
// second, and up where there is one, as the attributes say.
Status expand_experts(ExpandContext& c, ValueId input, ValueId router, const Expert& first,
                      const Expert& second, const Expert& up);

}  // namespace tenon::ops
