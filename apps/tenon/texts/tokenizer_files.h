// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/pipeline.h"
#include "tenon/status.h"

#include <string>
#include <vector>

// The files of a tokenizer as parts of a request: for tasks without a model, and to lend a
// tokenizer to a model that brings none. [any thread]
namespace tenon::cli {

struct TokenizerFiles {
  struct Part {
    std::string name;
    std::string bytes;
  };
  std::vector<Part> parts;

  // [borrowed] from this.
  std::vector<tenon_part> views() const;
};

// path: a directory, a file of a tokenizer (tokenizer.json, *.model, vocab.txt, *.tiktoken), a GGUF
// file, a model with such files beside it, or a name such as "builtin:story".
Result<TokenizerFiles> tokenizer_files(const std::string& path);

}  // namespace tenon::cli
