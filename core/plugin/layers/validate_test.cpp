// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/test_device.h"
#include "core/plugin/layers/violations.h"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tenon {
namespace {

class Validate : public testing::Test {
 protected:
  Validate() { take_violations(); }
  // Exactly one violation since the last look, of that culprit and rule, with those words.
  static void expect_one(Culprit culprit, std::string_view rule, std::string_view words) {
    const std::vector<Violation> violations = take_violations();
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].culprit, culprit) << violations[0].message();
    EXPECT_EQ(violations[0].rule, rule) << violations[0].message();
    EXPECT_NE(violations[0].message().find(words), std::string::npos) << violations[0].message();
  }
  static void expect_none() {
    for (const Violation& violation : take_violations()) ADD_FAILURE() << violation.message();
  }
};

void use_properly() {
  LayeredDevice d("validate");
  tenon_buffer* from = d.buffer(16);
  tenon_buffer* to = d.buffer(16);
  tenon_stream* stream = d.stream();
  tenon_fence* fence = d.fence();
  const std::vector<char> sent(16, 'x');
  std::vector<char> got(16);
  EXPECT_EQ(d.backend.upload(stream, from, 0, sent.data(), 16), TENON_OK);
  tenon_graph graph = empty_graph(1, 1);
  tenon_compile options{};
  options.size = sizeof options;
  tenon_program* program = nullptr;
  ASSERT_EQ(d.programs.compile(d.device, &graph, &options, &program), TENON_OK);
  const int64_t symbol = 16;
  tenon_demand demand{};
  demand.size = sizeof demand;
  tenon_bound* bound = nullptr;
  ASSERT_EQ(d.programs.bind(program, &symbol, 1, &bound, &demand), TENON_OK);
  const tenon_binding bindings[] = {{from, 0, 16}, {to, 0, 16}};
  tenon_run run{};
  run.size = sizeof run;
  run.n_bindings = 2;
  run.bindings = bindings;
  run.n_symbols = 1;
  run.symbols = &symbol;
  EXPECT_EQ(d.programs.run(bound, &run, stream), TENON_OK);
  EXPECT_EQ(d.backend.download(stream, to, 0, got.data(), 16), TENON_OK);
  EXPECT_EQ(d.backend.signal(stream, fence, 1), TENON_OK);
  EXPECT_EQ(d.backend.block(fence, 1, 1000), TENON_OK);
  EXPECT_EQ(got, sent);
  d.programs.drop_bound(bound);
  d.programs.drop(program);
}

TEST_F(Validate, a_proper_use_passes_and_leaves_nothing) {
  const int64_t before = test_plugins::tiny_objects_alive();
  use_properly();
  expect_none();
  EXPECT_EQ(test_plugins::tiny_objects_alive(), before);
}

TEST_F(Validate, ranges_beyond_a_buffer_and_null_sources_are_the_hosts_mistake) {
  LayeredDevice d("validate");
  tenon_buffer* buffer = d.buffer(16);
  tenon_stream* stream = d.stream();
  char bytes[32] = {};
  EXPECT_EQ(d.backend.upload(stream, buffer, 8, bytes, 9), TENON_INVALID);
  expect_one(Culprit::host, "its text", "bytes 8+9 of a buffer of 16 bytes");
  EXPECT_EQ(d.backend.download(stream, buffer, UINT64_MAX, bytes, 2), TENON_INVALID);
  expect_one(Culprit::host, "its text", "of a buffer of 16 bytes");
  EXPECT_EQ(d.backend.upload(stream, buffer, 0, nullptr, 4), TENON_INVALID);
  expect_one(Culprit::host, "A5", "from is null");
  EXPECT_EQ(d.backend.copy(stream, buffer, 0, buffer, 4, 8), TENON_INVALID);
  expect_one(Culprit::host, "its text", "overlap");
  EXPECT_EQ(d.backend.fill(stream, buffer, 16, 0, 7, 0), TENON_OK);
  expect_none();
}

TEST_F(Validate, dead_foreign_and_mixed_up_handles_are_found) {
  LayeredDevice d("validate");
  LayeredDevice other("validate");
  tenon_buffer* buffer = d.buffer(16);
  tenon_stream* stream = d.stream();
  EXPECT_EQ(d.backend.fill(stream, other.buffer(16), 0, 4, 0, 0), TENON_INVALID);
  expect_one(Culprit::host, "A8", "different devices");
  d.free_buffer(buffer);
  expect_none();
  EXPECT_EQ(d.backend.fill(stream, buffer, 0, 4, 0, 0), TENON_INVALID);
  expect_one(Culprit::host, "A8", "the buffer was freed");
  d.backend.free(d.device, buffer);
  expect_one(Culprit::host, "A8", "the buffer was freed");
  int nothing = 0;
  EXPECT_EQ(d.backend.fill(stream, object_of<tenon_buffer>(&nothing), 0, 4, 0, 0), TENON_INVALID);
  expect_one(Culprit::host, "A8", "no table gave out");
  EXPECT_EQ(d.backend.fill(stream, object_of<tenon_buffer>(stream), 0, 4, 0, 0), TENON_INVALID);
  expect_one(Culprit::host, "A8", "a stream where a buffer is expected");
  EXPECT_EQ(d.backend.fill(stream, nullptr, 0, 4, 0, 0), TENON_INVALID);
  expect_one(Culprit::host, "A8", "buffer is null");
}

TEST_F(Validate, a_device_is_not_closed_over_living_objects_and_leaks_are_told) {
  LayeredDevice d("validate");
  d.buffer(16);
  d.stream();
  d.backend.close(d.device);
  expect_one(Culprit::host, "A8", "2 of its objects are still alive");
  d.end_tables();
  expect_one(Culprit::host, "A8", "a device with 2 living objects was not closed");
}

TEST_F(Validate, a_fence_only_grows_and_is_only_waited_for_when_someone_signals) {
  LayeredDevice d("validate");
  tenon_stream* stream = d.stream();
  tenon_fence* fence = d.fence();
  EXPECT_EQ(d.backend.signal(stream, fence, 2), TENON_OK);
  EXPECT_EQ(d.backend.signal(stream, fence, 2), TENON_INVALID);
  expect_one(Culprit::host, "its text", "a fence only grows");
  EXPECT_EQ(d.backend.block(fence, 3, 10), TENON_INVALID);
  expect_one(Culprit::host, "its text", "nobody signals value 3");
}

TEST_F(Validate, struct_sizes_symbols_and_bindings_are_checked) {
  LayeredDevice d("validate");
  tenon_graph graph = empty_graph(1, 2);
  tenon_program* program = nullptr;
  tenon_compile options{};
  EXPECT_EQ(d.programs.compile(d.device, &graph, &options, &program), TENON_INVALID);
  expect_one(Culprit::host, "A3", "tenon_compile of 0 bytes");
  options.size = sizeof options;
  ASSERT_EQ(d.programs.compile(d.device, &graph, &options, &program), TENON_OK);
  const int64_t symbols[] = {1, 2};
  tenon_bound* bound = nullptr;
  tenon_demand demand{};
  demand.size = sizeof demand;
  EXPECT_EQ(d.programs.bind(program, symbols, 1, &bound, &demand), TENON_INVALID);
  expect_one(Culprit::host, "its text", "1 symbol values, the graph has 2");
  ASSERT_EQ(d.programs.bind(program, symbols, 2, &bound, &demand), TENON_OK);
  const tenon_binding beyond = {d.buffer(8), 4, 8};
  tenon_run run{};
  run.size = sizeof run;
  run.n_symbols = 2;
  run.symbols = symbols;
  run.n_bindings = 1;
  run.bindings = &beyond;
  EXPECT_EQ(d.programs.run(bound, &run, d.stream()), TENON_INVALID);
  expect_one(Culprit::host, "its text", "bytes 4+8 of a buffer of 8 bytes");
  d.programs.drop(program);
  expect_one(Culprit::host, "A8", "1 of its objects are still alive");
  d.programs.drop_bound(bound);
  d.programs.drop(program);
}

TEST_F(Validate, two_threads_on_one_stream_are_found) {
  auto tiny = std::make_unique<TinyTables>();
  tiny->backend.fill = [](tenon_stream*, tenon_buffer*, uint64_t, uint64_t, uint32_t,
                          uint32_t) -> tenon_status {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return TENON_OK;
  };
  LayeredDevice d("validate", std::move(tiny));
  tenon_stream* stream = d.stream();
  tenon_buffer* buffer = d.buffer(8);
  std::vector<tenon_status> codes(2);
  {
    std::jthread first([&] { codes[0] = d.backend.fill(stream, buffer, 0, 8, 0, 0); });
    std::jthread second([&] { codes[1] = d.backend.fill(stream, buffer, 0, 8, 0, 0); });
  }
  EXPECT_EQ(std::ranges::count(codes, TENON_OK), 1);
  EXPECT_EQ(std::ranges::count(codes, TENON_INVALID), 1);
  expect_one(Culprit::host, "A10", "two threads");
}

TEST_F(Validate, exceptions_codes_and_nulls_of_the_plugin_are_its_mistake) {
  auto tiny = std::make_unique<TinyTables>();
  tiny->backend.copy = [](tenon_stream*, tenon_buffer*, uint64_t, tenon_buffer*, uint64_t,
                          uint64_t) -> tenon_status { throw std::runtime_error("oops"); };
  tiny->backend.memory = [](tenon_device*, uint64_t*, uint64_t*) -> tenon_status { return 77; };
  tiny->backend.fence = [](tenon_device*, tenon_fence**) -> tenon_status { return TENON_OK; };
  tiny->programs.claim = [](tenon_device*, const tenon_graph*,
                            const tenon_claim_sink* sink) -> tenon_status {
    return sink->refuse(sink->context, 5, 0, {"no", 2});
  };
  LayeredDevice d("validate", std::move(tiny));
  EXPECT_EQ(d.backend.copy(d.stream(), d.buffer(4), 0, d.buffer(4), 0, 4), TENON_INTERNAL);
  expect_one(Culprit::plugin, "A7", "exception");
  uint64_t free = 0;
  uint64_t total = 0;
  EXPECT_EQ(d.backend.memory(d.device, &free, &total), TENON_INTERNAL);
  expect_one(Culprit::plugin, "A6", "77");
  tenon_fence* fence = nullptr;
  EXPECT_EQ(d.backend.fence(d.device, &fence), TENON_INTERNAL);
  expect_one(Culprit::plugin, "A6", "success without a fence");
  const tenon_graph graph = empty_graph(2, 0);
  const tenon_claim_sink sink = {
      .context = nullptr,
      .claim = [](void*, const tenon_claim*) -> tenon_status { return TENON_OK; },
      .refuse = [](void*, uint32_t, uint32_t, tenon_str) -> tenon_status { return TENON_OK; }};
  EXPECT_EQ(d.programs.claim(d.device, &graph, &sink), TENON_INTERNAL);
  expect_one(Culprit::plugin, "its text", "refuses node 5 of 2");
}

TEST_F(Validate, a_fence_that_runs_ahead_or_back_is_the_plugins_mistake) {
  auto tiny = std::make_unique<TinyTables>();
  tiny->backend.value = [](tenon_fence*, uint64_t* value, tenon_status* status) -> tenon_status {
    static uint64_t shown = 3;
    *value = shown--;
    *status = TENON_OK;
    return TENON_OK;
  };
  LayeredDevice d("validate", std::move(tiny));
  tenon_fence* fence = d.fence();
  tenon_stream* stream = d.stream();
  uint64_t value = 0;
  tenon_status status = TENON_OK;
  EXPECT_EQ(d.backend.signal(stream, fence, 2), TENON_OK);
  EXPECT_EQ(d.backend.value(fence, &value, &status), TENON_INTERNAL);
  expect_one(Culprit::plugin, "its text", "the fence shows 3");
  EXPECT_EQ(d.backend.value(fence, &value, &status), TENON_OK);
  EXPECT_EQ(d.backend.value(fence, &value, &status), TENON_INTERNAL);
  expect_one(Culprit::plugin, "its text", "before it showed 2");
}

}  // namespace
}  // namespace tenon
