// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/status.h"

#include <cstdint>
#include <string_view>

// What the plugin offers: recognising ONNX models and loading them. [any thread]
namespace tenon::onnx {

// 0 = not mine, 100 = certain, from the first bytes of a file.
uint32_t probe(std::string_view head, uint64_t file_bytes);

// Reads the model of load.source into load.builder. Option `onnx.as` = "tensor", "sequence" or
// "optional": the file is one bare TensorProto, SequenceProto or OptionalProto, which becomes the
// only output.
Status load(const tenon_load& load);

}  // namespace tenon::onnx
