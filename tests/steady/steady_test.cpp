// SPDX-License-Identifier: Apache-2.0
#include "tenon/tenon.hpp"

#include <gtest/gtest.h>
#include <sys/times.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

namespace {

std::atomic<uint64_t> allocations = 0;

void* counted(size_t bytes, size_t alignment) {
  ++allocations;
  const size_t whole = (std::max<size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  if (void* pointer = std::aligned_alloc(alignment, whole)) return pointer;
  throw std::bad_alloc();
}

}  // namespace

// Of this whole process, the engine and its plugins included.
void* operator new(size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<size_t>(alignment));
}
void operator delete(void* pointer) noexcept { std::free(pointer); }
void operator delete(void* pointer, size_t) noexcept { std::free(pointer); }
void operator delete(void* pointer, std::align_val_t) noexcept { std::free(pointer); }
void operator delete(void* pointer, size_t, std::align_val_t) noexcept { std::free(pointer); }

namespace tenon {
namespace {

const std::string models = TENON_SOURCE_DIR "/tests/models/";

Engine make_engine() {
  return Engine({{"plugins", TENON_BINARY_DIR "/lib/tenon/plugins/1"}, {"search", "none"}});
}

// A session and the result that its runs write into.
class Repeated {
 public:
  Repeated(const Model& model, const std::string& device) : session_(model.session(device)) {}
  ~Repeated() { tenon_result_destroy(result_); }
  Repeated(const Repeated&) = delete;
  Repeated& operator=(const Repeated&) = delete;

  tenon_status run(std::span<const float> x, std::span<const int64_t> dims) {
    tenon_host_tensor input{};
    input.size = sizeof input;
    input.dtype = TENON_F32;
    input.dims = dims.data();
    input.rank = dims.size();
    input.data = x.data();
    input.bytes = x.size_bytes();
    if (result_ == nullptr) {
      return tenon_session_run(session_.handle(), &input, 1, nullptr, &result_);
    }
    return tenon_session_run_into(session_.handle(), &input, 1, nullptr, result_);
  }
  std::vector<float> output() const {
    tenon_host_tensor view{};
    view.size = sizeof view;
    if (tenon_result_tensor(result_, 0, &view) != TENON_OK) return {};
    const auto* data = static_cast<const float*>(view.data);
    return {data, data + view.bytes / sizeof(float)};
  }
  size_t outputs() const { return tenon_result_count(result_); }

 private:
  Session session_;
  tenon_result* result_ = nullptr;
};

class Steady : public testing::TestWithParam<const char*> {};

// relu(x w + b) for x of 2 x 3: w = [[1,-1],[2,1],[0,3]], b = 1.
TEST_P(Steady, repeats_a_run_without_allocating) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  Repeated repeated(model, GetParam());
  const int64_t dims[] = {2, 3};
  std::vector<float> x = {1, 2, 3, -4, 0, 1};
  for (int run = 0; run < 3; ++run) ASSERT_EQ(repeated.run(x, dims), TENON_OK);
  const uint64_t before = allocations;
  for (int run = 0; run < 100; ++run) {
    x[0] = static_cast<float>(run);
    ASSERT_EQ(repeated.run(x, dims), TENON_OK);
  }
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_EQ(repeated.output(), (std::vector<float>{104, 0, 0, 8}));
}

TEST_P(Steady, is_left_when_the_inputs_change_and_found_again) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  Repeated repeated(model, GetParam());
  const std::vector<float> x = {1, 2, 3, -4, 0, 1};
  const int64_t dims[] = {2, 3}, turned[] = {3, 2};
  for (int run = 0; run < 4; ++run) {
    ASSERT_EQ(repeated.run(x, dims), TENON_OK);
    EXPECT_EQ(repeated.output(), (std::vector<float>{6, 11, 0, 8}));
    EXPECT_EQ(repeated.run(x, turned), TENON_INVALID);
    EXPECT_EQ(repeated.outputs(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(On, Steady, testing::Values("reference", "cpu"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Sessions, that_are_idle_use_no_processor) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  std::vector<std::unique_ptr<Repeated>> sessions;
  const std::vector<float> x = {1, 2, 3, -4, 0, 1};
  const int64_t dims[] = {2, 3};
  for (int i = 0; i < 10; ++i) {
    sessions.push_back(std::make_unique<Repeated>(model, "cpu"));
    ASSERT_EQ(sessions.back()->run(x, dims), TENON_OK);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  tms before{}, after{};
  times(&before);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  times(&after);
  EXPECT_LE(after.tms_utime + after.tms_stime - before.tms_utime - before.tms_stime, 1);
}

}  // namespace
}  // namespace tenon
