// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/status.h"

#include <cstdint>
#include <string_view>

// GGUF files for the host: every tensor in place, the metadata as document "gguf", and all that
// stands in front of the data as companion "header.gguf". [any thread]
namespace tenon::gguf {

// 0 = no GGUF file, 100 = one, of whatever version; 5 = only the name says so.
uint32_t probe(std::string_view head, std::string_view file_name);

// A whole file, or the first part of a split one, whose other parts lie beside it.
Status load(const tenon_load& request);

}  // namespace tenon::gguf
