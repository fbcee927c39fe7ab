// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// What ONNX's operators along one axis have in common: running totals, and the place of an extreme.
namespace tenon::ops {

// CumSum and CumProd: PrefixScan of mode "sum" or "prod".
Op running(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&));
Status expand_running(ExpandContext& c, std::string_view mode);

// ArgMax and ArgMin: ArgReduce of mode "max" or "min".
Op extreme(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&));
Status expand_extreme(ExpandContext& c, std::string_view mode);

}  // namespace tenon::ops
