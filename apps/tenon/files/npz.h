// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/files/npy.h"

// Named tensors as a .npz archive, and either kind of file by its path. [any thread]
namespace tenon::files {

Result<std::vector<Tensor>> read_npz(std::string_view name, std::span<const std::byte> bytes);
Result<std::vector<std::byte>> write_npz(std::span<const Tensor> tensors);

// A .npy file is one tensor without a name. The kind is found by content.
Result<std::vector<Tensor>> read_tensors(const std::string& path);
// ".npz" or ".npy"; the latter for exactly one tensor.
Status write_tensors(const std::string& path, std::span<const Tensor> tensors);

}  // namespace tenon::files
