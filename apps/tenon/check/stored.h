// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/check/suite.h"
#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <string>
#include <vector>

// Tensors that lie in files as ONNX's tests store them. [any thread]
namespace tenon::cli {

// A stored tensor is read as the model that it becomes with onnx.as=tensor: one constant output.
Result<Tensor> read_tensor(const Engine& engine, const std::string& path,
                           const std::string& devices);

// The tensors of a set under the names of the model's inputs; nameless ones by position.
Result<std::vector<Tensor>> read_inputs(const Engine& engine, const DataSet& set,
                                        const std::vector<Tensor>& wanted,
                                        const std::string& devices);

}  // namespace tenon::cli
