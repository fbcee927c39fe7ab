// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/generated.h"

#include "sdk/testing/assemblers.h"
#include "sdk/testing/ptx.h"
#include "tenon/kernelgen/verify.h"

#include <gtest/gtest.h>

namespace tenon::conformance {
namespace {

class Conformance : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = Judge::make();
    ASSERT_TRUE(made.ok()) << made.status().message();
    judge_ = std::move(*made);
  }

  // Calls use with every sample of every operator and its kernels.
  template <class Use>
  void each_generated(Tally& tally, const kernelgen::Limits& limits, Use use) {
    for (const Op& op : wanted_ops()) {
      for (size_t i = 0; i < op.samples.size(); ++i) {
        const auto sample = judge_->judged(op, op.samples[i], name_of(op, i));
        ASSERT_TRUE(sample.ok()) << name_of(op, i) << ": " << sample.status().message();
        if (!has_island(*sample)) {
          ++tally.alone;
          continue;
        }
        const auto program = generated(*sample, limits);
        if (!program.ok()) {
          ASSERT_EQ(program.status().code(), Code::unsupported) << program.status().message();
          tally.missing.insert(fmt::format("{}: {}", op.name, program.status().message()));
          continue;
        }
        use(*sample, *program);
      }
    }
  }

  // All samples through one way of running kernels.
  Tally run_samples(Verify verify, const kernelgen::Limits& limits = {}) {
    Tally tally;
    each_generated(tally, limits, [&](const Case& sample, const kernelgen::IslandProgram& program) {
      const Status status = compare(sample, program, verify);
      if (status.code() == Code::unsupported) {
        tally.missing.insert(fmt::format("{}: {}", sample.name, status.message()));
        return;
      }
      EXPECT_TRUE(status.ok()) << sample.name << ": " << status.message();
      ++tally.passed;
    });
    return tally;
  }

  // The first `most` samples of each operator on a device, as the host runs them there.
  Tally run_on(std::string_view device, size_t most) {
    Tally tally;
    for (const Op& op : wanted_ops()) {
      for (size_t i = 0; i < std::min(most, op.samples.size()); ++i) {
        const auto sample = judge_->judged(op, op.samples[i], name_of(op, i));
        EXPECT_TRUE(sample.ok()) << name_of(op, i) << ": " << sample.status().message();
        if (!sample.ok()) continue;
        const auto found = judge_->run(*sample, device);
        if (!found.ok() && found.status().code() == Code::unsupported) {
          tally.missing.insert(fmt::format("{}: {}", op.name, found.status().message()));
          continue;
        }
        const std::string wrong =
            found.ok() ? differs(*sample, *found) : std::string(found.status().message());
        EXPECT_EQ(wrong, "") << sample->name;
        tally.passed += wrong.empty() ? 1 : 0;
      }
    }
    return tally;
  }

  testing::KernelCollection all_kernels() {
    Tally tally;
    testing::KernelCollection collection;
    each_generated(tally, {}, [&](const Case&, const kernelgen::IslandProgram& program) {
      for (const kir::Kernel& kernel : program.kernels()) collection.add(kernel);
    });
    return collection;
  }

  std::unique_ptr<Judge> judge_;
};

TEST_F(Conformance, every_generated_kernel_of_the_samples_is_sound_and_right) {
  const Tally tally = run_samples(kernelgen::verify);
  tally.print("samples");
  EXPECT_GE(tally.passed, at_least(450));
}

TEST_F(Conformance, the_printed_ptx_of_every_sample_computes_the_same) {
  const Tally tally = run_samples(testing::verify_ptx);
  tally.print("samples");
  EXPECT_GE(tally.passed, at_least(450));
}

TEST_F(Conformance, every_sample_computes_the_same_without_64_bit_integers) {
  Tally wide;
  each_generated(wide, {.has_i64 = false}, [&](const Case& sample, const auto& program) {
    for (const kir::Kernel& kernel : program.kernels()) {
      for (const kir::Instruction& at : kernel.code) {
        EXPECT_FALSE(at.type == Type::i64 || at.type == Type::u64) << sample.name;
      }
    }
  });
  const Tally tally = run_samples(kernelgen::verify, {.has_i64 = false});
  tally.print("samples");
  EXPECT_GE(tally.passed, at_least(440));
}

TEST_F(Conformance, ptxas_takes_the_kernels_of_all_samples) {
  if (!testing::has_ptxas()) GTEST_SKIP() << "there is no ptxas here: PTX is not assembled";
  const testing::KernelCollection collection = all_kernels();
  EXPECT_GE(collection.kernels().size(), at_least(200));
  for (const char* architecture : {"sm_75", "sm_80", "sm_90"}) {
    EXPECT_EQ(testing::ptxas_complaint(collection, architecture), "") << architecture;
  }
}

TEST_F(Conformance, the_spirv_of_all_samples_is_valid) {
  if (!testing::has_spirv_val())
    GTEST_SKIP() << "there is no spirv-val here: SPIR-V is not validated";
  EXPECT_EQ(testing::spirv_val_complaint(all_kernels()), "");
}

TEST_F(Conformance, every_sample_gives_the_same_on_the_cpu_backend) {
  const Tally tally = run_on("cpu", SIZE_MAX);
  tally.print("samples");
  EXPECT_GE(tally.passed, at_least(500));
}

TEST_F(Conformance, one_sample_of_each_operator_gives_the_same_on_opencl) {
  if (!judge_->has("opencl")) GTEST_SKIP() << "there is no OpenCL device";
  const Tally tally = run_on("opencl", 1);
  tally.print("operators");
  EXPECT_GE(tally.passed, at_least(280));
}

}  // namespace
}  // namespace tenon::conformance
