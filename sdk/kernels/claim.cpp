// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"

// Which kernel runs a node, and the reason when there is none.
namespace tenon {
namespace {

using DTypeOf = DType (NodeView::*)(size_t) const;

Status check_dtypes(const NodeView& node, std::span<const DTypes> wanted, size_t count,
                    std::string_view what, DTypeOf dtype_of_operand) {
  if (wanted.empty()) return {};
  for (size_t i = 0; i < count; ++i) {
    const DType found = (node.*dtype_of_operand)(i);
    const DTypes& allowed = wanted[std::min(i, wanted.size() - 1)];
    if (found == DType::none || allowed.contains(found)) continue;
    return unsupported("{} {} is {}, the kernel takes {}", what, i, name_of(found),
                       to_text(allowed));
  }
  return {};
}

Status accepts(const Kernel& kernel, const NodeView& node) {
  TENON_TRY(check_dtypes(node, kernel.inputs, node.own_inputs(), "input", &NodeView::input_dtype));
  // The epilogue may end in any type.
  const size_t outputs = node.has_epilogue() ? 0 : node.outputs();
  TENON_TRY(check_dtypes(node, kernel.outputs, outputs, "output", &NodeView::output_dtype));
  return kernel.match == nullptr ? Status() : kernel.match(node);
}

Status control(const NodeView& node) {
  if (node.row().n_body > 0) return unsupported("its bodies are run by the host");
  if ((node.row().flags & TENON_NODE_HOST_CONTROL) != 0) return unsupported("runs on the host");
  return {};
}

}  // namespace

HostBackendPlugin::HostBackendPlugin(HostBackend backend)
    : backend_(std::move(backend)), formula_(kernels::formula_kernel(backend_.formulas)) {}

Result<const Kernel*> HostBackendPlugin::kernel_for(const NodeView& node) const {
  TENON_TRY(control(node));
  Status reason;
  for (const Kernel& kernel : backend_.kernels) {
    const bool is_meant =
        node.has_epilogue() ? kernel.takes_epilogue : kernel.domain == node.domain();
    if (kernel.op != node.op() || !is_meant) continue;
    Status status = accepts(kernel, node);
    if (status.ok()) return &kernel;
    reason = std::move(status);
  }
  const bool is_formula = node.row().formula != TENON_NONE && !node.has_epilogue();
  for (const Kernel& kernel : backend_.kernels) {
    if (is_formula && kernel.op == any_formula && accepts(kernel, node).ok()) return &kernel;
  }
  if (is_formula && backend_.formulas != Formulas::off) {
    Status status = accepts(formula_, node);
    if (status.ok()) return &formula_;
    if (reason.ok()) reason = std::move(status);
  }
  if (!reason.ok()) return reason;
  return unsupported("{} has no kernel for it", backend_.id);
}

namespace kernels {

Status claim(const Device& device, const tenon_graph& graph, const tenon_claim_sink& sink) {
  const GraphView view(&graph);
  for (uint32_t i = 0; i < view.nodes(); ++i) {
    const NodeView node(view, view.node(i));
    const Result<const Kernel*> kernel = device.plugin->kernel_for(node);
    if (!kernel.ok()) {
      const std::string reason = fmt::format("{}: {}", node.op(), kernel.status().message());
      TENON_TRY(from_host(sink.refuse(sink.context, i, 0, to_str(reason)), "refusing a node"));
      continue;
    }
    tenon_claim claim = {};
    claim.size = sizeof claim;
    claim.n_nodes = 1;
    claim.nodes = &i;
    claim.label = to_str((*kernel)->op);
    TENON_TRY(from_host(sink.claim(sink.context, &claim), "claiming a node"));
  }
  return {};
}

}  // namespace kernels
}  // namespace tenon
