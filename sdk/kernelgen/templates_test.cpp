// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/island_cases.h"
#include "tenon/kernelgen/interpreter.h"
#include "tenon/kernelgen/verify.h"

#include <gtest/gtest.h>

namespace tenon::kernelgen {
namespace {

using testing::IslandCase;
using testing::TestTensor;

const tenon_graph* graph_of(const IslandCase& c) {
  return reinterpret_cast<const tenon_graph*>(c.blob.data());
}

// Compiles the case and runs its kernels in the interpreter.
Result<std::vector<TestTensor>> judged(const IslandCase& c, const Limits& limits) {
  TENON_TRY_ASSIGN(const IslandProgram program,
                   IslandProgram::compile(graph_of(c), limits, kir::opencl_c()));
  TENON_TRY_ASSIGN(const IslandPlan plan, program.plan(c.symbols, 64));
  std::vector<TestTensor> inputs = c.inputs;
  std::vector<TestTensor> outputs = c.expected;
  for (TestTensor& output : outputs) std::ranges::fill(output.bytes, std::byte{0x5A});
  std::vector<void*> bindings;
  for (TestTensor& tensor : inputs) bindings.push_back(tensor.bytes.data());
  for (TestTensor& tensor : outputs) bindings.push_back(tensor.bytes.data());
  TENON_TRY(verify(program, plan, bindings));
  return outputs;
}

void expect_agreement(const std::vector<IslandCase>& cases, const Limits& limits) {
  for (const IslandCase& c : cases) {
    const Result<std::vector<TestTensor>> found = judged(c, limits);
    if (!found.ok()) {
      ADD_FAILURE() << c.name << ": " << found.status().message();
      continue;
    }
    EXPECT_EQ(testing::difference(c, *found), "");
  }
}

TEST(Templates, compute_what_plain_loops_compute_for_a_cpu) {
  expect_agreement(testing::island_cases(), {.is_cpu = true});
}

TEST(Templates, compute_what_plain_loops_compute_for_a_gpu) {
  expect_agreement(testing::island_cases(), {.is_cpu = false});
}

TEST(Templates, compute_what_plain_loops_compute_without_64_bit_integers) {
  expect_agreement(testing::island_cases(), {.has_i64 = false});
}

// The staged product with one of its barriers taken out.
TEST(Templates, lose_no_barrier_unnoticed) {
  testing::BlobWriter blob;
  const uint32_t a = blob.input(DType::f32, {70, 40});
  const uint32_t b = blob.input(DType::f32, {40, 66});
  const uint32_t y = blob.value(DType::f32, {70, 66});
  blob.output(y);
  blob.node("MatMul", {a, b}, {y});
  const std::vector<uint64_t> bytes = blob.finish();
  Island island(reinterpret_cast<const tenon_graph*>(bytes.data()), {.is_cpu = false});
  Result<Kernels> kernels = generate(island, island.graph().node(0), "product");
  ASSERT_TRUE(kernels.ok()) << kernels.status().message();
  kir::Kernel& kernel = kernels->list.front().kernel;
  std::vector<float> left(70 * 40, 1), right(40 * 66, 1), out(70 * 66);
  const auto run = [&] {
    std::vector<kir::Argument> arguments;
    std::vector<float>* const memory[] = {&left, &right, &out};
    for (const Argument& from : kernels->list.front().arguments) {
      kir::Argument argument;
      if (from.is_operand) {
        argument.data = memory[from.operand]->data();
        argument.elements = memory[from.operand]->size();
      } else {
        argument.bits = static_cast<uint64_t>(*evaluate(island.pool().rows(), from.number, {}));
      }
      arguments.push_back(argument);
    }
    return kir::interpret(kernel, {4, 1, 1}, arguments);
  };
  const Status sound = run();
  ASSERT_TRUE(sound.ok()) << sound.message();
  EXPECT_EQ(out[70 * 66 - 1], 40.0f);
  const auto barrier = std::ranges::find(kernel.code, kir::Op::barrier, &kir::Instruction::op);
  ASSERT_NE(barrier, kernel.code.end());
  *barrier = {.op = kir::Op::constant, .type = Type::i32};
  const Status raced = run();
  ASSERT_FALSE(raced.ok());
  EXPECT_NE(std::string(raced.message()).find("race"), std::string::npos) << raced.message();
}

TEST(Templates, refuse_types_that_the_device_lacks_by_name) {
  for (const IslandCase& c : testing::formula_cases()) {
    if (c.inputs[0].dtype != DType::f64) continue;
    const Result<std::vector<TestTensor>> found = judged(c, {.has_f64 = false});
    ASSERT_FALSE(found.ok());
    EXPECT_NE(std::string(found.status().message()).find("f64, which the device lacks"),
              std::string::npos)
        << found.status().message();
  }
}

TEST(Templates, refuse_operators_without_a_template_by_name) {
  const IslandCase c =
      testing::one_node("unknown", "Frobnicate", {testing::random_tensor(DType::f32, {2}, 1)},
                        {testing::random_tensor(DType::f32, {2}, 2)}, {});
  const Result<std::vector<TestTensor>> found = judged(c, {});
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.status().code(), Code::unsupported);
  EXPECT_NE(std::string(found.status().message()).find("Frobnicate"), std::string::npos);
}

TEST(Templates, write_one_kernel_for_nodes_that_differ_only_in_size) {
  testing::BlobWriter blob;
  const uint32_t a = blob.input(DType::f32, {9, 20});
  const uint32_t b = blob.input(DType::f32, {20, 30});
  const uint32_t c = blob.input(DType::f32, {30, 40});
  const uint32_t ab = blob.value(DType::f32, {9, 30});
  const uint32_t abc = blob.value(DType::f32, {9, 40});
  blob.output(abc);
  blob.node("MatMul", {a, b}, {ab});
  blob.node("MatMul", {ab, c}, {abc});
  const std::vector<uint64_t> bytes = blob.finish();
  const Result<IslandProgram> program = IslandProgram::compile(
      reinterpret_cast<const tenon_graph*>(bytes.data()), {}, kir::opencl_c());
  ASSERT_TRUE(program.ok()) << program.status().message();
  EXPECT_EQ(program->kernels().size(), 1u);
  EXPECT_EQ(program->plan({}, 64)->launches.size(), 2u);
}

}  // namespace
}  // namespace tenon::kernelgen
