// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "core/run/session.h"

#include "tenon/abi/draft/host.h"

#include <span>
#include <string>
#include <vector>

// Tensors between the C structs of the border and the core's own.
namespace tenon {

// Borrows from the given structs.
std::vector<InputTensor> input_tensors(const tenon_host_tensor* tensors, uint64_t count);
tenon_host_tensor view_of(const HostTensor& tensor);
// Descriptions without data; free extents are -1. names: instead of the values' own when given.
Status send_values(const Graph& graph, std::span<const ValueId> values,
                   std::span<const std::string> names, const tenon_tensor_sink& sink);

}  // namespace tenon
