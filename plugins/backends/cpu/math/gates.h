// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The arithmetic of recurrent cells in f32: products of few rows with packed matrices, and what a
// cell makes of its gates. A gate is a vector of hidden numbers, padded to whole vectors of the
// level. An element's sum runs over the inner axis in order, whatever rows stand beside it.
// [any thread]
namespace tenon::cpu {

// One row of a product: to = start + matrix * x. start may be to.
struct GateRow {
  const float* x;
  const float* start;
  float* to;
};

// All arrays have `size` numbers, a multiple of width. c and h are read and written.
struct LstmStep {
  const float* gates = nullptr;      // input, output, forget, cell
  const float* peepholes = nullptr;  // input, output, forget; or null
  int64_t size = 0;
  float clip = 0;             // of what gates take; 0: none
  bool input_forget = false;  // the forget gate is one minus the input gate
  float* c = nullptr;
  float* h = nullptr;
};

struct GruStep {
  float* gates = nullptr;         // update, reset, hidden
  const float* from_h = nullptr;  // what the matrix says to the hidden gate; or null
  int64_t size = 0;
  float clip = 0;
  float* masked = nullptr;  // reset: the state behind the reset gate
  float* h = nullptr;
};

struct Gates {
  int64_t width;
  // Numbers of a packed matrix of `rows` rows, each the weights of one number of a gate.
  int64_t (*packed_size)(int64_t rows, int64_t inner);
  void (*pack)(const float* matrix, int64_t rows, int64_t inner, float* to);
  void (*multiply)(const float* packed, int64_t rows, int64_t inner, const GateRow* list,
                   int64_t count);
  void (*lstm)(const LstmStep& step);
  // Update and reset gates to their values; then the new state, with from_h behind the reset gate.
  void (*gru_reset)(const GruStep& step);
  void (*gru_update)(const GruStep& step);
  void (*rnn)(const float* gate, int64_t size, float clip, float* h);
  // The numbers as 8 bits hold them, with a scale and zero point by their own range.
  void (*round_to_bytes)(const float* from, int64_t count, float* to);
};

const Gates& gates();

}  // namespace tenon::cpu
