// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include "tenon/json.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

// A container of weights without a graph, as its loader describes it: tensors by the names of the
// file and the documents that came with them. A recipe builds graphs from it.
namespace tenon {

// A tensor where it lies in the file, at any alignment.
struct StoredTensor {
  DType dtype = DType::none;  // of a quantization format: f32
  std::string format;         // "": plain little-endian elements, row-major
  std::vector<int64_t> dims;  // outermost first
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

struct WeightFile {
  std::map<std::string, StoredTensor, std::less<>> tensors;
  // "hf", "generation", "gguf"; see tenon_builder_table.document.
  std::map<std::string, Json, std::less<>> documents;

  bool empty() const { return tensors.empty() && documents.empty(); }
};

}  // namespace tenon
