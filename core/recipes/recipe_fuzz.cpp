// SPDX-License-Identifier: Apache-2.0
#include "core/formats/formats.h"
#include "core/plugin/text_files.h"
#include "core/recipes/recipes.h"

#include <cstddef>
#include <cstdint>
#include <string>

// Reads the input as a recipe, checks it, and builds what it says over a small file of weights.
namespace {

tenon::WeightFile small_file() {
  static const float numbers[64] = {};
  tenon::WeightFile file;
  for (const char* name : {"a.weight", "b.weight", "blk.0.c.weight", "blk.1.c.weight"}) {
    file.tensors[name] = {.dtype = tenon::DType::f32,
                          .format = {},
                          .dims = {8, 8},
                          .owner = {},
                          .bytes = std::as_bytes(std::span(numbers))};
  }
  for (const char* document : {"hf", "gguf"}) {
    file.documents[document] =
        *tenon::parse_json(R"({"general": {"architecture": "x"}, "x": {"n": 8, "list": [1, 2]}})");
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tenon::TextFiles files;
  files.files.push_back({.name = "input",
                         .path = "input.recipe",
                         .content = std::string(reinterpret_cast<const char*>(data), size)});
  const tenon::Recipes recipes = tenon::Recipes::read(files);
  static const tenon::WeightFile file = small_file();
  static_cast<void>(tenon::build_family(recipes, file, tenon::Formats()));
  return 0;
}
