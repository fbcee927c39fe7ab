// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/decode_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tenon::formats {
namespace {

namespace fs = std::filesystem;

class UserFormat : public testing::TestWithParam<const char*> {
 protected:
  UserFormat() : root_(fs::path(testing::TempDir()) / fmt::format("formats-{}", getpid())) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "formats");
  }
  ~UserFormat() override { fs::remove_all(root_); }

  void SetUp() override {
    auto made = DecodeRun::make(TENON_PLUGIN_DIRECTORY);
    ASSERT_TRUE(made.ok()) << made.status().message();
    run_ = std::move(*made);
    if (!run_->has(GetParam())) GTEST_SKIP() << "there is no device " << GetParam();
  }

  void drop(const std::string& name, std::string_view text) const {
    std::ofstream(root_ / "formats" / name) << text;
  }

  // Those of the user's directory and of the build.
  Formats formats() const {
    const std::string directories[] = {root_, TENON_PLUGIN_DIRECTORY};
    return read_formats(directories);
  }

  static void add_blocks(Graph& graph, const Formats& formats, const StoredTensor& stored) {
    auto node = decode_blocks(graph, formats, "w", stored);
    ASSERT_TRUE(node.ok()) << node.status().message();
    add_output(graph, add_decode(graph, std::move(*node), "w"), "w");
  }

  fs::path root_;
  std::unique_ptr<DecodeRun> run_;
};

TEST_P(UserFormat, a_file_dropped_into_a_directory_decodes_weights) {
  drop("mine.quant",
       "table steps = -1 -0.25 0.25 1\n"
       "format mine block 8 bytes 3\n"
       "  code  = steps[u(8 + 2 * e, 2)]\n"
       "  scale = exp2(s8(0))\n");
  const Formats found = formats();
  ASSERT_TRUE(found.find("mine") != nullptr);
  Graph graph;
  const std::string bytes = {0, '\xE4', '\x1B', 3, 0, '\xFF'};
  add_blocks(graph, found, stored_tensor(DType::f32, {2, 8}, bytes, "mine"));
  const auto outputs = run_->run(std::move(graph), GetParam());
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_EQ(outputs->front().dims, (std::vector<int64_t>{2, 8}));
  EXPECT_EQ(outputs->front().values, (std::vector<float>{-1, -0.25, 0.25, 1, 1, 0.25, -0.25, -1, -8,
                                                         -8, -8, -8, 8, 8, 8, 8}));
}

TEST_P(UserFormat, scales_of_blocks_need_not_divide_the_matrix) {
  const Formats found = formats();
  WeightFile file;
  std::string ones(5 * 6, '\x38');  // 1 as f8e4m3fn
  file.tensors["a.weight"] = stored_tensor(DType::f8e4m3fn, {5, 6}, ones);
  const float scales[] = {1, 2, 3, 4, 5, 6};
  file.tensors["a.weight_scale_inv"] = stored_tensor(
      DType::f32, {3, 2}, std::string(reinterpret_cast<const char*>(scales), sizeof scales));
  file.documents["hf"] = *parse_json(
      R"({"quantization_config": {"quant_method": "fp8", "weight_block_size": [2, 4]}})");
  const auto packed = find_packed(found, file, "a.weight");
  ASSERT_TRUE(packed.ok() && *packed) << packed.status().message();
  EXPECT_EQ((*packed)->entry->format.name, "fp8_block");
  EXPECT_EQ(names_of(**packed, file).size(), 2U);
  Graph graph;
  auto node = decode_packed(graph, file, **packed, 5, 6);
  ASSERT_TRUE(node.ok()) << node.status().message();
  add_output(graph, add_decode(graph, std::move(*node), "w"), "w");
  const auto outputs = run_->run(std::move(graph), GetParam());
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_EQ(outputs->front().values,
            (std::vector<float>{1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 2, 2, 3, 3, 3,
                                3, 4, 4, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 6, 6}));
}

TEST_P(UserFormat, experts_that_are_stacked_are_decoded_together) {
  const Formats found = formats();
  Graph graph;
  std::string bytes(2 * 3 * 34, '\0');
  for (size_t block = 0; block < 6; ++block) {
    bytes[block * 34 + 1] = 0x3C;  // a scale of 1
    bytes[block * 34 + 2] = static_cast<char>(block);
  }
  add_blocks(graph, found, stored_tensor(DType::f32, {2, 3, 32}, bytes, "q8_0"));
  const auto outputs = run_->run(std::move(graph), GetParam());
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  ASSERT_EQ(outputs->front().values.size(), 192U);
  for (size_t block = 0; block < 6; ++block) {
    EXPECT_EQ(outputs->front().values[block * 32], static_cast<float>(block));
    EXPECT_EQ(outputs->front().values[block * 32 + 1], 0);
  }
}

INSTANTIATE_TEST_SUITE_P(devices, UserFormat, testing::Values("reference", "opencl"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace tenon::formats
