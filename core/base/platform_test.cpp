// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform.h"
#include "core/base/platform_child.h"
#include "core/base/platform_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace tenon {
namespace {

namespace fs = std::filesystem;

// A directory of its own for each test.
class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (fs::temp_directory_path() / "tenon_files_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~Files() override { fs::remove_all(root_); }
  std::string put(const std::string& name, std::string_view bytes) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << bytes;
    return root_ / name;
  }
  static std::string text(const Result<MappedFile>& file) {
    if (!file.ok()) return "failed: " + std::string(file.status().message());
    return {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
  }
  fs::path root_;
};

TEST_F(Files, a_file_is_mapped_and_an_empty_one_too) {
  EXPECT_EQ(text(map_file(put("a", "hello"))), "hello");
  EXPECT_EQ(text(map_file(put("b", ""))), "");
}

TEST_F(Files, what_is_no_regular_file_is_refused_without_waiting) {
  const std::string pipe = root_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, root_.string(), std::string("/dev/null")}) {
    EXPECT_EQ(map_file(path).status().code(), Code::io) << path;
  }
  EXPECT_EQ(map_file(root_ / "absent").status().code(), Code::io);
}

TEST_F(Files, a_sibling_is_found_beside_the_model_and_below) {
  const std::string model = put("model.onnx", "m");
  put("weights.bin", "w");
  put("sub/weights.bin", "sw");
  EXPECT_EQ(text(map_sibling(model, "weights.bin")), "w");
  EXPECT_EQ(text(map_sibling(model, "sub/weights.bin")), "sw");
}

TEST_F(Files, names_that_leave_the_directory_are_refused) {
  const std::string model = put("in/model.onnx", "m");
  put("secret", "s");
  for (const char* name : {"../secret", "/etc/passwd", "a/../../secret", "./x", "", "a//b", "a\\b",
                           "file://x", "~/x", "#x", "C:x", "..", "\xff"}) {
    EXPECT_EQ(map_sibling(model, name).status().code(), Code::invalid) << name;
  }
}

TEST_F(Files, a_link_out_of_the_directory_is_refused_and_one_within_is_followed) {
  const std::string model = put("in/model.onnx", "m");
  put("in/real.bin", "r");
  fs::create_symlink(put("secret", "s"), root_ / "in/out.bin");
  fs::create_symlink("real.bin", root_ / "in/near.bin");
  fs::create_symlink(root_ / "in/real.bin", root_ / "in/absolute.bin");
  fs::create_symlink("loop.bin", root_ / "in/loop.bin");
  EXPECT_FALSE(map_sibling(model, "out.bin").ok());
  EXPECT_FALSE(map_sibling(model, "loop.bin").ok());
  EXPECT_EQ(text(map_sibling(model, "near.bin")), "r");
  EXPECT_EQ(text(map_sibling(model, "absolute.bin")), "r");
}

// Content-addressed caches hold links to one directory of blobs.
TEST_F(Files, model_and_data_may_both_be_links_into_a_store) {
  fs::create_directories(root_ / "view");
  fs::create_symlink(put("store/1234", "m"), root_ / "view/model.onnx");
  fs::create_symlink(put("store/5678", "w"), root_ / "view/weights.bin");
  EXPECT_EQ(text(map_sibling(root_ / "view/model.onnx", "weights.bin")), "w");
}

TEST_F(Files, an_atomic_write_replaces_the_file_and_leaves_nothing_else) {
  const std::string path = root_ / "new/cache.json";
  ASSERT_TRUE(write_file_atomically(path, "one").ok());
  ASSERT_TRUE(write_file_atomically(path, "two").ok());
  const auto entries = std::distance(fs::directory_iterator(root_ / "new"), {});
  EXPECT_EQ(entries, 1);
  const Result<std::string> read = read_file(path, 10);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, "two");
  EXPECT_FALSE(read_file(path, 2).ok());
}

ChildOutcome shell(const std::string& script, int limit_ms = 5000) {
  const auto outcome = run_child({"/bin/sh", {"-c", script}, std::chrono::milliseconds(limit_ms)});
  EXPECT_TRUE(outcome.ok());
  return outcome.ok() ? *outcome : ChildOutcome();
}

TEST(Child, answer_errors_and_exit_code_come_back) {
  const ChildOutcome outcome = shell("echo fine >&3; echo bad >&2; exit 7");
  EXPECT_EQ(outcome.answer, "fine\n");
  EXPECT_EQ(outcome.errors, "bad\n");
  EXPECT_EQ(outcome.exit_code, 7);
}

TEST(Child, a_signal_is_named) {
  const ChildOutcome outcome = shell("kill -SEGV $$");
  EXPECT_EQ(signal_name(outcome.signal), "SIGSEGV");
  EXPECT_EQ(outcome.exit_code, -1);
}

TEST(Child, the_limit_ends_a_child_that_hangs_and_what_it_started) {
  const auto begin = std::chrono::steady_clock::now();
  const ChildOutcome outcome = shell("exec 2>&- 1>&- 3>&-; sleep 60 & sleep 60", 200);
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Child, a_grandchild_that_keeps_the_pipes_does_not_delay_the_end) {
  const auto begin = std::chrono::steady_clock::now();
  const ChildOutcome outcome = shell("sleep 3 & exit 0");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(Child, only_the_end_of_a_flood_is_kept) {
  const ChildOutcome outcome = shell("head -c 100000 /dev/zero | tr '\\0' x >&2; echo end >&2");
  EXPECT_EQ(outcome.errors.size(), 4096u);
  EXPECT_TRUE(outcome.errors.ends_with("xend\n"));
}

TEST(Child, a_program_that_does_not_exist_is_an_error) {
  EXPECT_EQ(run_child({"/nonexistent", {}, {}}).status().code(), Code::io);
}

TEST(Platform, the_own_directory_is_known) {
  EXPECT_TRUE(fs::exists(fs::path(library_directory()) / "host_tests")) << library_directory();
}

}  // namespace
}  // namespace tenon
