// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/check/suite.h"
#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <string>
#include <vector>

// Values that lie in files as ONNX's tests store them. [any thread]
namespace tenon::cli {

// A stored value is read as the model that it becomes with onnx.as: one constant output. like: of
// the kind that it is of.
Result<Tensor> read_value(const Engine& engine, const std::string& path, const Tensor& like,
                          const std::string& devices);

// The tensors of a set under the names of the model's inputs; nameless ones by position.
Result<std::vector<Tensor>> read_inputs(const Engine& engine, const DataSet& set,
                                        const std::vector<Tensor>& wanted,
                                        const std::string& devices);

}  // namespace tenon::cli
