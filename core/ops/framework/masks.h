// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// The forms in which the attention operators of com.microsoft are told which keys count.
namespace tenon::ops {

// What to add to the scores [batch, heads, queries, keys] for mask operand `mask` and bias operand
// `bias`, either of which may be omitted: masked keys get attribute mask_filter_value. no_id when
// nothing is to be added. Masks are [batch] lengths, [2 * batch] ends and starts, [batch, keys],
// [batch, queries, keys] or of rank 4.
Result<ValueId> additive_mask(ExpandContext& c, size_t mask, size_t bias, Expr batch, Expr keys);

// One of the equal parts of a tensor with `count` places on axis `axis`, without the axis.
ValueId pick(ExpandContext& c, ValueId x, int64_t axis, int64_t place);

}  // namespace tenon::ops
