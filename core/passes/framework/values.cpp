// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/values.h"

#include "tenon/strip_vm.h"

#include <span>
#include <utility>

namespace tenon {

std::vector<size_t> count_readers(const Graph& graph) {
  std::vector<size_t> readers(graph.values.size());
  for (const Node& node : graph.main().nodes) {
    for (const ValueId id : node.inputs) {
      if (id != no_id) ++readers[id];
    }
  }
  for (const ValueId id : graph.main().outputs) readers[id] += 2;
  for (const Symbol& symbol : graph.symbols) {
    if (symbol.value != no_id) readers[symbol.value] += 2;
  }
  return readers;
}

std::optional<std::vector<double>> reals_of(const Graph& graph, ValueId id) {
  if (id == no_id || !graph.value(id).constant) return {};
  const Constant& constant = *graph.value(id).constant;
  if (!is_float(constant.dtype)) return {};
  std::vector<double> numbers(static_cast<size_t>(constant.elements()));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = load_float(constant.bytes.data(), constant.dtype, static_cast<int64_t>(i));
  }
  return numbers;
}

std::optional<std::vector<int64_t>> integers_of(const Graph& graph, ValueId id) {
  if (id == no_id || !graph.value(id).constant) return {};
  const Constant& constant = *graph.value(id).constant;
  if (!is_integer(constant.dtype)) return {};
  std::vector<int64_t> numbers(static_cast<size_t>(constant.elements()));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = load_integer(constant.bytes.data(), constant.dtype, static_cast<int64_t>(i));
  }
  return numbers;
}

std::shared_ptr<const Constant> f32_constant(std::vector<int64_t> dims,
                                             const std::vector<double>& numbers) {
  auto floats = std::make_shared<std::vector<float>>(numbers.begin(), numbers.end());
  auto constant = std::make_shared<Constant>();
  constant->dtype = DType::f32;
  constant->dims = std::move(dims);
  constant->bytes = std::as_bytes(std::span<const float>(*floats));
  constant->owner = std::move(floats);
  return constant;
}

}  // namespace tenon
