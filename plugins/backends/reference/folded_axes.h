// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/reference/axes.h"
#include "plugins/backends/reference/fold.h"

// How Reduce sees its input. The output is `kept.count()` x `width`; each row folds `folded`
// segments of the input: either vectors of `width` elements, folded side by side, or (width 1)
// vectors of `length`, folded into one.
namespace tenon::reference {

struct FoldedAxes {
  Fold fold = Fold::sum;
  AxisList kept;
  AxisList folded;
  int64_t width = 1;
  int64_t length = 1;
  int64_t count = 1;  // elements of the input in each element of the output
  int64_t rows = 0;   // none where the output is empty
};

Result<FoldedAxes> folded_axes(const KernelSizes& sizes);

}  // namespace tenon::reference
