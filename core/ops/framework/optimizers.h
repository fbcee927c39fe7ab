// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// The training steps of ai.onnx.preview.training: a learning rate, a count of steps, then lists of
// the tensors to optimise, their gradients and what is remembered of them.
namespace tenon::ops {

// An operator whose inputs are r, t and groups of `lists` tensors each, and whose outputs are
// tensors, then each remembered list.
Op optimizer(std::string_view name, std::string_view doc, size_t lists,
             Status (*expand)(ExpandContext&), Attributes attributes);
// How many tensors are optimised at once.
inline size_t optimised(const NodeContext& c, size_t lists) { return (c.inputs() - 2) / lists; }

}  // namespace tenon::ops
