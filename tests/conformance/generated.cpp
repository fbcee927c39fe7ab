// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/generated.h"

#include "tenon/kernelgen/printer_c.h"

#include <algorithm>
#include <iostream>

namespace tenon::conformance {
namespace {

// Memory for each binding, inputs filled with the case's data.
std::vector<Bytes> memory_of(const Case& sample, const kernelgen::IslandPlan& bound) {
  const Plan& plan = *sample.plan;
  const Island& island = plan.islands.front();
  std::vector<Bytes> memory;
  for (const uint64_t bytes : bound.binding_bytes) memory.emplace_back(bytes, std::byte{0x5A});
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
  return memory;
}

}  // namespace

Result<kernelgen::IslandProgram> generated(const Case& sample, const kernelgen::Limits& limits) {
  return kernelgen::IslandProgram::compile(sample.plan->islands.front().blob->graph(), limits,
                                           kir::opencl_c());
}

Status compare(const Case& sample, const kernelgen::IslandProgram& program, Verify verify) {
  const Island& island = sample.plan->islands.front();
  const std::vector<int64_t> symbols(sample.plan->graph.symbols.size());
  TENON_TRY_ASSIGN(const auto bound, program.plan(symbols, 64));
  std::vector<Bytes> memory = memory_of(sample, bound);
  std::vector<void*> bindings;
  for (Bytes& bytes : memory) bindings.push_back(bytes.data());
  TENON_TRY(verify(program, bound, bindings));
  for (size_t k = 0; k < island.outputs.size(); ++k) {
    const auto& outputs = sample.graph.main().outputs;
    const auto at = std::ranges::find(outputs, island.outputs[k]) - outputs.begin();
    if (static_cast<size_t>(at) == outputs.size()) continue;
    const HostTensor& expected = sample.expected[static_cast<size_t>(at)].value.tensor;
    const std::string text = difference(expected.dtype, memory[island.inputs.size() + k].data(),
                                        expected.data.get(), expected.bytes);
    if (!text.empty()) return invalid("output {}: {}", at, text);
  }
  return {};
}

void Tally::print(std::string_view what) const {
  for (const std::string& text : missing) std::cout << "not offered: " << text << "\n";
  std::cout << passed << " " << what << ", " << alone << " without an island, " << missing.size()
            << " not offered\n";
}

}  // namespace tenon::conformance
