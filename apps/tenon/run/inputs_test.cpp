// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/run/inputs.h"

#include "apps/tenon/base/numbers.h"
#include "apps/tenon/files/npz.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>

namespace tenon::cli {
namespace {

Tensor wanted(std::string name, uint32_t dtype, std::vector<int64_t> dims) {
  return {std::move(name), dtype, std::move(dims), {}};
}

std::vector<double> values(const Tensor& tensor) {
  std::vector<double> numbers;
  for (size_t i = 0; i < count_of(tensor); ++i) numbers.push_back(value_at(tensor, i));
  return numbers;
}

const std::vector<Tensor> two = {wanted("x", TENON_F32, {-1, 2}), wanted("n", TENON_I64, {})};

std::string failure(const std::vector<std::string>& typed) {
  const auto inputs = make_inputs(two, typed);
  return inputs.ok() ? "made" : std::string(inputs.status().message());
}

TEST(Inputs, without_a_word_they_are_random_and_the_same_each_time) {
  const auto first = make_inputs(two, {}), second = make_inputs(two, {});
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ((*first)[0].dims, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ((*first)[0].data, (*second)[0].data);
  EXPECT_NE(values((*first)[0])[0], values((*first)[0])[1]);
  EXPECT_GE(values((*first)[1])[0], 0);
  EXPECT_LE(values((*first)[1])[0], 3);
}

TEST(Inputs, numbers_fill_a_free_size_and_one_number_fills_all) {
  const std::vector<std::string> typed = {"x=1,2,3,4", "n=7"};
  const auto inputs = make_inputs(two, typed);
  ASSERT_TRUE(inputs.ok()) << inputs.status().message();
  EXPECT_EQ((*inputs)[0].dims, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(values((*inputs)[0]), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(values((*inputs)[1]), (std::vector<double>{7}));
  EXPECT_EQ(values((*make_inputs(two, std::vector<std::string>{"x=5"}))[0]),
            (std::vector<double>{5, 5}));
}

TEST(Inputs, words_without_a_name_go_by_position) {
  const std::vector<std::string> typed = {"n=3", "ones"};
  EXPECT_EQ(values((*make_inputs(two, typed))[0]), (std::vector<double>{1, 1}));
}

TEST(Inputs, a_file_gives_its_array_of_the_inputs_name) {
  const auto path = std::filesystem::temp_directory_path() / "tenon_inputs_test.npz";
  const std::array<float, 2> a = {1, 2};
  const std::array<int64_t, 1> b = {5};
  std::vector<Tensor> arrays = {Tensor::of_f32({1, 2}, a), Tensor::of<int64_t>({}, b, TENON_I64)};
  arrays[0].name = "x";
  arrays[1].name = "n";
  ASSERT_TRUE(files::write_tensors(path.string(), arrays).ok());
  const auto inputs = make_inputs(two, std::vector<std::string>{"n=@" + path.string()});
  ASSERT_TRUE(inputs.ok()) << inputs.status().message();
  EXPECT_EQ(values((*inputs)[1]), (std::vector<double>{5}));
  std::filesystem::remove(path);
}

TEST(Inputs, mistakes_name_the_input) {
  EXPECT_EQ(failure({"z=1"}), "-i z=1: the model has no such input; its inputs are: x, n");
  EXPECT_EQ(failure({"x=1,2,3"}), "-i x: 3 numbers for f32[1,2], which takes 2");
  EXPECT_EQ(failure({"x=rand:y"}), "-i x: \"rand:y\": expected rand:SEED");
  EXPECT_EQ(failure({"1", "2", "3"}), "-i 3: the model has no such input; its inputs are: x, n");
}

TEST(Inputs, sizes_beyond_a_gigabyte_are_refused_before_memory_is_taken) {
  const std::vector<Tensor> large = {wanted("x", TENON_F32, {1 << 20, 1 << 20, 1 << 20})};
  const auto inputs = make_inputs(large, {});
  ASSERT_FALSE(inputs.ok());
  EXPECT_EQ(inputs.status().code(), Code::no_memory);
}

TEST(InputSpec, a_name_may_hold_an_equals_sign) {
  const std::vector<Tensor> odd = {wanted("a=b", TENON_F32, {1})};
  EXPECT_EQ(input_spec("a=b=zeros", odd).text, "zeros");
  EXPECT_EQ(input_spec("@a=b.npy", odd).text, "@a=b.npy");
  EXPECT_EQ(input_spec("1,2", odd).name, "");
}

}  // namespace
}  // namespace tenon::cli
