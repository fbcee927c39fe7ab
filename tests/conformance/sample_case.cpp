// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/sample_case.h"

#include "core/ops/framework/sample_graph.h"
#include "core/passes/pass.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

namespace tenon::conformance {

std::vector<RunInput> Case::inputs() const {
  std::vector<RunInput> made;
  for (size_t i = 0; i < data.size(); ++i) {
    const DType dtype = graph.value(graph.main().inputs[i]).dtype;
    made.push_back({{}, HostValue::of(borrowed_tensor(dtype, dims[i], data[i]))});
  }
  return made;
}

std::string name_of(const Op& op, size_t sample) {
  return fmt::format("{}{}{} sample {}", op.domain, op.domain.empty() ? "" : ".", op.name, sample);
}

namespace {

// Names between commas; empty: all.
std::string wanted_names() {
  const char* names = std::getenv("TENON_OPERATORS");
  return names == nullptr ? std::string() : fmt::format(",{},", names);
}

}  // namespace

std::vector<Op> wanted_ops() {
  const std::string names = wanted_names();
  std::vector<Op> ops = all_ops();
  std::erase_if(ops, [&](const Op& op) {
    return !names.empty() && names.find(fmt::format(",{},", op.name)) == std::string::npos;
  });
  return ops;
}

size_t at_least(size_t of_all) { return wanted_names().empty() ? of_all : 1; }

namespace {

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

}  // namespace

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

std::string differs(const Case& sample, const std::vector<RunOutput>& found) {
  for (size_t i = 0; i < found.size(); ++i) {
    const HostTensor& expected = sample.expected[i].value.tensor;
    const HostTensor& tensor = found[i].value.tensor;
    if (tensor.dims != expected.dims) return fmt::format("output {}: other dims", i);
    const std::string text =
        difference(expected.dtype, tensor.data.get(), expected.data.get(), expected.bytes);
    if (!text.empty()) return fmt::format("output {}: {}", i, text);
  }
  return {};
}

Result<std::unique_ptr<Judge>> Judge::make() {
  PluginHostOptions options;
  options.directories = {TENON_BINARY_DIR "/lib/tenon/plugins/1"};
  options.default_directories = false;
  TENON_TRY_ASSIGN(std::unique_ptr<Engine> engine, Engine::make(std::move(options)));
  return std::unique_ptr<Judge>(new Judge(std::move(engine)));
}

Result<std::vector<RunOutput>> Judge::run(const Case& sample, std::string_view device,
                                          std::shared_ptr<Plan>* kept) {
  TENON_TRY_ASSIGN(const Engine::Choice choice, engine_->choose(device));
  TENON_TRY_ASSIGN(auto made, make_plan(clone(sample.graph), choice.devices, {}));
  std::shared_ptr<Plan> plan = std::move(made);
  if (kept != nullptr) *kept = plan;
  TENON_TRY_ASSIGN(auto session, Session::make(plan, std::make_shared<Weights>()));
  return session->run(sample.inputs(), {});
}

Result<Case> Judge::judged(const Op& op, const Sample& sample, std::string name) {
  Case made{.name = std::move(name),
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

}  // namespace tenon::conformance
