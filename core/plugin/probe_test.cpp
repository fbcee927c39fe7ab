// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/probe.h"
#include "core/plugin/host.h"
#include "core/plugin/registry.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tenon {
namespace {

namespace fs = std::filesystem;
using Kind = ProbeVerdict::Kind;

const std::string program = TENON_BINARY_DIR "/lib/tenon/tenon-probe";

ProbeVerdict probe_of(const std::string& fault, int limit_ms = 5000) {
  const std::string path = TENON_TEST_PLUGINS "/test_" + fault + ".so";
  const Result<ProbeVerdict> verdict =
      probe_plugin(program, path, std::chrono::milliseconds(limit_ms));
  EXPECT_TRUE(verdict.ok()) << verdict.status().message();
  return verdict.ok() ? *verdict : ProbeVerdict();
}

struct Ending {
  const char* fault;
  Kind kind;
  const char* reason;
};

class Probed : public testing::TestWithParam<Ending> {};

TEST_P(Probed, plugin_gets_its_verdict_with_the_reason) {
  const Ending& expected = GetParam();
  const bool hangs = std::string_view(expected.fault).starts_with("hang");
  const ProbeVerdict verdict = probe_of(expected.fault, hangs ? 300 : 5000);
  EXPECT_EQ(verdict.kind, expected.kind) << verdict.reason;
  EXPECT_NE(verdict.reason.find(expected.reason), std::string::npos) << verdict.reason;
}

INSTANTIATE_TEST_SUITE_P(
    faults, Probed,
    testing::Values(
        Ending{"crash_in_constructor", Kind::quarantined,
               "crashed with SIGSEGV when it was asked to open"},
        Ending{"abort_in_constructor", Kind::quarantined, "crashed with SIGABRT"},
        Ending{"exit_in_constructor", Kind::quarantined, "ended the process with exit code 0"},
        Ending{"hang_in_constructor", Kind::quarantined, "did not end within 300 ms"},
        Ending{"crash_in_start", Kind::quarantined,
               "asked to start; it printed \"about to crash\""},
        Ending{"exit_in_start", Kind::quarantined, "ended the process with exit code 0"},
        Ending{"hang_in_start", Kind::quarantined, "did not end within 300 ms"},
        Ending{"throw_from_start", Kind::quarantined, "an exception left its start function"},
        Ending{"wrong_table_size", Kind::quarantined, "tenon.backend/1 states"},
        Ending{"hole_in_table", Kind::quarantined, "lacks function"},
        Ending{"missing_table", Kind::quarantined, "answers none"},
        Ending{"null_entry", Kind::failed, "needs a newer engine"},
        Ending{"undefined", Kind::failed, "nobody_defines_this"},
        Ending{"fail_in_start", Kind::failed, "needs a licence file"},
        Ending{"device_error", Kind::good, ""}, Ending{"none", Kind::good, ""}),
    [](const auto& each) { return std::string(each.param.fault); });

TEST(Probe, a_healthy_backend_tells_its_devices) {
  EXPECT_EQ(probe_of("none").devices, std::vector<std::string>{"tiny: tiny test device"});
}

TEST(Probe, a_device_that_does_not_answer_is_no_fault_of_the_plugin) {
  EXPECT_EQ(probe_of("device_error").device_reason, "the driver does not answer");
}

// A directory of its own with copies of some plugins, and a registry beside it.
class ProbingHost : public testing::Test {
 protected:
  ProbingHost() {
    std::string pattern = (fs::temp_directory_path() / "tenon_probe_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directory(root_ / "plugins");
  }
  ~ProbingHost() override { fs::remove_all(root_); }
  void add(const std::string& fault) {
    fs::copy_file(TENON_TEST_PLUGINS "/test_" + fault + ".so", root_ / "plugins" / (fault + ".so"));
  }
  std::unique_ptr<PluginHost> host() {
    auto made = PluginHost::make({.directories = {root_ / "plugins"},
                                  .default_directories = false,
                                  .probe = true,
                                  .probe_program = program,
                                  .registry = root_ / "registry-1.json"});
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  PluginRecord only_record(const PluginHost& host) { return host.records().at(0); }
  std::string registry_text() {
    const Result<std::string> text = read_file(root_ / "registry-1.json", 1 << 20);
    return text.ok() ? *text : std::string();
  }
  fs::path root_;
};

TEST_F(ProbingHost, a_crash_is_quarantined_and_the_next_host_does_not_try_again) {
  add("crash_in_start");
  add("none");
  const auto first = host();
  const Result<LoadedPlugin*> crashed = first->load("org.tenon.test.crash_in_start");
  EXPECT_NE(crashed.status().message().find("SIGSEGV"), std::string_view::npos);
  EXPECT_TRUE(first->load("org.tenon.test.none").ok());
  const auto second = host();
  const PluginRecord record = only_record(*second);
  EXPECT_EQ(record.state, PluginState::quarantined);
  EXPECT_NE(record.reason.find("SIGSEGV"), std::string::npos) << record.reason;
  EXPECT_EQ(record.printed, "about to crash\n");
  EXPECT_TRUE(second->load("org.tenon.test.none").ok());
}

TEST_F(ProbingHost, a_changed_file_leaves_quarantine) {
  add("crash_in_start");
  EXPECT_FALSE(host()->load("org.tenon.test.crash_in_start").ok());
  EXPECT_EQ(only_record(*host()).state, PluginState::quarantined);
  fs::remove(root_ / "plugins/crash_in_start.so");
  fs::copy_file(TENON_TEST_PLUGINS "/test_none.so", root_ / "plugins/crash_in_start.so");
  EXPECT_EQ(only_record(*host()).state, PluginState::ready);
}

TEST_F(ProbingHost, a_failed_device_quarantines_nothing) {
  add("device_error");
  EXPECT_TRUE(host()->load("org.tenon.test.device_error").ok());
  const PluginRecord record = only_record(*host());
  EXPECT_EQ(record.state, PluginState::ready);
  EXPECT_EQ(record.reason, "the driver does not answer");
}

TEST_F(ProbingHost, a_damaged_registry_is_an_empty_one) {
  add("crash_in_start");
  EXPECT_FALSE(host()->load("org.tenon.test.crash_in_start").ok());
  const std::string sound = registry_text();
  ASSERT_GT(sound.size(), 100u);
  for (const std::string& damaged :
       {std::string(), std::string("{"), sound.substr(0, sound.size() / 2), "[" + sound + "]",
        std::string(100, '\0'), std::string(R"({"format":1,"entries":[1,{"key":2}]})")}) {
    std::ofstream(root_ / "registry-1.json") << damaged;
    EXPECT_EQ(only_record(*host()).state, PluginState::ready) << damaged;
  }
  EXPECT_FALSE(host()->load("org.tenon.test.crash_in_start").ok());
  EXPECT_EQ(only_record(*host()).state, PluginState::quarantined);
}

TEST_F(ProbingHost, without_the_probe_program_unknown_plugins_are_not_opened) {
  add("none");
  auto made = PluginHost::make({.directories = {root_ / "plugins"},
                                .default_directories = false,
                                .probe = true,
                                .probe_program = "/nonexistent/tenon-probe",
                                .registry = root_ / "registry-1.json"});
  const Result<LoadedPlugin*> plugin = (*made)->load("org.tenon.test.none");
  EXPECT_EQ(plugin.status().code(), Code::io);
  EXPECT_NE(plugin.status().message().find("tenon-probe"), std::string_view::npos);
}

TEST(ProbeRegistry, a_quarantine_ends_after_a_day_and_counts) {
  ProbeRegistry registry("");
  const FileIdentity file{1, 2, 3, 4};
  const ProbeVerdict crashed{.kind = Kind::quarantined, .reason = "crashed"};
  ASSERT_TRUE(registry.store("/p", file, crashed, 1000).ok());
  EXPECT_TRUE(registry.find(file, 1000 + 86399));
  EXPECT_FALSE(registry.find(file, 1000 + 86400));
  EXPECT_FALSE(registry.find(file, 999));
  EXPECT_FALSE(registry.find({1, 2, 3, 5}, 1000));
}

TEST(ProbeRegistry, what_failed_is_not_kept_and_what_was_good_is) {
  ProbeRegistry registry("");
  const FileIdentity file{1, 2, 3, 4};
  ASSERT_TRUE(registry.store("/p", file, {.kind = Kind::failed}, 1000).ok());
  EXPECT_FALSE(registry.find(file, 1000));
  ASSERT_TRUE(registry.store("/p", file, {.kind = Kind::good, .code = Code::ok}, 1000).ok());
  EXPECT_TRUE(registry.find(file, 100'000'000));
}

}  // namespace
}  // namespace tenon
