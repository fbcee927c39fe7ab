// SPDX-License-Identifier: Apache-2.0
#include "core/plan/precision.h"

#include "core/passes/framework/decodes.h"
#include "core/plan/plan.h"

#include <algorithm>
#include <vector>

namespace tenon {
namespace {

bool is_own(const Node& node, std::string_view op) {
  return node.domain == "tenon" && node.op == op;
}

// The versions of a state, one after the other; empty when others than attention read it.
std::vector<ValueId> versions(const Graph& graph, ValueId state) {
  std::vector<ValueId> found = {state};
  for (const Node& node : graph.main().nodes) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (std::ranges::count(found, node.inputs[i]) == 0) continue;
      const bool is_written = is_own(node, "StateWrite") && i == 0;
      if (!is_written && !(is_own(node, "Attend") && (i == 1 || i == 2))) return {};
      if (is_written) found.push_back(node.outputs.front());
    }
  }
  return found;
}

std::vector<ValueId> keys_and_values(const Graph& graph) {
  std::vector<ValueId> all;
  for (const GraphState& state : graph.states) {
    const std::vector<ValueId> found = versions(graph, state.value);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace

uint32_t usual_precision(const Graph& graph) {
  const bool has_blocks = std::ranges::any_of(graph.main().nodes, decodes);
  return has_blocks ? TENON_PRECISION_FAST : TENON_PRECISION_EXACT;
}

std::string_view precision_name(uint32_t precision) {
  return precision == TENON_PRECISION_FAST ? "fast" : "exact";
}

Result<std::optional<uint32_t>> read_precision(std::string_view word) {
  if (word == "auto") return std::optional<uint32_t>();
  if (word == "exact") return std::optional<uint32_t>(TENON_PRECISION_EXACT);
  if (word == "fast") return std::optional<uint32_t>(TENON_PRECISION_FAST);
  return invalid("precision is \"{}\", expected exact, fast or auto", word);
}

Result<DType> read_type_of_states(std::string_view word) {
  for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
    if (word == name_of(dtype)) return dtype;
  }
  return invalid("states are \"{}\", expected f32, f16 or bf16", word);
}

void keep_states_as(Graph& graph, DType dtype) {
  for (const ValueId id : keys_and_values(graph)) graph.value(id).dtype = dtype;
}

DType type_of_states(const Graph& graph) {
  const std::vector<ValueId> all = keys_and_values(graph);
  return all.empty() ? DType::none : graph.value(all.front()).dtype;
}

}  // namespace tenon
