// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/conv_product.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/level_tests.h"
#include "plugins/backends/reference/reference.h"

#include <gtest/gtest.h>

// Conv against the reference backend, at every level of this processor.
namespace tenon::cpu {
namespace {

using testing::integer;
using testing::ints;
using testing::TestAttr;
using testing::TestDevice;
using testing::TestTensor;

struct ConvCase {
  std::vector<int64_t> x;  // [N, C, d...]
  int64_t out_channels;
  int64_t group;
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;
  bool bias = true;
};

std::vector<int64_t> out_dims(const ConvCase& c) {
  std::vector<int64_t> dims = {c.x[0], c.out_channels};
  const size_t axes = c.kernel.size();
  for (size_t i = 0; i < axes; ++i) {
    const int64_t reach = (c.kernel[i] - 1) * c.dilations[i] + 1;
    dims.push_back((c.x[2 + i] + c.pads[i] + c.pads[axes + i] - reach) / c.strides[i] + 1);
  }
  return dims;
}

std::vector<TestTensor> inputs_of(const ConvCase& c) {
  std::vector<int64_t> weights = {c.out_channels, c.x[1] / c.group};
  weights.insert(weights.end(), c.kernel.begin(), c.kernel.end());
  std::vector<TestTensor> inputs = {testing::random_tensor(DType::f32, c.x, 1),
                                    testing::random_tensor(DType::f32, weights, 2)};
  if (c.bias) inputs.push_back(testing::random_tensor(DType::f32, {c.out_channels}, 3));
  return inputs;
}

std::vector<TestAttr> attributes_of(const ConvCase& c) {
  return {ints("kernel_shape", c.kernel), ints("strides", c.strides),
          ints("dilations", c.dilations), ints("pads", c.pads), integer("group", c.group)};
}

TestTensor run(HostBackend backend, const ConvCase& c) {
  const auto y = TestDevice(std::move(backend))
                     .run_node("Conv", inputs_of(c),
                               {testing::empty_tensor(DType::f32, out_dims(c))}, attributes_of(c));
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0] : TestTensor{};
}

void expect_as_reference(const ConvCase& c) {
  const std::vector<double> expected = run(reference::backend(), c).reals();
  double products = static_cast<double>(c.x[1] / c.group);
  for (const int64_t extent : c.kernel) products *= static_cast<double>(extent);
  for_each_level([&] {
    const std::vector<double> found = run(backend(), c).reals();
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], 1e-4 + 1e-6 * products) << "element " << i;
    }
  });
}

reference::Window window_of(const ConvCase& c) {
  reference::Window window;
  const std::vector<int64_t> y = out_dims(c);
  const size_t axes = c.kernel.size();
  for (size_t i = 0; i < axes; ++i) {
    window.axes[3 - axes + i] = {c.x[2 + i],     y[2 + i],  c.kernel[i],     c.strides[i],
                                 c.dilations[i], c.pads[i], c.pads[axes + i]};
  }
  return window;
}

// The same through weights packed for planes of so many positions.
std::vector<float> run_packed(const ConvCase& c, int64_t positions, ConvWeights::Form form) {
  const std::vector<TestTensor> inputs = inputs_of(c);
  const TestTensor y = testing::empty_tensor(DType::f32, out_dims(c));
  const auto data = [](const TestTensor& t) {
    return reinterpret_cast<const float*>(t.bytes.data());
  };
  ConvWeights weights = {.groups = c.group, .channels = c.out_channels / c.group};
  weights.inner = inputs[1].elements() / c.out_channels;
  weights.pack({data(inputs[1]), static_cast<size_t>(inputs[1].elements())}, positions);
  EXPECT_EQ(weights.form, form);
  const ConvProduct product(weights, window_of(c), c.x[0]);
  std::vector<float> result(static_cast<size_t>(y.elements()));
  std::vector<float> scratch(static_cast<size_t>(product.scratch_floats()));
  std::vector<float> shared(static_cast<size_t>(product.shared_floats()));
  const ConvOperands operands = {.input = data(inputs[0]),
                                 .bias = c.bias ? data(inputs[2]) : nullptr,
                                 .output = result.data(),
                                 .scratch = scratch.data(),
                                 .shared = shared.data(),
                                 .finish = {}};
  for (int64_t i = 0; i < product.fill_chunks(); ++i) product.fill(operands, i);
  for (int64_t i = 0; i < product.chunks(); ++i) product.run(weights, operands, i);
  return result;
}

void expect_same_bits_when_packed(const ConvCase& c) {
  for_each_level([&] {
    const TestTensor plain = run(backend(), c);
    const auto* const expected = reinterpret_cast<const float*>(plain.bytes.data());
    const std::vector<float> rows =
        run_packed(c, int64_t{1} << 20, ConvWeights::Form::channels_are_rows);
    const std::vector<float> columns = run_packed(c, 1, ConvWeights::Form::channels_are_columns);
    for (size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i], expected[i]) << "element " << i;
      ASSERT_EQ(columns[i], expected[i]) << "element " << i;
    }
  });
}

TEST(CpuConv, padding_keeps_the_size) {
  expect_as_reference({{2, 3, 7, 9}, 5, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}});
  expect_as_reference({{1, 17, 14, 14}, 33, 1, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}});
}
TEST(CpuConv, without_padding) {
  expect_as_reference({{2, 3, 7, 49}, 5, 1, {3, 3}, {1, 1}, {1, 1}, {0, 0, 0, 0}});
}
TEST(CpuConv, uneven_pads_strides_and_dilations) {
  expect_as_reference({{1, 4, 11, 13}, 6, 2, {3, 5}, {2, 3}, {2, 1}, {1, 2, 3, 0}});
  expect_as_reference({{1, 5, 40, 41}, 9, 1, {3, 3}, {2, 2}, {1, 1}, {0, 0, 1, 1}});
}
TEST(CpuConv, groups_without_bias) {
  expect_as_reference({{1, 9, 6, 5}, 18, 9, {3, 2}, {1, 2}, {1, 1}, {1, 1, 1, 1}, false});
  expect_as_reference({{3, 12, 10, 10}, 24, 3, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, false});
}
TEST(CpuConv, one_tap) {
  expect_as_reference({{2, 5, 19, 31}, 11, 1, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}});
  expect_as_reference({{1, 70, 32, 32}, 64, 1, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}});
  expect_as_reference({{1, 5, 9, 8}, 3, 1, {1, 1}, {2, 2}, {1, 1}, {0, 0, 0, 0}});
}
TEST(CpuConv, padding_beyond_the_input) {
  expect_as_reference({{1, 1, 2, 2}, 2, 1, {2, 2}, {3, 3}, {1, 1}, {7, 5, 4, 9}});
}
TEST(CpuConv, padding_that_cuts_the_input) {
  expect_as_reference({{1, 2, 9, 9}, 3, 1, {3, 3}, {1, 1}, {1, 1}, {-1, 2, 1, -2}});
}
TEST(CpuConv, one_and_three_spatial_axes) {
  expect_as_reference({{2, 3, 170}, 4, 1, {4}, {3}, {2}, {2, 1}});
  expect_as_reference({{2, 3, 100}, 4, 1, {7}, {1}, {1}, {3, 3}});
  expect_as_reference({{1, 2, 4, 5, 6}, 3, 1, {2, 3, 2}, {1, 2, 1}, {2, 1, 1}, {1, 0, 1, 0, 1, 2}});
  expect_as_reference({{1, 2, 4, 5, 6}, 3, 1, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1, 1, 1, 1}});
}
TEST(CpuConv, more_channels_than_a_block_of_patches) {
  expect_as_reference({{1, 700, 5, 5}, 14, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}});
}
TEST(CpuConv, chunks_in_both_directions) {
  expect_as_reference({{1, 64, 12, 12}, 256, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}});
}

TEST(CpuConv, packed_weights_change_no_bit) {
  expect_same_bits_when_packed({{2, 9, 7, 7}, 40, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}});
  expect_same_bits_when_packed({{1, 40, 14, 14}, 20, 2, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}});
  expect_same_bits_when_packed({{2, 96, 14, 14}, 300, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}});
  expect_same_bits_when_packed({{1, 256, 13, 13}, 33, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}});
}

TEST(CpuConv, batch_mates_change_no_bit) {
  const ConvCase one = {{1, 6, 15, 15}, 16, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}};
  ConvCase three = one;
  three.x[0] = 3;
  const std::vector<double> alone = run(backend(), one).reals();
  const std::vector<double> among = run(backend(), three).reals();
  for (size_t i = 0; i < alone.size(); ++i) ASSERT_EQ(alone[i], among[i]) << "element " << i;
}

}  // namespace
}  // namespace tenon::cpu
