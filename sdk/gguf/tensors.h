// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/gguf/cursor.h"

#include "tenon/gguf.h"

// The second half of a header: names, dims and places of tensors. One thread.
namespace tenon::gguf {

// Encoded at least: name length, a name, rank, type, offset.
constexpr uint64_t least_tensor_bytes = 8 + 1 + 4 + 4 + 8;

// Offsets are those of the file's text: from where the data begin.
Status read_tensors(Cursor& cursor, uint64_t count, const Limits& limits, Header& header);

// Makes offsets count from the start of the file and checks that each tensor has bytes of its own
// inside of it.
Status place_tensors(Header& header, uint64_t file_bytes);

}  // namespace tenon::gguf
