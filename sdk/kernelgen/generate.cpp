// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/generate.h"

#include "templates.h"
#include "tenon/kernelgen/legalise.h"

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
    {"StateWrite", state_write},
    {"Attend", attend},
    {"SelectiveScan", selective_scan},
    {"CausalConv", causal_conv},
    {"Wkv", wkv},
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

// The kernel as the device can run it; numbers of 64 bits become two arguments.
Result<Generated> legal(Generated generated, const Limits& limits) {
  if (limits.has_i64) return generated;
  std::vector<Argument> arguments;
  for (size_t i = 0; i < generated.arguments.size(); ++i) {
    const kir::Param& param = generated.kernel.params[i];
    arguments.push_back(generated.arguments[i]);
    if (param.buffer || kir::bits_in(param.type) != 64 || is_float(param.type)) continue;
    arguments.push_back(generated.arguments[i]);
    arguments.back().shift = 32;
  }
  TENON_TRY_ASSIGN(generated.kernel, kir::without_wide_integers(generated.kernel));
  generated.arguments = std::move(arguments);
  return generated;
}

Result<Kernels> written(Island& island, const tenon_node& node, const std::string& name) {
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

}  // namespace

Result<Kernels> generate(Island& island, const tenon_node& node, const std::string& name) {
  TENON_TRY_ASSIGN(Kernels kernels, written(island, node, name));
  for (Generated& each : kernels.list) {
    TENON_TRY_ASSIGN(each, legal(std::move(each), island.limits()));
  }
  return kernels;
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
  return legal(draft.finish(elements), island.limits());
}

}  // namespace tenon::kernelgen
