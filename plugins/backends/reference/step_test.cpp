// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/step_walks.h"

#include <gtest/gtest.h>

namespace tenon::reference {
namespace {

using testing::RunIsland;
using testing::TestTensor;
using testing::Walk;

RunIsland on_reference() {
  return [](const std::vector<uint64_t>& blob, std::vector<TestTensor> inputs,
            std::vector<TestTensor> outputs) {
    return testing::TestDevice(backend()).run(blob, std::move(inputs), std::move(outputs));
  };
}

TEST(ReferenceSteps, attention_does_not_depend_on_pages_chunks_and_neighbours) {
  for (const DType state : {DType::f32, DType::bf16}) {
    const auto expected =
        walk_attention(on_reference(), testing::walks().front(), DType::f32, state);
    ASSERT_TRUE(expected.ok()) << expected.status().message();
    for (const Walk& walk : testing::walks()) {
      const auto found = walk_attention(on_reference(), walk, DType::f32, state);
      ASSERT_TRUE(found.ok()) << walk.name << ": " << found.status().message();
      EXPECT_TRUE(found->bytes == expected->bytes) << walk.name;
    }
  }
}

TEST(ReferenceSteps, recurrences_do_not_depend_on_chunks_and_neighbours) {
  const auto expected = walk_recurrences(on_reference(), testing::walks().front());
  ASSERT_TRUE(expected.ok()) << expected.status().message();
  for (const Walk& walk : testing::walks()) {
    const auto found = walk_recurrences(on_reference(), walk);
    ASSERT_TRUE(found.ok()) << walk.name << ": " << found.status().message();
    EXPECT_TRUE(found->bytes == expected->bytes) << walk.name;
  }
}

// y = p(x) where one number of x is replaced; x is needed afterwards or not.
std::vector<double> replaced(bool is_needed) {
  testing::BlobWriter blob;
  const std::vector<tenon_dim> dims = {1, 2, 2};
  const uint32_t x = blob.input(DType::f32, dims), row = blob.input(DType::f32, {1, 2});
  const uint32_t slot = blob.input(DType::i32, {1});
  const uint32_t twice = blob.value(DType::f32, dims), written = blob.value(DType::f32, dims);
  const uint32_t y = blob.value(DType::f32, dims);
  ExprPool& pool = blob.exprs();
  const auto formula = [&](Expr expr) { return static_cast<uint32_t>(expr.id()); };
  blob.node("Twice", {x}, {twice}, {}, formula(pool.load(0, Type::f32) * 2));
  blob.node("tenon.StateWrite", {twice, row, slot}, {written}, {testing::ints("in_place", {0, 0})});
  const Expr sum = pool.load(0, Type::f32) + pool.load(1, Type::f32);
  blob.node("Add", {written, is_needed ? twice : x}, {y}, {}, formula(sum));
  blob.output(y);
  const auto found = testing::TestDevice(backend()).run(
      blob.finish(),
      {testing::tensor(DType::f32, {1, 2, 2}, {1, 2, 3, 4}),
       testing::tensor(DType::f32, {1, 2}, {10, 20}), testing::tensor(DType::i32, {1}, {1})},
      {testing::empty_tensor(DType::f32, {1, 2, 2})});
  EXPECT_TRUE(found.ok()) << found.status().message();
  return found.ok() ? (*found)[0].reals() : std::vector<double>();
}

TEST(ReferenceInPlace, what_is_read_afterwards_is_copied_first) {
  EXPECT_EQ(replaced(false), (std::vector<double>{3, 6, 13, 24}));
  EXPECT_EQ(replaced(true), (std::vector<double>{4, 8, 16, 28}));
}

}  // namespace
}  // namespace tenon::reference
