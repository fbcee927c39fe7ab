// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/engine.h"

// What a graph is fed while it is timed: files of ONNX's tests, or made-up values as the scripts
// for other engines make them. [any thread]
namespace tenon::cli::bench {

// As --inputs (a folder, or "random"), --input and --shape say.
Result<std::vector<Tensor>> bench_inputs(const Engine& engine, const Model& model,
                                         const Arguments& arguments);

}  // namespace tenon::cli::bench
