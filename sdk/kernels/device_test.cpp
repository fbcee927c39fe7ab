// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

// Memory, copies and fences of a host backend.
namespace tenon {
namespace {

using testing::TestDevice;
using testing::TestHost;

class HostDevice : public ::testing::Test {
 protected:
  HostDevice() { table.stream(device.device(), &stream); }
  ~HostDevice() override { table.stream_free(device.device(), stream); }

  TestDevice device{HostBackend{.id = "empty", .name = "no kernels", .kernels = {}}};
  const tenon_backend& table = device.table();
  tenon_stream* stream = nullptr;
};

TEST_F(HostDevice, describes_itself) {
  HostBackendPlugin plugin({.id = "d", .name = "device d", .kernels = {}});
  std::string seen;
  const tenon_device_sink sink = {
      &seen, [](void* context, const tenon_device_info* info) -> tenon_status {
        *static_cast<std::string*>(context) =
            fmt::format("{} {} {}", to_view(info->id), to_view(info->name), info->n_heaps);
        return TENON_OK;
      }};
  EXPECT_EQ(table.devices(&plugin, &sink), TENON_OK);
  EXPECT_EQ(seen, "d device d 1");
  EXPECT_EQ(plugin.query("tenon.backend/2"), nullptr);
  EXPECT_EQ(table.size, sizeof(tenon_backend));
  EXPECT_EQ(device.programs().size, sizeof(tenon_programs));
}

TEST_F(HostDevice, memory_goes_up_along_and_down) {
  tenon_buffer* a = nullptr;
  tenon_buffer* b = nullptr;
  ASSERT_EQ(table.alloc(device.device(), 8, TENON_USE_SCRATCH, 0, &a), TENON_OK);
  ASSERT_EQ(table.alloc(device.device(), 8, TENON_USE_SCRATCH, 0, &b), TENON_OK);
  const std::array<uint8_t, 4> in = {1, 2, 3, 4};
  std::array<uint8_t, 8> out = {};
  EXPECT_EQ(table.fill(stream, b, 0, 8, 0x107, 0), TENON_OK);
  EXPECT_EQ(table.upload(stream, a, 2, in.data(), 4), TENON_OK);
  EXPECT_EQ(table.copy(stream, b, 3, a, 2, 4), TENON_OK);
  EXPECT_EQ(table.download(stream, b, 0, out.data(), 8), TENON_OK);
  EXPECT_EQ(out, (std::array<uint8_t, 8>{7, 7, 7, 1, 2, 3, 4, 7}));
  table.free(device.device(), a);
  table.free(device.device(), b);
}

TEST_F(HostDevice, imported_memory_is_used_in_place) {
  std::array<uint8_t, 4> host = {1, 2, 3, 4};
  tenon_buffer* buffer = nullptr;
  ASSERT_EQ(table.import_host(device.device(), host.data(), 4, 0, 0, &buffer), TENON_OK);
  void* address = nullptr;
  EXPECT_EQ(table.map(device.device(), buffer, &address), TENON_OK);
  EXPECT_EQ(address, host.data());
  table.free(device.device(), buffer);
}

TEST_F(HostDevice, ranges_outside_a_buffer_are_refused) {
  const TestHost host;
  tenon_buffer* buffer = nullptr;
  ASSERT_EQ(table.alloc(device.device(), 8, 0, 0, &buffer), TENON_OK);
  EXPECT_EQ(table.fill(stream, buffer, 4, 5, 0, 0), TENON_INVALID);
  EXPECT_EQ(host.last_failure(), "fill: bytes 4 to 4+5 of a buffer of 8 bytes");
  EXPECT_EQ(table.fill(stream, buffer, UINT64_MAX, 2, 0, 0), TENON_INVALID);
  EXPECT_EQ(table.fill(stream, buffer, 8, 0, 0, 0), TENON_OK);
  table.free(device.device(), buffer);
}

TEST_F(HostDevice, impossible_sizes_are_out_of_memory) {
  tenon_buffer* buffer = nullptr;
  EXPECT_EQ(table.alloc(device.device(), UINT64_MAX, 0, 0, &buffer), TENON_NO_MEMORY);
  EXPECT_EQ(table.alloc(device.device(), UINT64_MAX / 4, 0, 0, &buffer), TENON_NO_MEMORY);
  ASSERT_EQ(table.alloc(device.device(), 0, 0, 0, &buffer), TENON_OK);
  table.free(device.device(), buffer);
}

TEST_F(HostDevice, fences_order_two_streams_on_two_threads) {
  tenon_fence* there = nullptr;
  tenon_fence* back = nullptr;
  ASSERT_EQ(table.fence(device.device(), &there), TENON_OK);
  ASSERT_EQ(table.fence(device.device(), &back), TENON_OK);
  int ball = 0;
  constexpr int rounds = 1000;
  std::thread other([&] {
    tenon_stream* mine = nullptr;
    table.stream(device.device(), &mine);
    for (uint64_t i = 1; i <= rounds; ++i) {
      table.wait(mine, there, i);
      ball = ball * 2 % 1'000'003;
      table.signal(mine, back, i);
    }
    table.stream_free(device.device(), mine);
  });
  int expected = 0;
  for (uint64_t i = 1; i <= rounds; ++i) {
    ball += 1;
    expected = (expected + 1) * 2 % 1'000'003;
    table.signal(stream, there, i);
    EXPECT_EQ(table.block(back, i, UINT64_MAX), TENON_OK);
  }
  other.join();
  EXPECT_EQ(ball, expected);
  table.fence_free(device.device(), there);
  table.fence_free(device.device(), back);
}

TEST_F(HostDevice, a_fence_only_grows_and_blocking_ends_in_time) {
  const TestHost host;
  tenon_fence* fence = nullptr;
  ASSERT_EQ(table.fence(device.device(), &fence), TENON_OK);
  EXPECT_EQ(table.signal(stream, fence, 5), TENON_OK);
  EXPECT_EQ(table.signal(stream, fence, 3), TENON_OK);
  uint64_t value = 0;
  tenon_status status = TENON_INTERNAL;
  EXPECT_EQ(table.value(fence, &value, &status), TENON_OK);
  EXPECT_EQ(value, 5u);
  EXPECT_EQ(status, TENON_OK);
  EXPECT_EQ(table.block(fence, 6, 1000), TENON_TIMEOUT);
  EXPECT_EQ(host.last_failure(), "fence at 5, waited 1000 ns for 6");
  table.fence_free(device.device(), fence);
}

}  // namespace
}  // namespace tenon
