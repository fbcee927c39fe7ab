// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/text_files.h"

#include "tenon/status.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tenon {
namespace {

namespace fs = std::filesystem;

class TextFilesTest : public testing::Test {
 protected:
  TextFilesTest() : root_(fs::path(testing::TempDir()) / fmt::format("texts-{}", getpid())) {
    fs::remove_all(root_);
  }
  ~TextFilesTest() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << content;
  }
  TextFiles find() const {
    const std::string directories[] = {root_ / "user", root_ / "missing", root_ / "system"};
    return find_text_files(directories, "recipes", ".recipe");
  }

  fs::path root_;
};

TEST_F(TextFilesTest, files_of_all_directories_are_found_and_the_first_of_a_name_wins) {
  write("user/recipes/llama.recipe", "mine");
  write("system/recipes/llama.recipe", "theirs");
  write("system/recipes/bert.recipe", "bert");
  write("system/recipes/notes.txt", "no recipe");
  write("system/other.recipe", "beside the folder");
  const TextFiles found = find();
  ASSERT_EQ(found.files.size(), 2U);
  EXPECT_EQ(found.files[0].name, "bert");
  EXPECT_EQ(found.files[1].name, "llama");
  EXPECT_EQ(found.files[1].content, "mine");
  ASSERT_EQ(found.refused.size(), 1U);
  EXPECT_NE(found.refused[0].second.find("comes first"), std::string::npos);
}

TEST_F(TextFilesTest, files_that_others_could_have_written_are_refused) {
  write("user/recipes/open.recipe", "who wrote this");
  fs::permissions(root_ / "user/recipes/open.recipe", fs::perms::all);
  write("user/target", "elsewhere");
  fs::create_symlink(root_ / "user/target", root_ / "user/recipes/link.recipe");
  const TextFiles found = find();
  EXPECT_TRUE(found.files.empty());
  ASSERT_EQ(found.refused.size(), 2U);
  EXPECT_NE(found.refused[0].second.find("symbolic link"), std::string::npos);
  EXPECT_NE(found.refused[1].second.find("can be written by everyone"), std::string::npos);
}

TEST_F(TextFilesTest, an_empty_file_is_a_text_and_a_huge_one_is_refused) {
  write("user/recipes/empty.recipe", "");
  write("user/recipes/huge.recipe", std::string((1 << 20) + 1, 'x'));
  const TextFiles found = find();
  ASSERT_EQ(found.files.size(), 1U);
  EXPECT_EQ(found.files[0].content, "");
  ASSERT_EQ(found.refused.size(), 1U);
  EXPECT_NE(found.refused[0].second.find("expected at most"), std::string::npos);
}

}  // namespace
}  // namespace tenon
