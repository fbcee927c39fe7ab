// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/trace.h"

#include <algorithm>

namespace tenon::kernels {
namespace {

uint64_t stored_bytes(const KernelOperand& operand) {
  if (!operand.present()) return 0;
  if (operand.formula_inputs.empty()) {
    return static_cast<uint64_t>(operand.elements) * element_bytes(operand.dtype);
  }
  uint64_t bytes = 0;
  for (const KernelOperand& input : operand.formula_inputs) bytes += stored_bytes(input);
  return bytes;
}

// Reads only the part of its first input that it gives out.
bool picks(std::string_view op) {
  return op.starts_with("Gather") || op == "Slice" || op == "Split";
}

// The operand with a product's weights, and what an element of the output sums over.
uint64_t sum_of_convolution(const BoundStep& step, size_t weights) {
  if (step.inputs.size() <= weights || step.inputs[weights].dims.empty()) return 0;
  const KernelOperand& filter = step.inputs[weights];
  return static_cast<uint64_t>(filter.elements / std::max<int64_t>(filter.dims.front(), 1));
}

uint64_t sum_of_product(const BoundStep& step) {
  const KernelOperand& left = step.inputs.front();
  const KernelOperand& output = step.outputs.front();
  if (left.dims.empty() || output.dims.empty()) return 0;
  if (step.op != "Gemm") return static_cast<uint64_t>(left.dims.back());
  const int64_t rows = output.elements / std::max<int64_t>(output.dims.back(), 1);
  return static_cast<uint64_t>(left.elements / std::max<int64_t>(rows, 1));
}

void traced_task(const tenon_step* step, void* frame_pointer, uint32_t chunk, uint32_t slot) {
  const auto& bound = *static_cast<const BoundStep*>(step->state);
  const auto& frame = *static_cast<const Frame*>(frame_pointer);
  tenon_trace_span span{};
  span.size = sizeof span;
  span.chunk = chunk;
  span.run = frame.run.trace_id;
  span.op = to_str(bound.op);
  span.name = to_str(bound.name);
  // Once for all phases of a node.
  if (chunk == 0 && bound.phase == 0) {
    span.bytes = bytes_of(bound);
    span.flops = flops_of(bound);
  }
  span.begin = frame.trace->now();
  run_task(step, frame_pointer, chunk, slot);
  span.end = frame.trace->now();
  frame.trace->span(&span);
}

}  // namespace

const tenon_trace* trace_of(const tenon_run& run) {
  return run.trace_id == 0 ? nullptr : host_service<tenon_trace>(TENON_TRACE_ID);
}

std::vector<tenon_step> traced_tasks(const Bound& bound) {
  std::vector<tenon_step> tasks = bound.tasks;
  for (tenon_step& task : tasks) task.fn = traced_task;
  return tasks;
}

uint64_t bytes_of(const BoundStep& step) {
  uint64_t written = 0, read = 0;
  for (const KernelOperand& output : step.outputs) written += stored_bytes(output);
  for (const KernelOperand& input : step.inputs) {
    const uint64_t bytes = stored_bytes(input);
    const bool is_source = &input == step.inputs.data();
    read += is_source && picks(step.op) ? std::min(bytes, written) : bytes;
  }
  return read + written;
}

uint64_t flops_of(const BoundStep& step) {
  if (step.inputs.empty() || step.outputs.empty()) return 0;
  const auto outputs = static_cast<uint64_t>(step.outputs.front().elements);
  const std::string_view op = step.op;
  if (op == "Conv" || op == "ConvInteger") return 2 * outputs * sum_of_convolution(step, 1);
  if (op == "QLinearConv") return 2 * outputs * sum_of_convolution(step, 3);
  if (op == "ConvTranspose") {
    return 2 * static_cast<uint64_t>(step.inputs.front().elements) * sum_of_convolution(step, 1);
  }
  for (const std::string_view product :
       {"MatMul", "Gemm", "Linear", "MatMulInteger", "QLinearMatMul", "MatMulNBits"}) {
    if (op == product) return 2 * outputs * sum_of_product(step);
  }
  return 0;
}

}  // namespace tenon::kernels
