// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/quant_format.h"

namespace tenon {

// Builds the formulas of a format over tensors of unknown sizes: what is wrong with them whatever
// they read.
Status check_quant_format(const QuantFormat& format);

}  // namespace tenon
