// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/status.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

// A host for tests of loaders of weights: sources over strings, and a builder that checks what it
// is given and writes it down. One load; one thread.
namespace tenon::testing {

class LoadLog {
 public:
  // files: the model's directory by file name; bytes are borrowed.
  using Files = std::map<std::string, std::string_view, std::less<>>;

  explicit LoadLog(Files files);
  ~LoadLog();
  LoadLog(const LoadLog&) = delete;
  LoadLog& operator=(const LoadLog&) = delete;

  // Runs load() on one of the files.
  Status load(const std::string& name, const std::function<Status(const tenon_load&)>& load);

  struct Tensor {
    std::string type;  // "f32[2,3]", "q4_K[8,256]"
    std::string_view bytes;
  };
  const std::map<std::string, Tensor>& tensors() const;
  const std::map<std::string, std::string>& documents() const;
  const std::map<std::string, std::string_view>& companions() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace tenon::testing
