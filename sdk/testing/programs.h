// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// Tools of other people that judge what we write, where they are installed. [any thread]
namespace tenon::testing {

// The program's path: from PATH, or from where CUDA is usually installed. Nothing when missing.
std::optional<std::string> find_program(std::string_view name);

struct Outcome {
  int code = 0;
  std::string output;  // both streams
};
// Runs a shell command to its end.
Outcome run_program(const std::string& command);

// A file that is removed again when this object ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tenon::testing
