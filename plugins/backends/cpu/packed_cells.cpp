// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/packed_cells.h"

#include "plugins/backends/cpu/math/gates.h"

#include <algorithm>

namespace tenon::cpu {
namespace {

using reference::Cell;

std::vector<float> packed(const std::vector<float>& matrices, size_t at, int64_t rows,
                          int64_t inner) {
  const Gates& math = gates();
  std::vector<float> made(static_cast<size_t>(math.packed_size(rows, inner)));
  math.pack(matrices.data() + static_cast<int64_t>(at) * rows * inner, rows, inner, made.data());
  return made;
}

// Both halves of the bias, where nothing comes between them.
void add_biases(PackedCells& cells, const std::vector<float>& biases, size_t directions) {
  const auto hidden = static_cast<size_t>(cells.hidden);
  const auto padded = static_cast<size_t>(cells.padded);
  const auto gate_count = static_cast<size_t>(cells.gates);
  for (size_t i = 0; i < directions * gate_count * hidden && !biases.empty(); ++i) {
    const size_t direction = i / hidden / gate_count;
    const size_t gate = i / hidden % gate_count;
    const size_t place = i % hidden;
    const size_t from = (direction * 2 * gate_count + gate) * hidden + place;
    const float of_h = biases[from + gate_count * hidden];
    float& start = cells.starts[(direction * gate_count + gate) * padded + place];
    start = biases[from];
    if (cells.reset_after && gate == 2) {
      cells.hidden_starts[direction * padded + place] = of_h;
    } else {
      start += of_h;
    }
  }
}

Status check(const CellNumbers& n, int64_t rows) {
  const auto has = [](const std::vector<float>& list, int64_t count) {
    return static_cast<int64_t>(list.size()) == count;
  };
  const bool fits = has(n.w, rows * n.inputs) && has(n.r, rows * n.hidden) &&
                    (n.b.empty() || has(n.b, 2 * rows)) &&
                    (n.p.empty() || has(n.p, 3 * n.directions * n.hidden));
  return fits ? Status() : invalid("weights, biases or peepholes of a wrong size");
}

}  // namespace

Result<PackedCells> pack_cells(const CellNumbers& n) {
  PackedCells cells;
  cells.cell = n.cell;
  cells.reset_after = n.reset_after;
  cells.gates = n.cell == Cell::lstm ? 4 : n.cell == Cell::gru ? 3 : 1;
  cells.hidden = n.hidden;
  cells.inputs = n.inputs;
  const int64_t width = gates().width;
  cells.padded = (n.hidden + width - 1) / width * width;
  TENON_TRY(check(n, n.directions * cells.gates * n.hidden));
  const auto directions = static_cast<size_t>(n.directions);
  const auto padded = static_cast<size_t>(cells.padded);
  for (size_t i = 0; i < directions * static_cast<size_t>(cells.gates); ++i) {
    cells.weights.push_back(
        {packed(n.w, i, n.hidden, n.inputs), packed(n.r, i, n.hidden, n.hidden)});
  }
  cells.starts.resize(cells.weights.size() * padded);
  cells.hidden_starts.resize(directions * padded);
  add_biases(cells, n.b, directions);
  cells.peepholes.resize(n.p.empty() ? 0 : 3 * directions * padded);
  for (size_t i = 0; i < n.p.size(); ++i) {
    const auto hidden = static_cast<size_t>(n.hidden);
    cells.peepholes[i / hidden * padded + i % hidden] = n.p[i];
  }
  return cells;
}

Status has_usual_functions(const NodeView& node, Cell cell) {
  const tenon_attr* attr = node.graph().attr(node.row(), "activations");
  if (attr == nullptr || attr->kind != TENON_ATTR_STRINGS) return {};
  const size_t period = cell == Cell::rnn ? 1 : cell == Cell::gru ? 2 : 3;
  const std::span<const int64_t> names = node.graph().numbers(*attr);
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = node.graph().text(static_cast<uint32_t>(names[i]));
    TENON_TRY_ASSIGN(const auto facts, reference::activation_named(name));
    const bool is_gate = cell != Cell::rnn && i % period == 0;
    const auto wanted = is_gate ? reference::Activation::sigmoid : reference::Activation::tanh;
    if (facts.kind != wanted) return unsupported("activation {}", name);
  }
  return {};
}

}  // namespace tenon::cpu
