// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/opencl/device.h"
#include "plugins/backends/opencl/fence.h"
#include "plugins/backends/opencl/module.h"
#include "plugins/backends/opencl/stream.h"
#include "sdk/testing/island_cases.h"
#include "tenon/kernelgen/generated_backend.h"

#include <gtest/gtest.h>

#include <thread>

namespace tenon::opencl {
namespace {

using testing::IslandCase;
using testing::TestTensor;
using Backend = kernelgen::GeneratedBackend<Device>;

constexpr uint64_t a_minute = 60'000'000'000;

// The first device, driven through the C tables as a host would.
class OpenCl : public ::testing::Test {
 protected:
  void SetUp() override {
    const tenon_device_sink sink = {&devices_,
                                    [](void* context, const tenon_device_info*) -> tenon_status {
                                      ++*static_cast<int*>(context);
                                      return TENON_OK;
                                    }};
    ASSERT_EQ(table_.devices(&plugin_, &sink), TENON_OK) << host_.last_failure();
    if (devices_ == 0)
      GTEST_SKIP() << "no OpenCL device on this machine: nothing of OpenCL was tested";
    ASSERT_EQ(table_.open(&plugin_, 0, 0, nullptr, 0, &device_), TENON_OK) << host_.last_failure();
    ASSERT_EQ(table_.stream(device_, &stream_), TENON_OK) << host_.last_failure();
    ASSERT_EQ(table_.fence(device_, &fence_), TENON_OK) << host_.last_failure();
  }
  void TearDown() override {
    for (tenon_buffer* buffer : buffers_) table_.free(device_, buffer);
    if (stream_ != nullptr) table_.stream_free(device_, stream_);
    if (fence_ != nullptr) table_.fence_free(device_, fence_);
    if (device_ != nullptr) table_.close(device_);
  }

  tenon_buffer* buffer(uint64_t bytes) {
    tenon_buffer* made = nullptr;
    EXPECT_EQ(table_.alloc(device_, bytes, 0, 0, &made), TENON_OK) << host_.last_failure();
    buffers_.push_back(made);
    return made;
  }

  // Lets the stream finish.
  void finish() {
    ASSERT_EQ(table_.signal(stream_, fence_, ++reached_), TENON_OK) << host_.last_failure();
    ASSERT_EQ(table_.block(fence_, reached_, a_minute), TENON_OK) << host_.last_failure();
  }

  // Compiles, binds, uploads, runs and downloads; the fields of the run may be changed before.
  void run(const IslandCase& c, std::vector<TestTensor>& outputs) {
    const tenon_compile options = {
        .size = sizeof(tenon_compile), .precision = 0, .key = {}, .cancel = nullptr};
    tenon_program* program = nullptr;
    ASSERT_EQ(programs_.compile(device_, reinterpret_cast<const tenon_graph*>(c.blob.data()),
                                &options, &program),
              TENON_OK)
        << c.name << ": " << host_.last_failure();
    tenon_bound* bound = nullptr;
    tenon_demand demand = {};
    ASSERT_EQ(programs_.bind(program, c.symbols.data(), c.symbols.size(), &bound, &demand),
              TENON_OK)
        << c.name << ": " << host_.last_failure();
    std::vector<tenon_binding> bindings;
    for (const TestTensor& input : c.inputs) {
      bindings.push_back({buffer(input.bytes.size()), 0, input.bytes.size()});
      ASSERT_EQ(
          table_.upload(stream_, bindings.back().buffer, 0, input.bytes.data(), input.bytes.size()),
          TENON_OK);
    }
    for (const TestTensor& output : outputs)
      bindings.push_back({buffer(output.bytes.size() + 64), 64, output.bytes.size()});
    const tenon_run what = {.size = sizeof(tenon_run),
                            .n_bindings = static_cast<uint32_t>(bindings.size()),
                            .bindings = bindings.data(),
                            .symbols = c.symbols.data(),
                            .n_symbols = static_cast<uint32_t>(c.symbols.size()),
                            .flags = 0,
                            .scratch = {buffer(demand.scratch_bytes), 0, demand.scratch_bytes},
                            .cancel = nullptr,
                            .trace_id = 0};
    ASSERT_EQ(programs_.run(bound, &what, stream_), TENON_OK)
        << c.name << ": " << host_.last_failure();
    for (size_t i = 0; i < outputs.size(); ++i) {
      const tenon_binding& from = bindings[c.inputs.size() + i];
      ASSERT_EQ(
          table_.download(stream_, from.buffer, from.offset, outputs[i].bytes.data(), from.bytes),
          TENON_OK);
    }
    finish();
    programs_.drop_bound(bound);
    programs_.drop(program);
  }

  void expect_agreement(const std::vector<IslandCase>& cases) {
    for (const IslandCase& c : cases) {
      std::vector<TestTensor> outputs = c.expected;
      for (TestTensor& output : outputs) std::ranges::fill(output.bytes, std::byte{0x5A});
      ASSERT_NO_FATAL_FAILURE(run(c, outputs));
      EXPECT_EQ(testing::difference(c, outputs), "");
    }
  }

  testing::TestHost host_;
  Plugin plugin_;
  const tenon_backend& table_ = *Backend::backend();
  const tenon_programs& programs_ = *Backend::programs();
  int devices_ = 0;
  tenon_device* device_ = nullptr;
  tenon_stream* stream_ = nullptr;
  tenon_fence* fence_ = nullptr;
  uint64_t reached_ = 0;
  std::vector<tenon_buffer*> buffers_;
};

TEST_F(OpenCl, computes_formulas_as_plain_loops_do) { expect_agreement(testing::formula_cases()); }
TEST_F(OpenCl, computes_products_as_plain_loops_do) { expect_agreement(testing::product_cases()); }
TEST_F(OpenCl, computes_folds_as_plain_loops_do) { expect_agreement(testing::fold_cases()); }
TEST_F(OpenCl, scatters_as_plain_loops_do) { expect_agreement(testing::scatter_cases()); }

TEST_F(OpenCl, copies_and_fills_byte_ranges) {
  tenon_buffer* from = buffer(16);
  tenon_buffer* to = buffer(16);
  const std::vector<unsigned char> bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  ASSERT_EQ(table_.upload(stream_, from, 0, bytes.data(), 16), TENON_OK);
  ASSERT_EQ(table_.fill(stream_, to, 0, 16, 0x7F, 0), TENON_OK);
  ASSERT_EQ(table_.copy(stream_, to, 3, from, 8, 4), TENON_OK);
  std::vector<unsigned char> found(16);
  ASSERT_EQ(table_.download(stream_, to, 0, found.data(), 16), TENON_OK);
  finish();
  EXPECT_EQ(found, (std::vector<unsigned char>{127, 127, 127, 9, 10, 11, 12, 127, 127, 127, 127,
                                               127, 127, 127, 127, 127}));
}

TEST_F(OpenCl, refuses_ranges_outside_a_buffer) {
  tenon_buffer* small = buffer(8);
  const char bytes[16] = {};
  EXPECT_EQ(table_.upload(stream_, small, 1, bytes, 8), TENON_INVALID);
  EXPECT_EQ(table_.upload(stream_, small, UINT64_MAX, bytes, 8), TENON_INVALID);
  EXPECT_NE(host_.last_failure().find("buffer of 8 bytes"), std::string::npos)
      << host_.last_failure();
}

TEST_F(OpenCl, a_stream_waits_for_a_value_that_another_signals_later) {
  tenon_stream* other = nullptr;
  ASSERT_EQ(table_.stream(device_, &other), TENON_OK);
  tenon_buffer* shared = buffer(4);
  const uint32_t first = 1;
  const uint32_t second = 2;
  uint32_t found = 0;
  ASSERT_EQ(table_.wait(stream_, fence_, 5), TENON_OK) << host_.last_failure();
  ASSERT_EQ(table_.upload(stream_, shared, 0, &second, 4), TENON_OK);
  ASSERT_EQ(table_.download(stream_, shared, 0, &found, 4), TENON_OK);
  ASSERT_EQ(table_.signal(stream_, fence_, 6), TENON_OK);
  EXPECT_EQ(table_.block(fence_, 6, 20'000'000), TENON_TIMEOUT);
  ASSERT_EQ(table_.upload(other, shared, 0, &first, 4), TENON_OK);
  ASSERT_EQ(table_.signal(other, fence_, 5), TENON_OK);
  ASSERT_EQ(table_.block(fence_, 6, a_minute), TENON_OK) << host_.last_failure();
  uint64_t value = 0;
  tenon_status status = TENON_INTERNAL;
  ASSERT_EQ(table_.value(fence_, &value, &status), TENON_OK);
  EXPECT_EQ(value, 6u);
  EXPECT_EQ(status, TENON_OK);
  EXPECT_EQ(found, second);
  table_.stream_free(device_, other);
}

TEST_F(OpenCl, a_cancelled_run_stops_between_launches) {
  const IslandCase c = testing::scatter_cases().front();
  const tenon_compile options = {
      .size = sizeof(tenon_compile), .precision = 0, .key = {}, .cancel = nullptr};
  tenon_program* program = nullptr;
  ASSERT_EQ(programs_.compile(device_, reinterpret_cast<const tenon_graph*>(c.blob.data()),
                              &options, &program),
            TENON_OK);
  tenon_bound* bound = nullptr;
  tenon_demand demand = {};
  ASSERT_EQ(programs_.bind(program, nullptr, 0, &bound, &demand), TENON_OK);
  std::vector<tenon_binding> bindings;
  for (const TestTensor& input : c.inputs)
    bindings.push_back({buffer(input.bytes.size()), 0, input.bytes.size()});
  bindings.push_back({buffer(36), 0, 36});
  const tenon_cancel cancel = {nullptr, [](void*) -> tenon_status { return TENON_CANCELLED; }};
  const tenon_run what = {.size = sizeof(tenon_run),
                          .n_bindings = 4,
                          .bindings = bindings.data(),
                          .symbols = nullptr,
                          .n_symbols = 0,
                          .flags = 0,
                          .scratch = {},
                          .cancel = &cancel,
                          .trace_id = 0};
  EXPECT_EQ(programs_.run(bound, &what, stream_), TENON_CANCELLED);
  finish();
  programs_.drop_bound(bound);
  programs_.drop(program);
}

TEST_F(OpenCl, a_build_failure_carries_the_compiler_s_text) {
  Device& device = *reinterpret_cast<Device*>(device_);
  const auto module =
      device.build("__kernel void k(__global float* x) { x[0] = undeclared_name; }");
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.status().code(), Code::device);
  EXPECT_NE(std::string(module.status().message()).find("undeclared_name"), std::string::npos)
      << module.status().message();
}

TEST_F(OpenCl, claims_what_it_can_generate_and_names_what_it_cannot) {
  testing::BlobWriter blob;
  const uint32_t x = blob.input(DType::f32, {2, 2});
  const uint32_t y = blob.value(DType::f32, {2, 2});
  const uint32_t z = blob.value(DType::f32, {2, 2});
  blob.output(z);
  blob.node("MatMul", {x, x}, {y});
  blob.node("Recurrent", {y}, {z});
  const std::vector<uint64_t> bytes = blob.finish();
  std::vector<std::string> answers;
  const tenon_claim_sink sink = {
      .context = &answers,
      .claim = [](void* context, const tenon_claim* claim) -> tenon_status {
        static_cast<std::vector<std::string>*>(context)->push_back(
            fmt::format("claimed {}", claim->nodes[0]));
        return TENON_OK;
      },
      .refuse = [](void* context, uint32_t node, uint32_t, tenon_str reason) -> tenon_status {
        static_cast<std::vector<std::string>*>(context)->push_back(
            fmt::format("refused {}: {}", node, to_view(reason)));
        return TENON_OK;
      },
  };
  ASSERT_EQ(programs_.claim(device_, reinterpret_cast<const tenon_graph*>(bytes.data()), &sink),
            TENON_OK);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0], "claimed 0");
  EXPECT_EQ(answers[1].find("refused 1: Recurrent"), 0u) << answers[1];
}

}  // namespace
}  // namespace tenon::opencl
