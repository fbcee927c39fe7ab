// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/generated.h"

#include "sdk/testing/ptx.h"
#include "tenon/kernelgen/verify.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>

// Samples are written for one type and shape; here operators also run over the others they take.
namespace tenon::conformance {
namespace {

struct Variant {
  std::string name;
  Sample sample;
};

std::string_view types_of(const Op& op, size_t input) {
  return op.inputs[std::min(input, op.inputs.size() - 1)].types;
}

// The sample once for each type: all inputs of one declaration change together.
std::vector<Variant> with_types(const Op& op, const Sample& sample) {
  std::vector<Variant> variants;
  std::map<std::string_view, DType> groups;
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    if (!sample.inputs[i].omitted) groups.emplace(types_of(op, i), sample.inputs[i].dtype);
  }
  for (const auto& [types, dtype] : groups) {
    for (uint32_t k = 1; k < TENON_DTYPE_COUNT; ++k) {
      const auto wanted = static_cast<DType>(k);
      if (wanted == DType::string || wanted == DType::c64 || wanted == DType::c128) continue;
      Variant variant = {fmt::format("{} {}", op.name, tenon::name_of(wanted)), sample};
      for (size_t i = 0; i < sample.inputs.size(); ++i) {
        SampleInput& input = variant.sample.inputs[i];
        if (types_of(op, i) == types && input.dtype == dtype) input.dtype = wanted;
      }
      variants.push_back(std::move(variant));
    }
  }
  return variants;
}

// The sample at ranks 0 to 5, when all its inputs have one shape.
std::vector<Variant> with_ranks(const Op& op, const Sample& sample) {
  std::vector<Variant> variants;
  for (const SampleInput& input : sample.inputs) {
    const bool is_like_first =
        !input.omitted && input.values.empty() && input.dims == sample.inputs[0].dims;
    if (!is_like_first) return variants;
  }
  const std::vector<int64_t> extents = {2, 3, 1, 2, 3};
  for (size_t rank = 0; rank <= extents.size(); ++rank) {
    Variant variant = {fmt::format("{} rank {}", op.name, rank), sample};
    for (SampleInput& input : variant.sample.inputs) {
      input.dims.assign(extents.begin(), extents.begin() + static_cast<std::ptrdiff_t>(rank));
    }
    variants.push_back(std::move(variant));
  }
  return variants;
}

class Widened : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = Judge::make();
    ASSERT_TRUE(made.ok()) << made.status().message();
    judge_ = std::move(*made);
  }

  // Runs a variant in both interpreters. Operators refuse types and ranks that are not theirs.
  void run(const Op& op, const Variant& variant) {
    const auto sample = judge_->judged(op, variant.sample, variant.name);
    if (!sample.ok()) {
      const Code code = sample.status().code();
      EXPECT_TRUE(code == Code::invalid || code == Code::unsupported)
          << variant.name << ": " << sample.status().message();
      ++refused_;
      return;
    }
    if (!has_island(*sample)) {
      ++tally_.alone;
      return;
    }
    const auto program = generated(*sample);
    Status status = program.status();
    for (const Verify verify : {kernelgen::verify, testing::verify_ptx}) {
      if (status.ok()) status = compare(*sample, *program, verify);
    }
    // Once more in halves, where there are 64-bit integers that a device may lack.
    const auto halved = generated(*sample, {.has_i64 = false});
    if (status.ok() && halved.ok()) status = compare(*sample, *halved, kernelgen::verify);
    if (status.code() == Code::unsupported) {
      tally_.missing.insert(fmt::format("{}: {}", variant.name, status.message()));
      return;
    }
    EXPECT_TRUE(status.ok()) << variant.name << ": " << status.message();
    ++tally_.passed;
  }

  void print(std::string_view what) {
    tally_.print(what);
    std::cout << refused_ << " that the operator does not take\n";
  }

  std::unique_ptr<Judge> judge_;
  Tally tally_;
  size_t refused_ = 0;
};

TEST_F(Widened, operators_compute_the_same_for_all_their_types) {
  for (const Op& op : wanted_ops()) {
    if (op.samples.empty() || !(op.element || op.primitive)) continue;
    for (const Variant& variant : with_types(op, op.samples[0])) run(op, variant);
  }
  print("types of operators");
  EXPECT_GE(tally_.passed, at_least(2000));
}

TEST_F(Widened, element_operators_compute_the_same_at_ranks_0_to_5) {
  for (const Op& op : wanted_ops()) {
    if (op.samples.empty() || !op.element) continue;
    for (const Variant& variant : with_ranks(op, op.samples[0])) run(op, variant);
  }
  print("ranks of operators");
  EXPECT_GE(tally_.passed, at_least(300));
}

TEST_F(Widened, every_kernel_template_computes_the_same_on_opencl_for_all_its_types) {
  if (!judge_->has("opencl")) GTEST_SKIP() << "there is no OpenCL device";
  for (const Op& op : wanted_ops()) {
    // Formulas have one template: two operators stand for all.
    const bool is_formula = op.name == "Add" || op.name == "Where";
    if (op.samples.empty() || !(op.primitive || is_formula)) continue;
    for (const Variant& variant : with_types(op, op.samples[0])) {
      const auto sample = judge_->judged(op, variant.sample, variant.name);
      if (!sample.ok()) continue;
      const auto found = judge_->run(*sample, "opencl");
      if (found.status().code() == Code::unsupported) {
        tally_.missing.insert(fmt::format("{}: {}", variant.name, found.status().message()));
        continue;
      }
      ASSERT_TRUE(found.ok()) << variant.name << ": " << found.status().message();
      EXPECT_EQ(differs(*sample, *found), "") << variant.name;
      ++tally_.passed;
    }
  }
  print("types of templates");
  EXPECT_GE(tally_.passed, at_least(200));
}

}  // namespace
}  // namespace tenon::conformance
