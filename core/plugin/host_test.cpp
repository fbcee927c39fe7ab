// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/host.h"
#include "tests/plugins/tiny_backend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace tenon {
namespace {

std::unique_ptr<PluginHost> host_of(PluginHostOptions options) {
  options.default_directories = false;
  Result<std::unique_ptr<PluginHost>> host = PluginHost::make(std::move(options));
  EXPECT_TRUE(host.ok()) << host.status().message();
  return host.ok() ? std::move(*host) : nullptr;
}

PluginRecord record_of(const PluginHost& host, std::string_view file) {
  for (const PluginRecord& record : host.records()) {
    if (std::filesystem::path(record.path).filename() == file) return record;
  }
  ADD_FAILURE() << file << " was not found";
  return {};
}

TEST(PluginHost, a_healthy_plugin_is_found_and_answers_its_tables) {
  const auto host = host_of({.directories = {TENON_TEST_PLUGINS}});
  const Result<LoadedPlugin*> plugin = host->load("org.tenon.test.none");
  ASSERT_TRUE(plugin.ok()) << plugin.status().message();
  EXPECT_TRUE((*plugin)->query(TENON_BACKEND_ID) != nullptr);
  EXPECT_TRUE((*plugin)->query(TENON_PROGRAMS_ID) != nullptr);
  EXPECT_EQ((*plugin)->query("tenon.backend/2"), nullptr);
  EXPECT_EQ(*host->load("org.tenon.test.none"), *plugin);
}

TEST(PluginHost, files_that_are_no_plugins_are_listed_with_the_reason) {
  const auto host = host_of({.directories = {TENON_TEST_PLUGINS}});
  const PluginRecord foreign = record_of(*host, "test_no_manifest.so");
  EXPECT_EQ(foreign.state, PluginState::refused);
  EXPECT_EQ(foreign.reason, "has no manifest; it is not a plugin");
  const PluginRecord newer = record_of(*host, "test_newer_interface.so");
  EXPECT_EQ(newer.state, PluginState::refused);
  EXPECT_NE(newer.reason.find("1.99"), std::string::npos) << newer.reason;
  EXPECT_NE(host->explain().find("has no manifest"), std::string::npos);
}

struct Refusal {
  const char* id;
  const char* reason;
};

class Refused : public testing::TestWithParam<Refusal> {};

// Those that do not end the process; the others are for the probe.
TEST_P(Refused, plugin_is_refused_with_the_reason) {
  const auto host = host_of({.directories = {TENON_TEST_PLUGINS}});
  const std::string id = std::string("org.tenon.test.") + GetParam().id;
  const Result<LoadedPlugin*> plugin = host->load(id);
  ASSERT_FALSE(plugin.ok());
  EXPECT_NE(plugin.status().message().find(GetParam().reason), std::string::npos)
      << plugin.status().message();
  // Asked again, it is refused without another try.
  EXPECT_EQ(host->load(id).status().code(), Code::unsupported);
  EXPECT_TRUE(host->load("org.tenon.test.none").ok());
}

INSTANTIATE_TEST_SUITE_P(faults, Refused,
                         testing::Values(Refusal{"undefined", "nobody_defines_this"},
                                         Refusal{"no_entry", "does not export tenon_plugin_v1"},
                                         Refusal{"null_entry", "needs a newer engine"},
                                         Refusal{"wrong_entry_size", "states 8 bytes"},
                                         Refusal{"hole_in_entry", "lacks a function"},
                                         Refusal{"missing_table", "answers none"},
                                         Refusal{"wrong_table_size", "tenon.backend/1 states"},
                                         Refusal{"hole_in_table", "lacks function"},
                                         Refusal{"throw_from_start",
                                                 "an exception left its start function"},
                                         Refusal{"fail_in_start", "needs a licence file"}),
                         [](const auto& each) { return std::string(each.param.id); });

TEST(PluginHost, an_unknown_id_and_a_relative_directory_are_errors) {
  const auto host = host_of({});
  EXPECT_EQ(host->load("org.nobody").status().code(), Code::unsupported);
  EXPECT_EQ(PluginHost::make({.directories = {"plugins"}}).status().code(), Code::invalid);
}

const tenon_plugin* linked_plugin(std::string_view manifest, tenon_plugin& storage) {
  storage = {
      .size = sizeof(tenon_plugin),
      .minor = 0,
      .manifest = to_str(manifest),
      .start = [](const tenon_host*, const tenon_kv*, uint64_t, void** self) -> tenon_status {
        *self = nullptr;
        return TENON_OK;
      },
      .stop = [](void*) {},
      .query = [](void*, tenon_str) -> const void* { return &test_plugins::tiny_backend(); }};
  return &storage;
}

TEST(PluginHost, the_highest_version_of_an_id_wins_and_the_loser_is_listed) {
  tenon_plugin storage;
  const auto host =
      host_of({.directories = {TENON_TEST_PLUGINS},
               .static_plugins = {linked_plugin(R"({"id":"org.tenon.test.none","version":"0.10.0",
                                            "abi":[1,0],"interfaces":["tenon.backend/1"]})",
                                                storage)}});
  const PluginRecord file = record_of(*host, "test_none.so");
  EXPECT_EQ(file.state, PluginState::shadowed);
  EXPECT_NE(file.reason.find("version 0.10.0"), std::string::npos) << file.reason;
  ASSERT_TRUE(host->load("org.tenon.test.none").ok());
  EXPECT_EQ((*host->load("org.tenon.test.none"))->manifest().version, "0.10.0");
}

TEST(PluginHost, patterns_select_and_disable) {
  const PluginSelection some("open*, -*cuda*");
  EXPECT_TRUE(some.wants("org.tenon.backend.opencl"));
  EXPECT_FALSE(some.wants("org.tenon.backend.opencuda"));
  EXPECT_FALSE(some.wants("org.tenon.backend.reference"));
  EXPECT_TRUE(PluginSelection("-vulkan").wants("org.tenon.backend.reference"));
  EXPECT_TRUE(PluginSelection("").wants("anything"));
}

}  // namespace
}  // namespace tenon
