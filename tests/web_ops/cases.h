// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"
#include "tenon/status.h"

#include <string>
#include <string_view>

// Operator cases that another project keeps as JSON with comments: one operator with attributes,
// and for each case its inputs and outputs. Written as ONNX's tests are: a model and stored
// tensors. [any thread]
namespace tenon::web_ops {

// JSON without its // and /* */ comments; what stands between quotes is left alone.
std::string without_comments(std::string_view text);

// Bytes of the files of one case.
struct CaseFiles {
  std::string model;
  std::vector<std::string> inputs;  // of those that are given
  std::vector<std::string> outputs;
};
// test: {"operator", "attributes", "opset", "inputShapeDefinitions", "cases"}; one: of its cases.
Result<CaseFiles> files_of(const Json& test, const Json& one);

}  // namespace tenon::web_ops
