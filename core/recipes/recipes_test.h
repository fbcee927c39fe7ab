// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/platform_file.h"
#include "core/plugin/text_files.h"
#include "core/recipes/recipes.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Made-up files of weights and recipes for tests. [one thread]
namespace tenon::recipes {

// Adds an f32 tensor whose elements follow from its name.
inline void add_tensor(WeightFile& file, const std::string& name, std::vector<int64_t> dims) {
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
  const auto numbers = std::make_shared<std::vector<float>>(count);
  uint32_t seed = 7;
  for (const char c : name) seed = seed * 31 + static_cast<unsigned char>(c);
  for (float& number : *numbers) {
    seed = seed * 1664525 + 1013904223;
    number = static_cast<float>(seed >> 8) / 0x1p24f - 0.5f;
  }
  StoredTensor tensor;
  tensor.dtype = DType::f32;
  tensor.dims = std::move(dims);
  tensor.bytes = std::as_bytes(std::span(*numbers));
  tensor.owner = numbers;
  file.tensors[name] = std::move(tensor);
}

inline void add_document(WeightFile& file, const std::string& name, std::string_view json) {
  file.documents[name] = *parse_json(json);
}

// texts: name and content.
inline Recipes recipes_of(const std::vector<std::pair<std::string, std::string>>& texts) {
  TextFiles files;
  for (const auto& [name, content] : texts) {
    files.files.push_back({.name = name, .path = name + ".recipe", .content = content});
  }
  return Recipes::read(files);
}

// Those of the tree.
inline Recipes tree_recipes() {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& entry :
       std::filesystem::directory_iterator(TENON_SOURCE_DIR "/plugins/recipes")) {
    if (entry.path().extension() != ".recipe") continue;
    texts.emplace_back(entry.path().stem(), *read_file(entry.path(), 1 << 20));
  }
  std::sort(texts.begin(), texts.end());
  return recipes_of(texts);
}

}  // namespace tenon::recipes
