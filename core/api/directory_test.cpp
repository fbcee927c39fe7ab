// SPDX-License-Identifier: Apache-2.0
#include "core/api/directory.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

const std::vector<EntryRule> rules = {
    {"gguf", {"*-00001-of-?????.gguf", "*.gguf"}},
    {"onnx", {"*.onnx"}},
    {"hf", {"model.safetensors.index.json", "model.safetensors"}}};

std::string chosen(const std::vector<std::string>& names) {
  const auto entry = choose_entry("d", rules, names);
  return entry.ok() ? *entry : std::string(entry.status().message());
}

TEST(Directory, a_name_of_a_manifest_comes_before_patterns) {
  EXPECT_EQ(chosen({"model.safetensors", "model.safetensors.index.json", "x.gguf"}),
            "model.safetensors.index.json");
  EXPECT_EQ(chosen({"a.onnx", "model.safetensors"}), "model.safetensors");
}

TEST(Directory, the_only_file_of_a_pattern_is_opened) {
  EXPECT_EQ(chosen({"a.txt", "b.onnx"}), "b.onnx");
  EXPECT_EQ(chosen({"q-00001-of-00002.gguf", "q-00002-of-00002.gguf"}), "q-00001-of-00002.gguf");
}

TEST(Directory, what_was_looked_for_is_said_when_nothing_fits) {
  EXPECT_EQ(chosen({"a.txt"}),
            "d: a directory without a model to open; looked for \"*-00001-of-?????.gguf\", "
            "\"*.gguf\", \"*.onnx\", \"model.safetensors.index.json\", \"model.safetensors\"");
  EXPECT_NE(chosen({"a.onnx", "b.onnx"}).find("\"*.onnx\" (2 files: a.onnx, b.onnx)"),
            std::string::npos);
  EXPECT_NE(chosen({"a.onnx", "b.gguf"}).find("give the path of one file"), std::string::npos);
}

}  // namespace
}  // namespace tenon
