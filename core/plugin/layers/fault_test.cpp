// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/fault_script.h"
#include "core/plugin/layers/test_device.h"
#include "core/plugin/layers/violations.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace tenon {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr uint64_t second_ns = 1'000'000'000;

class Fault : public testing::Test {
 protected:
  static void script(const char* text) { setenv("TENON_FAULT", text, 1); }
  ~Fault() override { unsetenv("TENON_FAULT"); }
};

TEST_F(Fault, scripts_are_checked) {
  EXPECT_TRUE(check_layers("validate, fault").ok());
  EXPECT_EQ(check_layers("trace").code(), Code::invalid);
  for (const char* bad : {"delay_fences=20", "delay_fences=x", "fail_alloc=0", "fail_alloc",
                          "fail_alloc=3x", "fail_everything=1", "x", "fail_alloc=99999999999999"}) {
    EXPECT_EQ(parse_fault_script(bad).status().code(), Code::invalid) << bad;
  }
  const auto script = parse_fault_script("delay_fences=20ms; fail_alloc=3+;lose_device=10;");
  ASSERT_TRUE(script.ok()) << script.status().message();
  EXPECT_EQ(script->delay, milliseconds(20));
  EXPECT_TRUE(script->fail[0].hits(4));
  EXPECT_FALSE(script->fail[0].hits(2));
}

TEST_F(Fault, the_chosen_call_fails_with_a_typed_status_and_the_next_works) {
  script("fail_alloc=2;fail_upload=1;fail_run=1");
  LayeredDevice d("fault");
  tenon_buffer* buffer = d.buffer(4);
  tenon_buffer* second = nullptr;
  EXPECT_EQ(d.backend.alloc(d.device, 4, 0, 0, &second), TENON_NO_MEMORY);
  EXPECT_EQ(take_failure(TENON_NO_MEMORY).message(), "fault layer: alloc 2 fails as asked");
  EXPECT_NE(d.buffer(4), nullptr);
  tenon_stream* stream = d.stream();
  EXPECT_EQ(d.backend.upload(stream, buffer, 0, "abc", 4), TENON_DEVICE);
  EXPECT_EQ(d.backend.upload(stream, buffer, 0, "abc", 4), TENON_OK);
}

TEST_F(Fault, commands_of_all_kinds_are_counted_together) {
  script("fail_command=3");
  LayeredDevice d("fault");
  tenon_buffer* buffer = d.buffer(4);
  tenon_stream* stream = d.stream();
  char got[4] = {};
  EXPECT_EQ(d.backend.upload(stream, buffer, 0, "abc", 4), TENON_OK);
  EXPECT_EQ(d.backend.fill(stream, buffer, 0, 4, 1, 0), TENON_OK);
  EXPECT_EQ(d.backend.download(stream, buffer, 0, got, 4), TENON_DEVICE);
  EXPECT_EQ(take_failure(TENON_DEVICE).message(), "fault layer: command 3 fails as asked");
  EXPECT_EQ(d.backend.download(stream, buffer, 0, got, 4), TENON_OK);
}

TEST_F(Fault, a_delayed_device_reads_late_writes_late_and_shows_its_fences_late) {
  script("delay_fences=60ms");
  LayeredDevice d("fault");
  tenon_buffer* buffer = d.buffer(4);
  tenon_stream* stream = d.stream();
  tenon_fence* fence = d.fence();
  char sent[4] = "old";
  char got[4] = "-";
  const Clock::time_point begin = Clock::now();
  EXPECT_EQ(d.backend.upload(stream, buffer, 0, sent, 4), TENON_OK);
  EXPECT_EQ(d.backend.download(stream, buffer, 0, got, 4), TENON_OK);
  EXPECT_EQ(d.backend.signal(stream, fence, 1), TENON_OK);
  // Whoever changes a source too early, or reads a result too early, sees it.
  EXPECT_STREQ(got, "-");
  std::strcpy(sent, "new");
  uint64_t value = 9;
  tenon_status status = TENON_OK;
  EXPECT_EQ(d.backend.value(fence, &value, &status), TENON_OK);
  EXPECT_EQ(value, 0u);
  EXPECT_EQ(d.backend.block(fence, 1, 1'000'000), TENON_TIMEOUT);
  EXPECT_EQ(d.backend.block(fence, 1, 5 * second_ns), TENON_OK);
  EXPECT_GE(Clock::now() - begin, milliseconds(60));
  EXPECT_STREQ(got, "new");
  d.free_stream(stream);
}

TEST_F(Fault, a_delayed_device_says_that_it_works_on_its_own) {
  script("delay_fences=1ms");
  LayeredDevice d("fault");
  uint32_t flags = 0;
  const tenon_device_sink sink = {
      .context = &flags,
      .device = [](void* context, const tenon_device_info* info) -> tenon_status {
        *static_cast<uint32_t*>(context) = info->flags;
        return TENON_OK;
      }};
  EXPECT_EQ(d.backend.devices(d.self(), &sink), TENON_OK);
  EXPECT_NE(flags & TENON_DEVICE_ASYNC, 0u);
}

TEST_F(Fault, a_stream_waits_for_a_fence_of_another) {
  script("delay_fences=20ms");
  LayeredDevice d("validate,fault");
  tenon_buffer* buffer = d.buffer(4);
  tenon_stream* first = d.stream();
  tenon_stream* second = d.stream();
  tenon_fence* ready = d.fence();
  tenon_fence* done = d.fence();
  char got[4] = {};
  EXPECT_EQ(d.backend.wait(second, ready, 1), TENON_OK);
  EXPECT_EQ(d.backend.download(second, buffer, 0, got, 4), TENON_OK);
  EXPECT_EQ(d.backend.signal(second, done, 1), TENON_OK);
  EXPECT_EQ(d.backend.upload(first, buffer, 0, "abc", 4), TENON_OK);
  EXPECT_EQ(d.backend.signal(first, ready, 1), TENON_OK);
  EXPECT_EQ(d.backend.block(done, 1, 5 * second_ns), TENON_OK);
  EXPECT_STREQ(got, "abc");
  d.free_stream(first);
  d.free_stream(second);
}

TEST_F(Fault, a_lost_device_answers_everything_with_that) {
  script("delay_fences=10ms;lose_device=3");
  LayeredDevice d("fault");
  tenon_buffer* buffer = d.buffer(4);
  tenon_stream* stream = d.stream();
  tenon_fence* fence = d.fence();
  EXPECT_EQ(d.backend.fill(stream, buffer, 0, 4, 1, 0), TENON_OK);
  EXPECT_EQ(d.backend.signal(stream, fence, 1), TENON_OK);
  EXPECT_EQ(d.backend.fill(stream, buffer, 0, 4, 1, 0), TENON_DEVICE_LOST);
  EXPECT_EQ(d.backend.block(fence, 1, second_ns), TENON_DEVICE_LOST);
  tenon_buffer* more = nullptr;
  EXPECT_EQ(d.backend.alloc(d.device, 4, 0, 0, &more), TENON_DEVICE_LOST);
  uint64_t value = 0;
  tenon_status status = TENON_OK;
  EXPECT_EQ(d.backend.value(fence, &value, &status), TENON_OK);
  EXPECT_EQ(status, TENON_DEVICE_LOST);
  d.free_stream(stream);
}

TEST_F(Fault, a_hung_stream_never_gets_there_and_can_still_be_freed) {
  for (const char* text : {"hang_fence=2", "delay_fences=5ms;hang_fence=2"}) {
    script(text);
    LayeredDevice d("fault");
    tenon_stream* stream = d.stream();
    tenon_stream* waiting = d.stream();
    tenon_fence* fence = d.fence();
    EXPECT_EQ(d.backend.signal(stream, fence, 1), TENON_OK);
    EXPECT_EQ(d.backend.signal(stream, fence, 2), TENON_OK);
    EXPECT_EQ(d.backend.wait(waiting, fence, 2), TENON_OK);
    EXPECT_EQ(d.backend.block(fence, 1, second_ns), TENON_OK) << text;
    EXPECT_EQ(d.backend.block(fence, 2, second_ns / 20), TENON_TIMEOUT) << text;
    d.free_stream(waiting);
    d.free_stream(stream);
  }
}

TEST_F(Fault, a_command_that_fails_later_shows_at_the_fence_with_its_text) {
  script("delay_fences=5ms");
  auto tiny = std::make_unique<TinyTables>();
  tiny->backend.fill = [](tenon_stream*, tenon_buffer*, uint64_t, uint64_t, uint32_t,
                          uint32_t) -> tenon_status {
    return keep_failure(device_error("bad cell"));
  };
  LayeredDevice d("fault", std::move(tiny));
  tenon_stream* stream = d.stream();
  tenon_fence* fence = d.fence();
  EXPECT_EQ(d.backend.fill(stream, d.buffer(4), 0, 4, 1, 0), TENON_OK);
  EXPECT_EQ(d.backend.signal(stream, fence, 1), TENON_OK);
  EXPECT_EQ(d.backend.block(fence, 1, second_ns), TENON_DEVICE);
  EXPECT_EQ(take_failure(TENON_DEVICE).message(), "bad cell");
  d.free_stream(stream);
}

}  // namespace
}  // namespace tenon
