// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/reference/recurrence.h"
#include "tenon/kernels.h"

#include <cstdint>
#include <vector>

// The constants of a recurrent node, packed for math/gates. Immutable. [any thread]
namespace tenon::cpu {

// As ONNX orders them: gates one after the other, [directions, gates * hidden, inputs or hidden].
struct CellNumbers {
  reference::Cell cell = reference::Cell::rnn;
  bool reset_after = false;
  int64_t directions = 1;
  int64_t inputs = 0;
  int64_t hidden = 0;
  std::vector<float> w, r;
  std::vector<float> b;  // [directions, 2 * gates * hidden], or none
  std::vector<float> p;  // [directions, 3 * hidden], or none
};

// Packed weights of one gate of one direction.
struct GateWeights {
  std::vector<float> from_x;
  std::vector<float> from_h;
};

struct PackedCells {
  reference::Cell cell = reference::Cell::rnn;
  bool reset_after = false;
  int64_t gates = 1;
  int64_t hidden = 0;
  int64_t padded = 0;  // hidden, to whole vectors
  int64_t inputs = 0;
  std::vector<GateWeights> weights;  // by direction and gate
  std::vector<float> starts;         // by direction and gate: the biases, padded
  std::vector<float> hidden_starts;  // by direction: of the hidden gate that is reset after
  std::vector<float> peepholes;      // by direction: three vectors; or empty
};

Result<PackedCells> pack_cells(const CellNumbers& numbers);

// match: activations are Sigmoid and Tanh at their usual places.
Status has_usual_functions(const NodeView& node, reference::Cell cell);

}  // namespace tenon::cpu
