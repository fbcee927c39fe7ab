// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "axes.h"

// The ways Reduce and PrefixScan fold elements into one.
namespace tenon::kernelgen {

enum class Fold : uint8_t { sum, mean, prod, max, min };

Result<Fold> fold_named(const Work& work);
// What an empty set folds to.
Value start_of(kir::Builder& builder, Fold fold, DType dtype);
Value combine(Fold fold, Value total, Value value);

}  // namespace tenon::kernelgen
