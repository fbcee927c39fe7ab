// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/status.h"

#include <cstdint>
#include <string_view>

// safetensors files for the host: every tensor in place, the file's own metadata as document
// "safetensors", and what Hugging Face keeps beside them: config.json as document "hf",
// generation_config.json as "generation", quantize_config.json as "quantization". [any thread]
namespace tenon::safetensors {

// 95 = a file of tensors, 90 = an index of such files; 5 = only the name says so.
uint32_t probe(std::string_view head, uint64_t file_bytes, std::string_view file_name);

// A file of tensors, or an index, whose files lie beside it.
Status load(const tenon_load& request);

}  // namespace tenon::safetensors
