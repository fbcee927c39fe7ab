// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/generate.h"

#include "templates.h"

#include <fmt/format.h>

namespace tenon::kernelgen {
namespace {

struct Template {
  std::string_view op;
  Result<Kernels> (*write)(const Work& work);
};

constexpr Template templates[] = {
    {"MatMul", mat_mul},
    {"Conv", conv},
    {"ConvTranspose", conv_transpose},
    {"Reduce", reduce},
    {"ArgReduce", arg_reduce},
    {"Pool", pool},
    {"PoolIndices", pool_indices},
    {"PrefixScan", prefix_scan},
    {"TopK", top_k},
    {"ScatterElements", scatter_elements},
    {"ScatterND", scatter_nd},
    {"Compact", compact},
    {"SortRows", sort_rows},
    {"SelectBoxes", select_boxes},
    {"TreeEnsemble", tree_ensemble},
    {"CouplePairs", couple_pairs},
    {"Recurrent", recurrent},
    {"LinearRecurrence", linear_recurrence},
    {"InvertMatrix", invert_matrix},
    {"RegionPool", region_pool},
};

Status check_operands(const Island& island, const tenon_node& node) {
  for (const uint32_t value : island.graph().inputs(node)) {
    if (value != TENON_NONE) TENON_TRY(island.check_value(value));
  }
  for (const uint32_t value : island.graph().outputs(node)) {
    if (value != TENON_NONE) TENON_TRY(island.check_value(value));
  }
  return {};
}

}  // namespace

Result<Kernels> generate(Island& island, const tenon_node& node, const std::string& name) {
  const std::string_view op = island.graph().op(node);
  const Work work(island, node, name);
  if ((node.flags & TENON_NODE_HOST_CONTROL) != 0)
    return work.refuse("control flow runs on the host");
  if (const Status status = check_operands(island, node); !status.ok()) return status.at(op);
  if (node.formula != TENON_NONE) {
    Result<Kernels> made = map(work);
    return made.ok() ? std::move(made) : Result<Kernels>(made.status().at(op));
  }
  for (const Template& candidate : templates) {
    if (candidate.op == op) return candidate.write(work);
  }
  return work.refuse("neither a formula nor an operator with a kernel template");
}

Result<Generated> generate_copy(Island& island, DType dtype, Expr elements,
                                const std::string& name) {
  Draft draft(island, name, {128, 1, 1});
  kir::Builder& b = draft.builder();
  // Copies bits: no value may change on its way.
  const DType raw = element_bytes(dtype) == 1   ? DType::u8
                    : element_bytes(dtype) == 2 ? DType::u16
                    : element_bytes(dtype) == 4 ? DType::u32
                                                : DType::u64;
  const kir::Tensor from = draft.operand(0, raw, false);
  const kir::Tensor to = draft.operand(1, raw, true);
  const Value i = b.thread(0);
  b.when(i < draft.argument(elements),
         [&] { kir::store_element(to, i, kir::load_element(from, i)); });
  return draft.finish(elements);
}

}  // namespace tenon::kernelgen
