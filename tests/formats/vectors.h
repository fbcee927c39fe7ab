// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/formats/decode_run.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

// Stored vectors: what a graph decodes and what must come out.
namespace tenon::formats {

struct Vectors {
  Graph graph;
  std::map<std::string, std::vector<float>> expected;  // by name of the output
  size_t sets = 0;  // of the file; some have more than one output
};

// The ggml types listed in <folder>/INDEX.tsv.
Result<Vectors> block_vectors(const Formats& formats, const std::string& folder);

// The sets of a JSON file of packed checkpoints.
Result<Vectors> packed_vectors(const Formats& formats, const std::string& path);

}  // namespace tenon::formats
