// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernels/kernel.h"

#include "tenon/abi/draft/host.h"
#include "tenon/expr.h"
#include "tenon/plugin.h"

#include <algorithm>

namespace tenon {

std::string to_text(DTypes dtypes) {
  std::string text;
  for (uint32_t i = 1; i < TENON_DTYPE_COUNT; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (!dtypes.contains(dtype)) continue;
    if (!text.empty()) text += ", ";
    text += name_of(dtype);
  }
  return text;
}

std::span<const std::byte> KernelConstants::bytes(size_t i) const {
  const uint32_t value = node_->input_value(i);
  if (value == TENON_NONE) return {};
  const tenon_value& row = node_->graph().value(value);
  const auto* constants = host_service<tenon_constant>(TENON_CONSTANT_ID);
  if (row.kind != TENON_VALUE_CONSTANT || constants == nullptr) return {};
  const void* data = nullptr;
  uint64_t bytes = 0;
  if (constants->map(row.data, &data, &bytes) != TENON_OK) return {};
  return {static_cast<const std::byte*>(data), static_cast<size_t>(bytes)};
}

Result<std::vector<int64_t>> KernelSizes::ints(std::string_view name) const {
  const GraphView& graph = node_->graph();
  const tenon_attr* attr = graph.attr(node_->row(), name);
  if (attr == nullptr) return invalid("attribute \"{}\" is missing", name);
  std::vector<int64_t> numbers;
  if (attr->kind == TENON_ATTR_INTS) {
    numbers.assign(graph.numbers(*attr).begin(), graph.numbers(*attr).end());
    return numbers;
  }
  if (attr->kind != TENON_ATTR_DIMS) {
    return invalid("attribute \"{}\" is no list of integers", name);
  }
  for (const tenon_dim dim : graph.dims(*attr)) {
    TENON_TRY_ASSIGN(const int64_t number, evaluate_dim(graph.exprs(), dim, symbols_));
    numbers.push_back(number);
  }
  return numbers;
}

KernelWork in_rows(int64_t rows, int64_t chunk_rows) {
  chunk_rows = std::max<int64_t>(chunk_rows, 1);
  return {.chunks = rows <= 0 ? 0 : (rows - 1) / chunk_rows + 1,
          .rows = rows,
          .chunk_rows = chunk_rows};
}

Result<KernelWork> by_rows(const KernelSizes& sizes) {
  const std::span<const int64_t> dims = sizes.output(0);
  const int64_t width = dims.empty() ? 1 : dims.back();
  const int64_t rows = width == 0 ? 0 : sizes.output_elements(0) / width;
  return in_rows(rows, 16384 / std::max<int64_t>(width, 1));
}

Status same_dims(const NodeView& node) {
  const std::span<const tenon_dim> wanted = node.output_dims(0);
  for (size_t i = 0; i < node.inputs(); ++i) {
    if (node.has_input(i) && !std::ranges::equal(node.input_dims(i), wanted)) {
      return unsupported("input {} differs in dims from the output", i);
    }
  }
  return {};
}

Status matrices(const NodeView& node) {
  for (size_t i = 0; i < node.inputs(); ++i) {
    if (node.has_input(i) && node.input_rank(i) != 2) {
      return unsupported("input {} has rank {}, expected 2", i, node.input_rank(i));
    }
  }
  return {};
}

}  // namespace tenon
