// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/step_walks.h"
#include "tenon/kernelgen/island_program.h"
#include "tenon/kernelgen/verify.h"

#include <gtest/gtest.h>

#include <algorithm>

// Operators over steps of sequences, as generated kernels in the interpreter.
namespace tenon::kernelgen {
namespace {

using testing::RunIsland;
using testing::TestTensor;
using testing::Walk;

RunIsland interpreter(const Limits& limits) {
  return [limits](const std::vector<uint64_t>& blob, std::vector<TestTensor> inputs,
                  std::vector<TestTensor> outputs) -> Result<std::vector<TestTensor>> {
    TENON_TRY_ASSIGN(const IslandProgram program,
                     IslandProgram::compile(reinterpret_cast<const tenon_graph*>(blob.data()),
                                            limits, kir::opencl_c()));
    TENON_TRY_ASSIGN(const IslandPlan plan, program.plan({}, 64));
    std::vector<void*> bindings;
    for (TestTensor& tensor : outputs) std::ranges::fill(tensor.bytes, std::byte{0x5A});
    for (TestTensor& tensor : inputs) bindings.push_back(tensor.bytes.data());
    for (TestTensor& tensor : outputs) bindings.push_back(tensor.bytes.data());
    TENON_TRY(verify(program, plan, bindings));
    return outputs;
  };
}

class Steps : public ::testing::TestWithParam<bool> {
 protected:
  RunIsland run_ = interpreter({.is_cpu = GetParam()});
};

TEST_P(Steps, attention_does_not_depend_on_pages_chunks_and_neighbours) {
  for (const DType state : {DType::f32, DType::f16}) {
    const auto expected = walk_attention(run_, testing::walks().front(), DType::f32, state);
    ASSERT_TRUE(expected.ok()) << expected.status().message();
    for (const Walk& walk : testing::walks()) {
      const auto found = walk_attention(run_, walk, DType::f32, state);
      ASSERT_TRUE(found.ok()) << walk.name << ": " << found.status().message();
      EXPECT_TRUE(found->bytes == expected->bytes) << walk.name;
    }
  }
}

TEST_P(Steps, recurrences_do_not_depend_on_chunks_and_neighbours) {
  const auto expected = walk_recurrences(run_, testing::walks().front());
  ASSERT_TRUE(expected.ok()) << expected.status().message();
  for (const Walk& walk : testing::walks()) {
    const auto found = walk_recurrences(run_, walk);
    ASSERT_TRUE(found.ok()) << walk.name << ": " << found.status().message();
    EXPECT_TRUE(found->bytes == expected->bytes) << walk.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Steps, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "cpu" : "gpu"; });

// state -> state with two rows written after each other; the middle one has no memory of its own.
TEST(InPlace, a_chain_is_written_into_the_memory_of_its_end) {
  testing::BlobWriter blob;
  const std::vector<tenon_dim> dims = {2, 2, 3};
  const uint32_t before = blob.input(DType::f32, dims);
  const uint32_t rows = blob.input(DType::f32, {1, 3});
  const uint32_t first = blob.input(DType::i32, {1}), second = blob.input(DType::i32, {1});
  const uint32_t between = blob.value(DType::f32, dims), after = blob.value(DType::f32, dims);
  blob.node("tenon.StateWrite", {before, rows, first}, {between},
            {testing::ints("in_place", {0, 0})});
  blob.node("tenon.StateWrite", {between, rows, second}, {after},
            {testing::ints("in_place", {0, 0})});
  blob.output(after);
  const std::vector<uint64_t> graph = blob.finish();
  const auto program = IslandProgram::compile(reinterpret_cast<const tenon_graph*>(graph.data()),
                                              {}, kir::opencl_c());
  ASSERT_TRUE(program.ok()) << program.status().message();
  const auto plan = program->plan({}, 64);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(plan->scratch_bytes, 0u);
  ASSERT_EQ(plan->launches.size(), 3u);
  EXPECT_TRUE(plan->launches[0].is_copy_of_binding);
  float state[12] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4};
  float row[3] = {7, 8, 9};
  int32_t places[2] = {3, 1};
  // One memory for the state and the next.
  void* bindings[] = {state, row, &places[0], &places[1], state};
  const Status status = verify(*program, *plan, bindings);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(std::vector<float>(state, state + 12),
            (std::vector<float>{1, 1, 1, 7, 8, 9, 3, 3, 3, 7, 8, 9}));
}

// x times the transpose of weights that are halves, with a scale for each row: as a recipe's graph
// has them. Rows of x are a symbol.
std::vector<uint64_t> product_of_weights(int64_t columns, int64_t depth) {
  testing::BlobWriter blob;
  blob.symbol("rows");
  ExprPool& pool = blob.exprs();
  const Expr rows = pool.symbol(0);
  const uint32_t x = blob.input(DType::f32, {testing::BlobWriter::dim(rows), depth});
  const uint32_t halves = blob.input(DType::f16, {columns, depth});
  const uint32_t scales = blob.input(DType::f32, {columns});
  const uint32_t decoded = blob.value(DType::f32, {columns, depth});
  const uint32_t turned = blob.value(DType::f32, {depth, columns});
  const uint32_t y = blob.value(DType::f32, {testing::BlobWriter::dim(rows), columns});
  const auto formula = [](Expr expr) { return static_cast<uint32_t>(expr.id()); };
  blob.node("Decode", {halves, scales}, {decoded}, {},
            formula(pool.load(0, Type::f32) * pool.load(1, Type::f32, pool.coordinate(0)) * 3));
  blob.node("Transpose", {decoded}, {turned}, {},
            formula(pool.load(0, Type::f32, pool.coordinate(1) * depth + pool.coordinate(0))));
  blob.node("MatMul", {x, turned}, {y});
  blob.output(y);
  return blob.finish();
}

TEST(FewRows, of_a_product_read_weights_by_their_formula_and_give_the_same_bits) {
  constexpr int64_t columns = 9, depth = 37, most = 7;
  const std::vector<uint64_t> graph = product_of_weights(columns, depth);
  for (const bool is_cpu : {true, false}) {
    const auto program = IslandProgram::compile(reinterpret_cast<const tenon_graph*>(graph.data()),
                                                {.is_cpu = is_cpu}, kir::opencl_c());
    ASSERT_TRUE(program.ok()) << program.status().message();
    TestTensor halves = testing::random_tensor(DType::f16, {columns, depth}, 1);
    TestTensor scales = testing::random_tensor(DType::f32, {columns}, 2);
    TestTensor x = testing::random_tensor(DType::f32, {most, depth}, 3);
    std::vector<std::byte> expected;
    for (const int64_t rows : {most, int64_t{1}, int64_t{3}, int64_t{4}, int64_t{5}}) {
      const auto plan = program->plan(std::vector<int64_t>{rows}, 64);
      ASSERT_TRUE(plan.ok()) << plan.status().message();
      // The matrix is made in memory for many rows only.
      EXPECT_EQ(plan->launches.size(), rows > 4 ? 2u : 1u);
      EXPECT_EQ(plan->scratch_bytes > 0, rows > 4);
      TestTensor y = testing::empty_tensor(DType::f32, {rows, columns});
      const std::vector<void*> bindings = {x.bytes.data(), halves.bytes.data(), scales.bytes.data(),
                                           y.bytes.data()};
      const Status status = verify(*program, *plan, bindings);
      ASSERT_TRUE(status.ok()) << status.message();
      if (rows == most) expected = y.bytes;
      EXPECT_TRUE(std::equal(y.bytes.begin(), y.bytes.end(), expected.begin())) << rows;
    }
  }
}

}  // namespace
}  // namespace tenon::kernelgen
