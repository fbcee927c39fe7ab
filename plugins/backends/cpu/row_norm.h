// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Normalisations of rows, whole: LayerNormalization and its relatives differ in where their
// operands stand. [any thread]
namespace tenon::cpu {

constexpr size_t no_operand = SIZE_MAX;

struct RowNorm {
  bool is_centred = true;  // the mean is taken away
  bool has_axis = false;   // rows begin at attribute axis; else they are the last axis
  float epsilon = 1e-5f;   // where the node says nothing
  // Inputs; what is normalised is input 0, plus skip and bias.
  size_t skip = no_operand;
  size_t scale = 1;
  size_t shift = no_operand;
  size_t bias = no_operand;
  // Outputs beside 0.
  size_t mean = no_operand;
  size_t inverse = no_operand;
  size_t sum = no_operand;
};

// match: rows of f32 or narrower, operands of the rows' own dims.
Status match_row_norm(const NodeView& node, const RowNorm& norm);
Result<KernelWork> shape_row_norm(const KernelSizes& sizes, const RowNorm& norm);
void run_row_norm(const KernelArguments& arguments, int64_t chunk);

// The kernel of an operator whose operands stand as `norm` says.
template <const RowNorm& norm>
Kernel row_norm_kernel(std::string_view op, std::string_view domain = "") {
  return {.op = op,
          .domain = domain,
          .match = [](const NodeView& node) { return match_row_norm(node, norm); },
          .shape = [](const KernelSizes& sizes) { return shape_row_norm(sizes, norm); },
          .run = run_row_norm};
}

}  // namespace tenon::cpu
