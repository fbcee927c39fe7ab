// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/assemblers.h"
#include "sdk/testing/island_cases.h"
#include "sdk/testing/ptx.h"

#include <gtest/gtest.h>

namespace tenon::kernelgen {
namespace {

using testing::IslandCase;
using testing::KernelCollection;
using testing::TestTensor;

Result<IslandProgram> compiled(const IslandCase& c) {
  return IslandProgram::compile(reinterpret_cast<const tenon_graph*>(c.blob.data()), {},
                                kir::opencl_c());
}

Result<std::vector<TestTensor>> run_as_ptx(const IslandCase& c) {
  TENON_TRY_ASSIGN(const IslandProgram program, compiled(c));
  TENON_TRY_ASSIGN(const IslandPlan plan, program.plan(c.symbols, 64));
  std::vector<TestTensor> inputs = c.inputs;
  std::vector<TestTensor> outputs = c.expected;
  for (TestTensor& output : outputs) std::ranges::fill(output.bytes, std::byte{0x5A});
  std::vector<void*> bindings;
  for (TestTensor& tensor : inputs) bindings.push_back(tensor.bytes.data());
  for (TestTensor& tensor : outputs) bindings.push_back(tensor.bytes.data());
  TENON_TRY(testing::verify_ptx(program, plan, bindings));
  return outputs;
}

KernelCollection all_kernels() {
  KernelCollection collection;
  for (const IslandCase& c : testing::island_cases()) {
    const Result<IslandProgram> program = compiled(c);
    EXPECT_TRUE(program.ok()) << c.name << ": " << program.status().message();
    if (!program.ok()) continue;
    for (const kir::Kernel& kernel : program->kernels()) collection.add(kernel);
  }
  return collection;
}

TEST(Printers, write_ptx_that_computes_what_plain_loops_compute) {
  for (const IslandCase& c : testing::island_cases()) {
    const Result<std::vector<TestTensor>> found = run_as_ptx(c);
    if (!found.ok()) {
      ADD_FAILURE() << c.name << ": " << found.status().message();
      continue;
    }
    EXPECT_EQ(testing::difference(c, *found), "");
  }
}

TEST(Printers, write_ptx_that_ptxas_takes) {
  if (!testing::has_ptxas()) GTEST_SKIP() << "there is no ptxas here: PTX is not assembled";
  const KernelCollection collection = all_kernels();
  for (const char* architecture : {"sm_75", "sm_80", "sm_90"}) {
    EXPECT_EQ(testing::ptxas_complaint(collection, architecture), "") << architecture;
  }
}

TEST(Printers, write_spirv_that_the_validator_is_silent_about) {
  if (!testing::has_spirv_val())
    GTEST_SKIP() << "there is no spirv-val here: SPIR-V is not validated";
  EXPECT_EQ(testing::spirv_val_complaint(all_kernels()), "");
}

// A float is stored as an integer: no builder writes that.
KernelCollection unsound_kernel() {
  kir::Kernel kernel = {.name = "unsound", .params = {}, .code = {}, .group = {1, 1, 1}};
  kernel.params.push_back(
      {.name = "p0", .buffer = true, .written = true, .dtype = DType::i32, .type = Type::i32});
  kernel.code = {{.op = kir::Op::constant, .type = Type::i32},
                 {.op = kir::Op::constant, .type = Type::f32, .k = 0x3F800000},
                 {.op = kir::Op::store, .type = Type::i32, .a = 0, .b = 0, .c = 1}};
  KernelCollection collection;
  collection.add(kernel);
  return collection;
}

TEST(Printers, write_what_ptxas_refuses_when_the_kernel_is_unsound) {
  if (!testing::has_ptxas()) GTEST_SKIP() << "there is no ptxas here";
  EXPECT_NE(testing::ptxas_complaint(unsound_kernel(), "sm_90"), "");
}

TEST(Printers, write_what_the_validator_refuses_when_the_kernel_is_unsound) {
  if (!testing::has_spirv_val()) GTEST_SKIP() << "there is no spirv-val here";
  EXPECT_NE(testing::spirv_val_complaint(unsound_kernel()), "");
}

TEST(Ptx, names_the_line_that_it_does_not_understand) {
  const auto module = testing::PtxModule::parse(
      ".visible .entry k(\n)\n.reqntid 1, 1, 1\n{\n  frob.s32 %r1, 2;\n}\n");
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.status().message(), "ptx line 5: unknown instruction: frob.s32 %r1, 2");
}

TEST(Ptx, finds_registers_that_were_never_written) {
  const auto module = testing::PtxModule::parse(
      ".visible .entry k(\n)\n.reqntid 1, 1, 1\n{\n  .reg .b32 %r<3>;\n"
      "  add.s32 %r1, %r2, 1;\n  ret;\n}\n");
  ASSERT_TRUE(module.ok()) << module.status().message();
  const Status status = module->run("k", {1, 1, 1}, {});
  EXPECT_NE(std::string(status.message()).find("read before it is written"), std::string::npos)
      << status.message();
}

}  // namespace
}  // namespace tenon::kernelgen
