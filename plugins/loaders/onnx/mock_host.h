// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/status.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A host for tests: sources over strings, and a builder that checks what it is given and writes the
// graph down as text, one line for each call. One load each; one thread.
namespace tenon::onnx {

class MockHost {
 public:
  // siblings: contents of the files beside the model, by name.
  explicit MockHost(std::string_view file, std::map<std::string, std::string> siblings = {});
  ~MockHost();
  MockHost(const MockHost&) = delete;
  MockHost& operator=(const MockHost&) = delete;

  Status load(std::string_view as = "");

  // Lines such as "y = Softmax(x) axis=-1", constants with their elements when they are few.
  const std::string& text() const;
  const std::vector<std::string>& unsupported() const;
  // Elements of a weight as bytes.
  std::string bytes_of(std::string_view weight) const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace tenon::onnx
