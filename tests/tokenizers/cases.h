// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenizer.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// Texts with the ids that other programs gave them, and the tokenizers that must give the same.
namespace tenon::text {

struct Case {
  std::string text;
  std::vector<int32_t> ids;
  EncodeOptions options = {};
  bool has_decoded = false;
  size_t decode_from = 0;  // ids before it are left out
  bool decode_special = false;
  bool tidy = false;         // compared after spaces before punctuation went ("clean_up_...")
  std::string decoded = {};  // what the ids print
};

struct Suite {
  std::string name;
  std::unique_ptr<Tokenizer> tokenizer;
  std::vector<Case> cases;
};

// Files by the names under which a tokenizer asks for them.
class NamedFiles : public Files {
 public:
  // Every file of the folder under its own name.
  static NamedFiles folder(const std::filesystem::path& folder);
  NamedFiles& add(std::string name, const std::filesystem::path& path);
  std::optional<std::string> read(std::string_view name) const override;

 private:
  std::vector<std::pair<std::string, std::filesystem::path>> files_;
};

struct Places {
  std::filesystem::path data;      // TENON_TEST_DATA
  std::filesystem::path unpacked;  // the archives gguf-vocabs and tokenizers
};

// Every suite there is; a file that is missing or that cannot be read is a failure.
Result<std::vector<Suite>> read_suites(const Places& places);

}  // namespace tenon::text
