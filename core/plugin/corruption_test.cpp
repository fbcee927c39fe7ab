// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/host.h"
#include "core/plugin/probe.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>

// Damaged copies of a healthy plugin: this process survives them all and can say what is wrong.
namespace tenon {
namespace {

namespace fs = std::filesystem;

const std::string healthy = TENON_TEST_PLUGINS "/test_none.so";

class Damaged : public testing::Test {
 protected:
  Damaged() {
    std::string pattern = (fs::temp_directory_path() / "tenon_damage_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    Result<std::string> bytes = read_file(healthy, 64 << 20);
    EXPECT_TRUE(bytes.ok()) << bytes.status().message();
    if (bytes.ok()) bytes_ = std::move(*bytes);
  }
  ~Damaged() override { fs::remove_all(root_); }

  PluginRecord examine(std::string_view bytes) {
    std::ofstream(root_ / "plugin.so", std::ios::binary | std::ios::trunc) << bytes;
    const auto host = PluginHost::make({.directories = {root_}, .default_directories = false});
    EXPECT_TRUE(host.ok());
    return (*host)->records().at(0);
  }
  void expect_healthy_plugin_still_works() {
    const auto host =
        PluginHost::make({.directories = {TENON_TEST_PLUGINS}, .default_directories = false});
    ASSERT_TRUE(host.ok());
    EXPECT_TRUE((*host)->load("org.tenon.test.none").ok());
  }

  fs::path root_;
  std::string bytes_;
};

TEST_F(Damaged, every_truncation_is_refused_before_the_file_is_opened) {
  constexpr size_t cuts = 300;
  for (size_t i = 0; i < cuts; ++i) {
    const PluginRecord record =
        examine(std::string_view(bytes_).substr(0, bytes_.size() * i / cuts));
    EXPECT_EQ(record.state, PluginState::refused) << i;
    EXPECT_FALSE(record.reason.empty()) << i;
  }
  for (size_t missing = 1; missing <= 64; ++missing) {
    const PluginRecord record =
        examine(std::string_view(bytes_).substr(0, bytes_.size() - missing));
    EXPECT_EQ(record.state, PluginState::refused) << missing << " bytes missing";
  }
  EXPECT_EQ(examine(bytes_).state, PluginState::ready);
  expect_healthy_plugin_still_works();
}

TEST_F(Damaged, random_changes_end_in_a_reason_or_in_a_working_plugin) {
  constexpr int seed = 20261125;
  constexpr int files = 1200;
  std::mt19937 random(seed);
  const std::string program = TENON_BINARY_DIR "/lib/tenon/tenon-probe";
  std::array<int, 3> verdicts{};
  int refused = 0;
  for (int i = 0; i < files; ++i) {
    std::string damaged = bytes_;
    // Headers, tables and code lie in front; debug information, which nothing reads, behind.
    const size_t reach = i % 4 == 0 ? damaged.size() : std::min<size_t>(damaged.size(), 16384);
    for (uint32_t n = 1 + random() % 8; n > 0; --n) {
      damaged[random() % reach] = static_cast<char>(random());
    }
    const PluginRecord record = examine(damaged);
    if (record.state == PluginState::refused) {
      EXPECT_FALSE(record.reason.empty()) << "seed " << seed << ", file " << i;
      ++refused;
      continue;
    }
    const auto verdict = probe_plugin(program, record.path, std::chrono::milliseconds(1000));
    ASSERT_TRUE(verdict.ok()) << verdict.status().message();
    const bool good = verdict->kind == ProbeVerdict::Kind::good;
    EXPECT_TRUE(good || !verdict->reason.empty()) << "seed " << seed << ", file " << i;
    ++verdicts[static_cast<size_t>(verdict->kind)];
  }
  std::printf("seed %d: %d files, %d refused unopened, %d work, %d fail, %d quarantined\n", seed,
              files, refused, verdicts[0], verdicts[1], verdicts[2]);
  EXPECT_GT(refused, 0);
  EXPECT_GT(verdicts[2], 0);
  expect_healthy_plugin_still_works();
}

}  // namespace
}  // namespace tenon
