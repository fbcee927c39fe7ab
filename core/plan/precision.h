// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <cstdint>
#include <optional>
#include <string_view>

// How exactly a plan computes, and in what its states are kept, when nobody says. [any thread]
namespace tenon {

// TENON_PRECISION_FAST where weights are quantized in blocks, else TENON_PRECISION_EXACT.
uint32_t usual_precision(const Graph& graph);
std::string_view precision_name(uint32_t precision);

// "exact", "fast" or "auto", which is none.
Result<std::optional<uint32_t>> read_precision(std::string_view word);
Result<DType> read_type_of_states(std::string_view word);

// Keys and values that only StateWrite and tenon.Attend touch are kept in this type.
void keep_states_as(Graph& graph, DType dtype);
// The type of the first such state; DType::none: there is none.
DType type_of_states(const Graph& graph);

}  // namespace tenon
