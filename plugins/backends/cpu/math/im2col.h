// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// What a convolution multiplies: for each channel and each tap of the window a row with the input
// element that every output position of a piece sees there. [any thread]
namespace tenon::cpu {

// Stride 1, output rows as long as input rows: a tap sees the plane, shifted.
struct ShiftedPatches {
  const float* from = nullptr;  // the element of channel 0 at the piece's first position
  int64_t plane = 0;            // from channel to channel
  int64_t channels = 0;
  int64_t taps = 0;
  const int64_t* shifts = nullptr;      // of each tap
  const uint32_t* positions = nullptr;  // for each tap a bit for each position inside the input
  int64_t columns = 0;  // positions, at most TileProduct::columns; whole vectors are written
  float* to = nullptr;
  int64_t to_row = 0;
};

// Positions that follow each other in an output row.
struct PatchRun {
  int64_t from;  // what tap 0 sees of channel 0 at the first of them
  int64_t to;    // the first of them, in the piece
  int64_t count;
};

// Any stride along rows; all that is seen lies in memory.
struct StridedPatches {
  const float* from = nullptr;
  const float* end = nullptr;  // nothing is read from here on
  int64_t plane = 0;
  int64_t channels = 0;
  int64_t taps = 0;
  const int64_t* shifts = nullptr;
  int64_t stride = 1;
  const PatchRun* runs = nullptr;  // in order; each may write up to a vector beyond its end
  int64_t run_count = 0;
  float* to = nullptr;
  int64_t to_row = 0;
};

struct Im2col {
  void (*shifted)(const ShiftedPatches& patches);
  void (*strided)(const StridedPatches& patches);
};

const Im2col& im2col();

}  // namespace tenon::cpu
