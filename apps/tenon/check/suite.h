// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <string>
#include <vector>

// Tests as ONNX keeps them: a model file beside folders test_data_set_*, each with input_0.pb,
// output_0.pb and so on.
namespace tenon::cli {

struct DataSet {
  std::string path;
  std::vector<std::string> inputs;   // by number
  std::vector<std::string> outputs;  // by number; "" where there is none: not checked
};

struct TestDirectory {
  std::string name;   // its path below the one searched
  std::string model;  // the model's file
  std::vector<DataSet> sets;
};

// All of them below path (or path itself), sorted by name. A model's file stands for its folder.
Result<std::vector<TestDirectory>> find_tests(const std::string& path);

}  // namespace tenon::cli
