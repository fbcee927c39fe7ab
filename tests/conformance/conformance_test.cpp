// SPDX-License-Identifier: Apache-2.0
#include "core/api/engine.h"
#include "core/ops/framework/sample_graph.h"
#include "core/passes/pass.h"
#include "core/run/session.h"

#include "tenon/kernelgen/island_program.h"
#include "tenon/kernelgen/printer_c.h"
#include "tenon/kernelgen/verify.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <set>

namespace tenon {
namespace {

using Bytes = std::vector<std::byte>;

std::string name_of(const Op& op, size_t sample) {
  return fmt::format("{}{}{} sample {}", op.domain, op.domain.empty() ? "" : ".", op.name, sample);
}

Bytes random_elements(const SampleInput& input, uint32_t seed) {
  Constant shape{.dtype = input.dtype, .dims = input.dims, .owner = {}, .bytes = {}};
  const int64_t count = shape.elements();
  Bytes bytes(static_cast<size_t>(count) * element_bytes(input.dtype));
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> numbers(input.low, input.high);
  for (int64_t i = 0; i < count; ++i) {
    const double number = numbers(random);
    if (is_float(input.dtype)) {
      store_float(bytes.data(), input.dtype, i, number);
    } else if (input.dtype == DType::boolean) {
      store_integer(bytes.data(), input.dtype, i, number > 0);
    } else {
      store_integer(bytes.data(), input.dtype, i, std::llround(std::floor(number)));
    }
  }
  return bytes;
}

// How far a result may be from the judge's: a share of the value, and of the tensor's largest.
double tolerance(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return 1e-9;
    case DType::f32:
      return 2e-5;
    case DType::f16:
      return 4e-3;
    case DType::bf16:
      return 3e-2;
    default:
      return is_float(dtype) ? 0.13 : 0;  // one step of an 8-bit float
  }
}

std::string difference(DType dtype, const std::byte* found, const std::byte* expected,
                       uint64_t bytes) {
  const auto count = static_cast<int64_t>(bytes / element_bytes(dtype));
  double largest = 0;
  for (int64_t i = 0; i < count && is_float(dtype); ++i) {
    const double value = std::fabs(load_float(expected, dtype, i));
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  for (int64_t i = 0; i < count; ++i) {
    if (!is_float(dtype)) {
      const int64_t a = load_integer(found, dtype, i), b = load_integer(expected, dtype, i);
      if (a != b) return fmt::format("element {}: {}, expected {}", i, a, b);
      continue;
    }
    const double a = load_float(found, dtype, i), b = load_float(expected, dtype, i);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    const double allowed = tolerance(dtype) * std::max(std::fabs(b), 0.05 * largest) + 1e-7;
    if (!(std::fabs(a - b) <= allowed)) return fmt::format("element {}: {}, expected {}", i, a, b);
  }
  return {};
}

// A sample, its inputs, and what the judge says of it.
struct Case {
  std::string name;
  Graph graph;
  std::vector<Bytes> data;  // of the graph's inputs
  std::vector<std::vector<int64_t>> dims;
  std::shared_ptr<Plan> plan;  // on the judge
  std::vector<HostTensor> expected;

  std::vector<InputTensor> inputs() const {
    std::vector<InputTensor> made;
    for (size_t i = 0; i < data.size(); ++i) {
      made.push_back({{}, graph.value(graph.main().inputs[i]).dtype, dims[i], data[i]});
    }
    return made;
  }
};

class Conformance : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    PluginHostOptions options;
    options.directories = {TENON_BINARY_DIR "/lib/tenon/plugins/1"};
    options.default_directories = false;
    auto made = Engine::make(std::move(options));
    ASSERT_TRUE(made.ok()) << made.status().message();
    engine() = std::move(*made);
  }
  static void TearDownTestSuite() { engine().reset(); }
  static std::unique_ptr<Engine>& engine() {
    static std::unique_ptr<Engine> made;
    return made;
  }

  static Result<std::vector<HostTensor>> run(const Case& sample, std::string_view device,
                                             std::shared_ptr<Plan>* kept = nullptr) {
    TENON_TRY_ASSIGN(const Engine::Choice choice, engine()->choose(device));
    TENON_TRY_ASSIGN(auto made, make_plan(clone(sample.graph), choice.devices, {}));
    std::shared_ptr<Plan> plan = std::move(made);
    if (kept != nullptr) *kept = plan;
    TENON_TRY_ASSIGN(auto session, Session::make(plan, std::make_shared<Weights>()));
    return session->run(sample.inputs(), {});
  }

  // The case, run on the judge; unsupported samples have a reason.
  static Result<Case> judged(const Op& op, size_t index) {
    const Sample& sample = op.samples[index];
    Case made{.name = name_of(op, index),
              .graph = graph_of(op, sample, false),
              .data = {},
              .dims = {},
              .plan = {},
              .expected = {}};
    uint32_t seed = 1;
    for (const SampleInput& input : sample.inputs) {
      if (input.omitted || !input.values.empty()) continue;
      made.data.push_back(random_elements(input, seed++));
      made.dims.push_back(input.dims);
    }
    TENON_TRY(run_passes(made.graph, {}));
    TENON_TRY_ASSIGN(made.expected, run(made, "reference", &made.plan));
    return made;
  }

  static std::string differs(const Case& sample, const std::vector<HostTensor>& found) {
    for (size_t i = 0; i < found.size(); ++i) {
      const HostTensor& expected = sample.expected[i];
      if (found[i].dims != expected.dims) return fmt::format("output {}: other dims", i);
      const std::string text =
          difference(expected.dtype, found[i].data.get(), expected.data.get(), expected.bytes);
      if (!text.empty()) return fmt::format("output {}: {}", i, text);
    }
    return {};
  }
};

// The generated kernels of an island, run by the interpreter on the judge's own inputs.
Result<std::vector<Bytes>> interpret(const Plan& plan, const Case& sample) {
  const Island& island = plan.islands.front();
  TENON_TRY_ASSIGN(const auto program,
                   kernelgen::IslandProgram::compile(island.blob->graph(), kernelgen::Limits{},
                                                     kir::opencl_c()));
  const std::vector<int64_t> symbols(plan.graph.symbols.size());
  TENON_TRY_ASSIGN(const auto bound, program.plan(symbols, 64));
  std::vector<Bytes> memory;
  for (const uint64_t bytes : bound.binding_bytes) memory.emplace_back(bytes);
  for (size_t i = 0; i < island.inputs.size(); ++i) {
    const Value& value = plan.graph.value(island.inputs[i]);
    if (value.constant) {
      std::ranges::copy(value.constant->bytes, memory[i].begin());
      continue;
    }
    const auto& inputs = sample.graph.main().inputs;
    const auto at = std::ranges::find(inputs, island.inputs[i]) - inputs.begin();
    std::ranges::copy(sample.data[static_cast<size_t>(at)], memory[i].begin());
  }
  std::vector<void*> bindings;
  for (Bytes& bytes : memory) bindings.push_back(bytes.data());
  TENON_TRY(kernelgen::verify(program, bound, bindings));
  return std::vector<Bytes>(
      std::make_move_iterator(memory.begin() + static_cast<std::ptrdiff_t>(island.inputs.size())),
      std::make_move_iterator(memory.end()));
}

TEST_F(Conformance, every_generated_kernel_of_the_samples_is_sound_and_right) {
  size_t passed = 0, alone = 0;
  std::set<std::string> missing;
  for (const Op& op : all_ops()) {
    for (size_t i = 0; i < op.samples.size(); ++i) {
      auto sample = judged(op, i);
      ASSERT_TRUE(sample.ok()) << name_of(op, i) << ": " << sample.status().message();
      // Samples that fold to constants or are read in phases leave no single island to look at.
      if (sample->plan->islands.size() != 1) {
        ++alone;
        continue;
      }
      const auto found = interpret(*sample->plan, *sample);
      if (!found.ok() && found.status().code() == Code::unsupported) {
        missing.insert(fmt::format("{}: {}", op.name, found.status().message()));
        continue;
      }
      ASSERT_TRUE(found.ok()) << sample->name << ": " << found.status().message();
      const Island& island = sample->plan->islands.front();
      for (size_t k = 0; k < island.outputs.size(); ++k) {
        const auto& outputs = sample->graph.main().outputs;
        const auto at = std::ranges::find(outputs, island.outputs[k]) - outputs.begin();
        if (static_cast<size_t>(at) == outputs.size()) continue;
        const HostTensor& expected = sample->expected[static_cast<size_t>(at)];
        const std::string text =
            difference(expected.dtype, (*found)[k].data(), expected.data.get(), expected.bytes);
        EXPECT_EQ(text, "") << sample->name << " output " << at;
      }
      ++passed;
    }
  }
  for (const std::string& text : missing) std::cout << "not offered: " << text << "\n";
  std::cout << passed << " samples, " << alone << " without an island, " << missing.size()
            << " not offered\n";
  EXPECT_GE(passed, 300u);
}

TEST_F(Conformance, one_sample_of_each_operator_gives_the_same_on_opencl) {
  if (!engine()->choose("opencl").ok()) GTEST_SKIP() << "there is no OpenCL device";
  size_t passed = 0;
  std::set<std::string> missing;
  for (const Op& op : all_ops()) {
    if (op.samples.empty()) continue;
    auto sample = judged(op, 0);
    ASSERT_TRUE(sample.ok()) << name_of(op, 0) << ": " << sample.status().message();
    const auto found = run(*sample, "opencl");
    if (!found.ok() && found.status().code() == Code::unsupported) {
      missing.insert(fmt::format("{}: {}", op.name, found.status().message()));
      continue;
    }
    ASSERT_TRUE(found.ok()) << sample->name << ": " << found.status().message();
    EXPECT_EQ(differs(*sample, *found), "") << sample->name;
    ++passed;
  }
  for (const std::string& text : missing) std::cout << "not offered: " << text << "\n";
  std::cout << passed << " operators, " << missing.size() << " not offered\n";
  EXPECT_GE(passed, 120u);
}

}  // namespace
}  // namespace tenon
