// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernels.h"

#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <thread>

// A small backend driven through its tables: claim, compile, bind, run.
namespace tenon {
namespace {

using testing::BlobWriter;
using testing::TestDevice;
using testing::TestHost;
using testing::TestTensor;

void add(in<float> a, in<float> b, out<float> y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] = a[i] + b[i];
}

void double_rows(const KernelArguments& arguments, int64_t chunk) {
  for (const int64_t row : arguments.rows_of(chunk)) {
    const std::span<const float> x = arguments.input<float>(0, row);
    const std::span<float> y = arguments.output<float>(0, row);
    for (size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
  }
}

// Fails on a negative element; shows what run() may say about data.
void refuse_negative(const KernelArguments& arguments, int64_t) {
  for (const float x : arguments.input<float>(0)) {
    if (x < 0) return arguments.fail(invalid("element {} is negative", x));
  }
}

Result<KernelWork> one_row_a_chunk(const KernelSizes& sizes) {
  return in_rows(sizes.output(0)[0], 1);
}

Result<KernelWork> rows_with_scratch(const KernelSizes& sizes) {
  KernelWork work = in_rows(sizes.output(0)[0], 1);
  work.scratch = sizes.output(0)[1] * 4;
  return work;
}

// Goes through the scratch slowly, so that two workers with the same scratch would meet.
void copy_through_scratch(const KernelArguments& arguments, int64_t row) {
  auto* const kept = reinterpret_cast<float*>(arguments.scratch().data());
  const std::span<const float> x = arguments.input<float>(0, row);
  std::copy(x.begin(), x.end(), kept);
  std::this_thread::yield();
  std::copy_n(kept, x.size(), arguments.output<float>(0, row).begin());
}

// Sums of rows, then each element over the sum of all rows: the second phase needs all of the
// first.
Result<KernelWork> in_two_phases(const KernelSizes& sizes) {
  const int64_t rows = sizes.output(0)[0];
  KernelWork work = in_rows(rows, 1);
  work.earlier = {rows};
  work.shared = rows * 4;
  return work;
}

void share_of_all(const KernelArguments& arguments, int64_t row) {
  auto* const sums = reinterpret_cast<float*>(arguments.shared().data());
  const std::span<const float> x = arguments.input<float>(0, row);
  if (arguments.phase() == 0) {
    sums[row] = std::accumulate(x.begin(), x.end(), 0.0f);
    return;
  }
  const float all = std::accumulate(sums, sums + arguments.output_dims(0)[0], 0.0f);
  const std::span<float> y = arguments.output<float>(0, row);
  for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] / all;
}

HostBackend small_backend() {
  return {.id = "small",
          .name = "for tests",
          .formulas = Formulas::f32,
          .kernels = {kernel<add>("Add", same_dims),
                      {.op = "Double",
                       .inputs = {DType::f32},
                       .outputs = {DType::f32},
                       .shape = by_rows,
                       .run = double_rows},
                      {.op = "DoubleByRow", .shape = one_row_a_chunk, .run = double_rows},
                      {.op = "Through", .shape = rows_with_scratch, .run = copy_through_scratch},
                      {.op = "Share", .shape = in_two_phases, .run = share_of_all},
                      {.op = "Positive", .run = refuse_negative}}};
}

TEST(HostBackend, claims_its_kernels_and_formulas_and_says_why_not_the_others) {
  BlobWriter blob;
  const uint32_t x = blob.input(DType::f32, {4});
  const uint32_t h = blob.input(DType::f64, {4});
  const uint32_t row = blob.input(DType::f32, {1});
  const uint32_t y = blob.value(DType::f32, {4});
  const uint32_t z = blob.value(DType::f64, {4});
  const Expr formula = blob.exprs().load(0, Type::f32) * blob.exprs().load(0, Type::f32);
  blob.node("Add", {x, x}, {y});
  blob.node("Add", {h, h}, {z});
  blob.node("Add", {x, row}, {y});
  blob.node("Square", {x}, {y}, {}, static_cast<uint32_t>(formula.id()));
  blob.node("LSTM", {x}, {y});
  const std::vector<std::string> expected = {
      "claimed Add",
      "refused Add: input 0 is f64, the kernel takes f32",
      "refused Add: input 1 differs in dims from the output",
      "claimed formula",
      "refused LSTM: small has no kernel for it",
  };
  EXPECT_EQ(TestDevice(small_backend()).claims(blob.finish()), expected);
}

TEST(HostBackend, runs_a_chain_through_the_scratch) {
  BlobWriter blob;
  const uint32_t x = blob.input(DType::f32, {2, 3});
  const uint32_t twice = blob.value(DType::f32, {2, 3});
  const uint32_t sum = blob.value(DType::f32, {2, 3});
  blob.node("Double", {x}, {twice});
  blob.node("Add", {x, twice}, {sum});
  blob.output(sum);
  const TestTensor in = testing::tensor(DType::f32, {2, 3}, {0, 1, 2, 3, 4, 5});
  const auto out = TestDevice(small_backend())
                       .run(blob.finish(), {in}, {testing::empty_tensor(DType::f32, {2, 3})});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_EQ((*out)[0].reals(), (std::vector<double>{0, 3, 6, 9, 12, 15}));
}

TEST(HostBackend, a_phase_begins_when_the_one_before_is_done) {
  BlobWriter blob;
  const uint32_t x = blob.input(DType::f32, {2, 2});
  const uint32_t y = blob.value(DType::f32, {2, 2});
  const uint32_t z = blob.value(DType::f32, {2, 2});
  blob.node("Share", {x}, {y});
  blob.node("Double", {y}, {z});
  blob.output(z);
  const TestTensor in = testing::tensor(DType::f32, {2, 2}, {1, 2, 3, 10});
  const auto out = TestDevice(small_backend())
                       .run(blob.finish(), {in}, {testing::empty_tensor(DType::f32, {2, 2})});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_EQ((*out)[0].reals(), (std::vector<double>{0.125, 0.25, 0.375, 1.25}));
}

TEST(HostBackend, evaluates_dims_and_formulas_over_symbols) {
  BlobWriter blob;
  blob.symbol("n");
  const Expr n = blob.exprs().symbol(0);
  // Each element times n, plus its row: symbols and coordinates in one formula.
  const Expr formula = blob.exprs().load(0, Type::f32) * blob.exprs().cast(n, Type::f32) +
                       blob.exprs().cast(blob.exprs().coordinate(0), Type::f32);
  const uint32_t x = blob.input(DType::f32, {BlobWriter::dim(n), 2});
  const uint32_t y = blob.value(DType::f32, {BlobWriter::dim(n), 2});
  blob.node("Map", {x}, {y}, {}, static_cast<uint32_t>(formula.id()));
  blob.output(y);
  const TestDevice device(small_backend());
  const std::vector<uint64_t> block = blob.finish();
  for (const int64_t rows : {2, 3}) {
    const auto out = device.run(block, {testing::tensor(DType::f32, {rows, 2}, {1, 2, 3, 4, 5, 6})},
                                {testing::empty_tensor(DType::f32, {rows, 2})}, {rows});
    ASSERT_TRUE(out.ok()) << out.status().message();
    EXPECT_EQ((*out)[0].reals(), rows == 2 ? (std::vector<double>{2, 4, 7, 9})
                                           : (std::vector<double>{3, 6, 10, 13, 17, 20}));
  }
}

TEST(HostBackend, scratch_is_shared_by_values_that_never_meet) {
  BlobWriter blob;
  const std::vector<tenon_dim> dims = {1024};
  uint32_t last = blob.input(DType::f32, dims);
  for (int i = 0; i < 10; ++i) {
    const uint32_t next = blob.value(DType::f32, dims);
    blob.node("Double", {last}, {next});
    last = next;
  }
  blob.output(last);
  const std::vector<uint64_t> block = blob.finish();
  const TestDevice device(small_backend());
  const tenon_compile options = {sizeof options, TENON_PRECISION_EXACT, {}, nullptr};
  tenon_program* program = nullptr;
  tenon_bound* bound = nullptr;
  tenon_demand demand = {};
  ASSERT_EQ(
      device.programs().compile(device.device(), reinterpret_cast<const tenon_graph*>(block.data()),
                                &options, &program),
      TENON_OK);
  ASSERT_EQ(device.programs().bind(program, nullptr, 0, &bound, &demand), TENON_OK);
  EXPECT_EQ(demand.kernels, 10u);
  EXPECT_EQ(demand.scratch_bytes, 2u * 4096);
  device.programs().drop_bound(bound);
  device.programs().drop(program);
}

TEST(HostBackend, copies_outputs_that_lie_elsewhere_already) {
  BlobWriter blob;
  const uint32_t x = blob.input(DType::f32, {2});
  const uint32_t y = blob.value(DType::f32, {2});
  blob.node("Double", {x}, {y});
  blob.output(x);
  blob.output(y);
  blob.output(y);
  const TestTensor none = testing::empty_tensor(DType::f32, {2});
  const auto out =
      TestDevice(small_backend())
          .run(blob.finish(), {testing::tensor(DType::f32, {2}, {1, 2})}, {none, none, none});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_EQ((*out)[0].reals(), (std::vector<double>{1, 2}));
  EXPECT_EQ((*out)[1].reals(), (std::vector<double>{2, 4}));
  EXPECT_EQ((*out)[2].reals(), (std::vector<double>{2, 4}));
}

TEST(HostBackend, empty_tensors_run) {
  const auto out = TestDevice(small_backend())
                       .run_node("Double", {testing::empty_tensor(DType::f32, {0, 7})},
                                 {testing::empty_tensor(DType::f32, {0, 7})});
  EXPECT_TRUE(out.ok()) << out.status().message();
}

TEST(HostBackend, more_chunks_than_tasks_are_run_in_groups) {
  std::vector<double> values(200'000);
  std::iota(values.begin(), values.end(), 0);
  const auto out = TestDevice(small_backend())
                       .run_node("DoubleByRow", {testing::tensor(DType::f32, {200'000, 1}, values)},
                                 {testing::empty_tensor(DType::f32, {200'000, 1})});
  ASSERT_TRUE(out.ok()) << out.status().message();
  for (double& value : values) value *= 2;
  EXPECT_EQ((*out)[0].reals(), values);
}

TEST(HostBackend, a_kernel_that_fails_names_its_node) {
  const TestHost host;
  const auto out = TestDevice(small_backend())
                       .run_node("Positive", {testing::tensor(DType::f32, {2}, {1, -2})},
                                 {testing::empty_tensor(DType::f32, {2})});
  EXPECT_EQ(out.status().code(), Code::invalid);
  EXPECT_EQ(host.last_failure(), "Positive \"n0\": element -2 is negative");
}

TEST(HostBackend, workers_of_the_host_have_scratch_of_their_own) {
  const TestHost host(true);
  const TestTensor in = testing::random_tensor(DType::f32, {500, 40}, 1);
  const auto out = TestDevice(small_backend())
                       .run_node("Through", {in}, {testing::empty_tensor(DType::f32, {500, 40})});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_EQ((*out)[0].bytes, in.bytes);
}

TEST(HostBackend, a_failure_on_a_worker_fails_the_run) {
  const TestHost host(true);
  const auto out = TestDevice(small_backend())
                       .run_node("Positive", {testing::tensor(DType::f32, {1}, {-2})},
                                 {testing::empty_tensor(DType::f32, {1})});
  EXPECT_EQ(out.status().code(), Code::invalid);
}

TEST(HostBackend, refuses_bindings_that_are_too_small) {
  const TestHost host;
  BlobWriter blob;
  const uint32_t x = blob.input(DType::f32, {4});
  const uint32_t y = blob.value(DType::f32, {4});
  blob.node("Double", {x}, {y});
  blob.output(y);
  const auto out = TestDevice(small_backend())
                       .run(blob.finish(), {testing::empty_tensor(DType::f32, {4})},
                            {testing::empty_tensor(DType::f32, {3})});
  EXPECT_EQ(out.status().code(), Code::invalid);
  EXPECT_EQ(host.last_failure(), "binding 1: 12 bytes, the value needs 16");
}

TEST(HostBackend, refuses_symbols_that_make_no_shape) {
  const TestHost host;
  BlobWriter blob;
  blob.symbol("n");
  const uint32_t x = blob.input(DType::f32, {BlobWriter::dim(blob.exprs().symbol(0))});
  blob.output(x);
  const TestDevice device(small_backend());
  const auto run = [&](int64_t n) {
    return device
        .run(blob.finish(), {testing::empty_tensor(DType::f32, {1})},
             {testing::empty_tensor(DType::f32, {1})}, {n})
        .status()
        .code();
  };
  EXPECT_EQ(run(-1), Code::invalid);
  EXPECT_EQ(host.last_failure(), "value \"v0\": axis 0 has extent -1");
  EXPECT_EQ(run(INT64_MAX / 2), Code::no_memory);
  EXPECT_EQ(host.last_failure(),
            "value \"v0\": dims [4611686018427387903] are more than 2^45 elements");
}

TEST(HostBackend, stops_when_the_host_says_so) {
  BlobWriter blob;
  const uint32_t x = blob.input(DType::f32, {4});
  const uint32_t y = blob.value(DType::f32, {4});
  blob.node("Double", {x}, {y});
  blob.output(y);
  const std::vector<uint64_t> block = blob.finish();
  const TestDevice device(small_backend());
  const tenon_cancel cancel = {nullptr, [](void*) -> tenon_status { return TENON_CANCELLED; }};
  const tenon_compile options = {sizeof options, TENON_PRECISION_EXACT, {}, &cancel};
  tenon_program* program = nullptr;
  EXPECT_EQ(
      device.programs().compile(device.device(), reinterpret_cast<const tenon_graph*>(block.data()),
                                &options, &program),
      TENON_CANCELLED);
}

}  // namespace
}  // namespace tenon
