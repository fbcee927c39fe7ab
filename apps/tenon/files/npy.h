// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <optional>
#include <span>

// One tensor as a .npy file: versions 1 to 3, numbers and booleans, rank up to 32, the file exactly
// as long as its header says. Column-major and big-endian data are turned. [any thread]
namespace tenon::files {

// name: of the file, for messages; the tensor gets no name.
Result<Tensor> read_npy(std::string_view name, std::span<const std::byte> bytes);

// Element types that the format lacks are widened: bf16 and f8 to f32, 4- and 2-bit integers to 8
// bits. Texts are not written.
Result<std::vector<std::byte>> write_npy(const Tensor& tensor);

// Product of dims and its bytes, or nothing when a size is negative or the product overflows.
std::optional<uint64_t> bytes_of(std::span<const int64_t> dims, size_t element_bytes);

}  // namespace tenon::files
