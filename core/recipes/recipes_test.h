// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/platform_file.h"
#include "core/formats/formats.h"
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

// Without quantization formats.
inline Result<Family> build(const Recipes& recipes, const WeightFile& file) {
  return build_family(recipes, file, Formats());
}

// Adds what a message says is missing, "name [3, 4]", until a recipe is content or says something
// else.
inline Result<Family> build_with_what_it_misses(const Recipes& recipes, WeightFile file) {
  Result<Family> family = build(recipes, file);
  constexpr std::string_view mark = "missing: ";
  const std::string message(family.status().message());
  const size_t at = message.find(mark);
  if (family.ok() || at == std::string::npos) return family;
  size_t begin = at + mark.size();
  while (begin < message.size()) {
    const size_t open = message.find(" [", begin);
    const size_t close = message.find(']', begin);
    if (open == std::string::npos || close == std::string::npos) break;
    std::vector<int64_t> dims;
    std::string dim;
    for (size_t i = open + 2; i <= close; ++i) {
      if (message[i] >= '0' && message[i] <= '9') dim += message[i];
      if ((message[i] == ',' || message[i] == ']') && !dim.empty()) {
        dims.push_back(std::stoll(dim));
        dim.clear();
      }
    }
    add_tensor(file, message.substr(begin, open - begin), dims);
    begin = close + 3;
  }
  return build(recipes, file);
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
