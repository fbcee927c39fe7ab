// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <cstddef>
#include <vector>

// A tensor as the ONNX tests store it: one TensorProto a file ("input_0.pb"), its elements raw.
// Read back with the loader's option onnx.as=tensor. [any thread]
namespace tenon::files {

// Refused: texts, which are no numbers.
Result<std::vector<std::byte>> tensor_proto(const Tensor& tensor);

}  // namespace tenon::files
