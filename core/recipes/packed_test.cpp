// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/recipes_test.h"

#include <gtest/gtest.h>

namespace tenon::recipes {
namespace {

// Of the tree.
Formats tree_formats() {
  Formats formats;
  for (const auto& entry :
       std::filesystem::directory_iterator(TENON_SOURCE_DIR "/plugins/formats")) {
    formats.add(entry.path(), *read_file(entry.path(), 1 << 20));
  }
  return formats;
}

void add_bytes(WeightFile& file, const std::string& name, DType dtype, std::vector<int64_t> dims) {
  size_t bytes = element_bytes(dtype);
  for (const int64_t dim : dims) bytes *= static_cast<size_t>(dim);
  const auto owner = std::make_shared<std::vector<std::byte>>(bytes);
  file.tensors[name] = {dtype, "", std::move(dims), owner, *owner};
}

Result<Family> product(const WeightFile& file) {
  const Recipes recipes = recipes_of({{"x",
                                       "recipe x match true\n"
                                       "weights hf \"{}.weight\"\n  w [16, 64] \"m\"\n"
                                       "graph encoder(x[3, 64]) {\n"
                                       "  return y: linear(x, w)\n"
                                       "}\n"}});
  return build_family(recipes, file, tree_formats());
}

// The format of the one node Decode, and what is not read.
std::string format_of(const Result<Family>& family) {
  if (!family.ok()) return std::string(family.status().message());
  std::string found;
  for (const Node& node : family->graphs[0].second.main().nodes) {
    if (node.op != "Decode") continue;
    found += std::get<std::string>(node.attributes.find("format")->second);
  }
  return found + " " + family->facts.find("unused")->dump();
}

TEST(PackedWeights, matrices_are_read_in_the_format_that_the_configuration_names) {
  WeightFile file;
  add_bytes(file, "m.qweight", DType::i32, {8, 16});
  add_bytes(file, "m.qzeros", DType::i32, {2, 2});
  add_bytes(file, "m.scales", DType::f16, {2, 16});
  add_bytes(file, "m.g_idx", DType::i32, {64});
  add_document(file, "hf",
               R"({"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 32}})");
  EXPECT_EQ(format_of(product(file)), "gptq []");
}

TEST(PackedWeights, scales_beside_a_tensor_of_the_plain_name_are_not_passed_over) {
  WeightFile file;
  add_bytes(file, "m.weight", DType::f8e4m3fn, {16, 64});
  add_bytes(file, "m.weight_scale_inv", DType::f32, {1, 1});
  add_document(file, "hf", R"({"quantization_config": {"quant_method": "fp8"}})");
  EXPECT_EQ(format_of(product(file)), "fp8_block []");
}

TEST(PackedWeights, small_floats_of_an_unknown_quantization_are_refused) {
  WeightFile file;
  add_bytes(file, "m.weight", DType::f8e4m3fn, {16, 64});
  add_bytes(file, "m.strange_scale", DType::f32, {1});
  add_document(file, "hf", R"({"quantization_config": {"quant_method": "strange"}})");
  EXPECT_NE(
      format_of(product(file)).find("m.weight (f8e4m3fn of a quantization that no format fits)"),
      std::string::npos)
      << format_of(product(file));
}

TEST(PackedWeights, modules_that_were_left_out_stay_plain) {
  WeightFile file;
  add_tensor(file, "m.weight", {16, 64});
  add_document(file, "hf", R"({"quantization_config": {"quant_method": "gptq", "bits": 4}})");
  EXPECT_EQ(format_of(product(file)), " []");
}

}  // namespace
}  // namespace tenon::recipes
