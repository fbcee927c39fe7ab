// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/packed_cells.h"

#include <cstdint>

// How recurrent nodes run: what the input says to the gates for all steps at once, then step after
// step for a few sequences side by side. Inputs are those of Recurrent; of the weights only their
// packed form is read. [any thread]
namespace tenon::cpu {

struct RecurrentShape {
  reference::Recurrence r;
  bool rounds_input = false;  // the input is taken as 8 bits hold it, with one scale for all
  // The rest is filled in by shape_recurrent.
  bool is_shared = false;  // products with the input are made by an earlier phase
  int64_t groups = 0;      // of sequences
  int64_t product_chunks = 0;
};

KernelWork shape_recurrent(const PackedCells& cells, RecurrentShape shape);
void run_recurrent(const KernelArguments& arguments, const PackedCells& cells, int64_t chunk);

}  // namespace tenon::cpu
