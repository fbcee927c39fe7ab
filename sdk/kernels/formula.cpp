// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"

#include "tenon/strip_vm.h"

#include <algorithm>

// Any node with a formula, run by the strip VM in pieces of some thousand elements.
namespace tenon::kernels {
namespace {

constexpr int64_t chunk_elements = 4096;

Result<KernelState> prepare(const NodeView& node, StripProgram::Precision precision) {
  TENON_TRY_ASSIGN(
      StripProgram program,
      StripProgram::compile(node.graph().exprs(), static_cast<ExprId>(node.row().formula),
                            node.inputs(), precision));
  return KernelState(std::make_shared<const StripProgram>(std::move(program)));
}

// Doubles keep their precision in a backend that computes in f32.
bool has_doubles(const NodeView& node) {
  for (size_t i = 0; i < node.inputs(); ++i) {
    if (node.input_dtype(i) == DType::f64) return true;
  }
  return node.output_dtype(0) == DType::f64;
}

Result<KernelState> prepare_f32(const NodeView& node, const KernelConstants&) {
  return prepare(node,
                 has_doubles(node) ? StripProgram::Precision::f64 : StripProgram::Precision::f32);
}

Result<KernelState> prepare_f64(const NodeView& node, const KernelConstants&) {
  return prepare(node, StripProgram::Precision::f64);
}

// The scratch begins with the operands; the registers behind them are aligned too.
size_t operand_bytes(size_t operands) { return (operands * sizeof(StripOperand) + 63) / 64 * 64; }

Result<KernelWork> shape(const KernelSizes& sizes) {
  KernelWork work = in_rows(sizes.output_elements(0), chunk_elements);
  work.scratch = static_cast<int64_t>(operand_bytes(sizes.inputs()) +
                                      sizes.state<StripProgram>().scratch_bytes());
  return work;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  auto* const first = reinterpret_cast<StripOperand*>(arguments.scratch().data());
  const std::span<StripOperand> operands(first, arguments.inputs());
  for (size_t i = 0; i < operands.size(); ++i) {
    std::construct_at(&operands[i]);
    if (!arguments.has_input(i)) continue;
    operands[i] = {arguments.input_data(i), arguments.input_dtype(i), arguments.input_elements(i)};
  }
  const RowRange elements = arguments.rows_of(chunk);
  arguments.state<StripProgram>().run(operands, arguments.symbols(), arguments.output_dims(0),
                                      arguments.output_dtype(0), arguments.output_data(0),
                                      elements.first, elements.last,
                                      arguments.scratch().subspan(operand_bytes(operands.size())));
}

Status has_one_output(const NodeView& node) {
  if (node.outputs() == 1 && node.has_output(0)) return {};
  return unsupported("a formula gives one output, the node has {}", node.outputs());
}

}  // namespace

Kernel formula_kernel(Formulas precision) {
  return {.op = "formula",
          .inputs = {plain_types},
          .outputs = {plain_types},
          .match = has_one_output,
          .prepare = precision == Formulas::f64 ? prepare_f64 : prepare_f32,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::kernels
