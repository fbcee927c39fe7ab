// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/recurrent_steps.h"

namespace tenon::cpu {
namespace {

using reference::Cell;

enum Input : size_t { x, w, r, b, lengths, first_h, first_c, peepholes };

Result<Cell> cell_of(const NodeView& node) {
  const std::string_view kind = node.attr_string("kind", "");
  if (kind == "lstm") return Cell::lstm;
  if (kind == "gru") return Cell::gru;
  if (kind == "rnn") return Cell::rnn;
  return unsupported("kind \"{}\"", kind);
}

Status match(const NodeView& node) {
  TENON_TRY_ASSIGN(const Cell cell, cell_of(node));
  for (const size_t i : {w, r, b, peepholes}) {
    if (node.has_input(i) && !is_constant(node, i)) return unsupported("input {} may change", i);
  }
  if (node.input_rank(w) != 3 || node.input_rank(r) != 3) {
    return unsupported("weights of no rank 3");
  }
  return has_usual_functions(node, cell);
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  CellNumbers numbers;
  TENON_TRY_ASSIGN(numbers.cell, cell_of(node));
  numbers.reset_after = numbers.cell == Cell::gru && node.attr_int("linear_before_reset", 0) != 0;
  numbers.directions = node.input_dims(w)[0];
  numbers.inputs = node.input_dims(w)[2];
  numbers.hidden = node.input_dims(r)[2];
  numbers.w = numbers_of<float>(constants, w);
  numbers.r = numbers_of<float>(constants, r);
  numbers.b = numbers_of<float>(constants, b);
  numbers.p = numbers_of<float>(constants, peepholes);
  TENON_TRY_ASSIGN(PackedCells cells, pack_cells(numbers));
  return keep(std::move(cells));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  RecurrentShape s;
  TENON_TRY_ASSIGN(s.r, reference::recurrence_of(sizes));
  return shape_recurrent(sizes.state<PackedCells>(), s);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  run_recurrent(arguments, arguments.state<PackedCells>(), chunk);
}

}  // namespace

Kernel recurrent() {
  return {.op = "Recurrent",
          .inputs = {DType::f32, DType::f32, DType::f32, DType::f32, index_types, DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
