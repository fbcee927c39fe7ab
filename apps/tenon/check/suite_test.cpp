// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/suite.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tenon::cli {
namespace {

namespace fs = std::filesystem;

class Suite : public testing::Test {
 protected:
  void SetUp() override {
    // Tests may run side by side: each has a folder of its own.
    std::string pattern = (fs::temp_directory_path() / "tenon_suite_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    for (const char* file :
         {"node/b/model.onnx", "node/b/test_data_set_0/input_0.pb",
          "node/b/test_data_set_0/output_1.pb", "node/b/test_data_set_1/input_1.pb",
          "node/a/other.onnx", "node/a/test_data_set_0/output_0.pb", "node/no_sets/model.onnx",
          "node/no_model/test_data_set_0/input_0.pb", "node/b/test_data_set_0/input_x.pb"}) {
      fs::create_directories((root_ / file).parent_path());
      std::ofstream(root_ / file) << "x";
    }
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
};

TEST_F(Suite, models_beside_data_sets_are_tests_sorted_by_their_path_below_the_root) {
  const auto tests = find_tests(root_.string());
  ASSERT_TRUE(tests.ok()) << tests.status().message();
  ASSERT_EQ(tests->size(), 2u);
  EXPECT_EQ((*tests)[0].name, "node/a");
  EXPECT_EQ(fs::path((*tests)[0].model).filename(), "other.onnx");
  EXPECT_EQ((*tests)[1].name, "node/b");
}

TEST_F(Suite, files_have_the_place_of_their_number_and_gaps_stay_empty) {
  const auto tests = find_tests((root_ / "node/b").string());
  ASSERT_TRUE(tests.ok());
  ASSERT_EQ(tests->size(), 1u);
  EXPECT_EQ(tests->front().name, "b");
  EXPECT_EQ(find_tests((root_ / "node/b/model.onnx").string())->front().name, "b");
  const auto& sets = tests->front().sets;
  ASSERT_EQ(sets.size(), 2u);
  ASSERT_EQ(sets[0].inputs.size(), 1u);
  ASSERT_EQ(sets[0].outputs.size(), 2u);
  EXPECT_EQ(sets[0].outputs[0], "");
  EXPECT_EQ(fs::path(sets[0].outputs[1]).filename(), "output_1.pb");
  EXPECT_EQ(sets[1].inputs[0], "");
}

TEST_F(Suite, a_path_that_is_no_folder_is_an_error) {
  EXPECT_FALSE(find_tests((root_ / "nowhere").string()).ok());
}

}  // namespace
}  // namespace tenon::cli
