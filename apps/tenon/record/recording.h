// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/arguments.h"
#include "tenon/json.h"
#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <span>
#include <string>
#include <vector>

// A run kept as plain files, so that it can be run again elsewhere: recording.json says which
// model, with which options and on which device; test_data_set_0 has its inputs and outputs as
// ONNX's tests store them. [any thread]
namespace tenon::cli {

struct Recording {
  std::string model;   // absolute path when it was made
  std::string sha256;  // of the model's file; files beside it are not covered
  std::string device;
  Arguments options;                 // --dim, --value, --tap and --loader, as they were typed
  std::vector<std::string> inputs;   // names
  std::vector<std::string> outputs;  // names, the taps behind
  std::string folder;

  std::string input_file(size_t index) const;
  std::string output_file(size_t index) const;
};

// Writes a run into a folder, which is made; files of an earlier recording are replaced.
// placement: what the session says of the run, kept for people.
Status write_recording(const std::string& folder, const Arguments& arguments,
                       std::span<const Tensor> inputs, std::span<const Tensor> outputs,
                       const Json& placement);

Result<Recording> read_recording(const std::string& folder);

}  // namespace tenon::cli
