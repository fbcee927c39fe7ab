// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/gates.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int panel_vectors = 4;

int64_t vectors_of(int64_t rows) { return (rows + width - 1) / width; }
int64_t packed_size(int64_t rows, int64_t inner) { return vectors_of(rows) * width * inner; }

// Panels of up to 4 vectors: [inner][vectors][width].
void pack(const float* matrix, int64_t rows, int64_t inner, float* to) {
  for (int64_t row = 0; row < rows; row += panel_vectors * width) {
    const int64_t left = vectors_of(rows - row) * width;
    const int64_t lanes = left < panel_vectors * width ? left : panel_vectors * width;
    for (int64_t k = 0; k < inner; ++k) {
      for (int64_t lane = 0; lane < lanes; ++lane) {
        *to++ = row + lane < rows ? matrix[(row + lane) * inner + k] : 0.0f;
      }
    }
  }
}

// The loops are unrolled so that the sums stay in registers.
template <int vectors, int rows>
TENON_INLINE void panel_product(const float* panel, int64_t inner, int64_t first,
                                const GateRow* list) {
  F32 sums[rows][vectors];
  const float* x[rows];
#pragma GCC unroll 4
  for (int r = 0; r < rows; ++r) {
    x[r] = list[r].x;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sums[r][v] = load(list[r].start + first + v * width);
  }
  for (int64_t k = 0; k < inner; ++k) {
    F32 weights[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) weights[v] = load(panel + v * width);
#pragma GCC unroll 4
    for (int r = 0; r < rows; ++r) {
      const F32 number = splat(x[r][k]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sums[r][v] = fma(number, weights[v], sums[r][v]);
    }
    panel += vectors * width;
  }
#pragma GCC unroll 4
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) store(list[r].to + first + v * width, sums[r][v]);
  }
}

template <int vectors>
void panel_rows(const float* panel, int64_t inner, int64_t first, const GateRow* list,
                int64_t count) {
  int64_t r = 0;
  for (; r + 4 <= count; r += 4) panel_product<vectors, 4>(panel, inner, first, list + r);
  if (r + 2 <= count) {
    panel_product<vectors, 2>(panel, inner, first, list + r);
    r += 2;
  }
  if (r < count) panel_product<vectors, 1>(panel, inner, first, list + r);
}

void multiply(const float* packed, int64_t rows, int64_t inner, const GateRow* list,
              int64_t count) {
  int64_t left = vectors_of(rows);
  for (int64_t first = 0; left > 0; first += panel_vectors * width, left -= panel_vectors) {
    const float* const panel = packed + first * inner;
    if (left >= 4) {
      panel_rows<4>(panel, inner, first, list, count);
    } else if (left == 3) {
      panel_rows<3>(panel, inner, first, list, count);
    } else if (left == 2) {
      panel_rows<2>(panel, inner, first, list, count);
    } else {
      panel_rows<1>(panel, inner, first, list, count);
    }
  }
}

// e^x within 1 ULP for x in [-87, 88]; what lies beyond is taken as the border.
TENON_INLINE F32 exponential(F32 x) {
  x = clamp(x, splat(-87.0f), splat(88.0f));
  const F32 n = round(x * splat(1.44269504088896f));
  F32 r = fma(n, splat(-0.693359375f), x);
  r = fma(n, splat(2.12194440e-4f), r);
  F32 p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  p = fma(p, r * r, r) + splat(1.0f);
  return p * power_of_two(round_to_i32(n));
}

// Within 3 ULP.
TENON_INLINE F32 sigmoid(F32 x) { return splat(1.0f) / (splat(1.0f) + exponential(-x)); }

// Within 3 ULP.
TENON_INLINE F32 hyperbolic_tangent(F32 x) {
  const F32 square = x * x;
  F32 p = splat(-5.70498872745e-3f);
  p = fma(p, square, splat(2.06390887954e-2f));
  p = fma(p, square, splat(-5.37397155531e-2f));
  p = fma(p, square, splat(1.33314422036e-1f));
  p = fma(p, square, splat(-3.33332819422e-1f));
  const F32 near_zero = fma(p * square, x, x);
  const F32 size = abs(x);
  const F32 far = splat(1.0f) - splat(2.0f) / (exponential(size + size) + splat(1.0f));
  const F32 turned = as_f32(as_i32(far) | (as_i32(x) & splat(int32_t{-0x7fffffff - 1})));
  return size < splat(0.625f) ? near_zero : turned;
}

TENON_INLINE F32 clipped(F32 x, float clip) {
  return clip > 0 ? clamp(x, splat(-clip), splat(clip)) : x;
}

void lstm(const LstmStep& s) {
  const float* const p = s.peepholes;
  for (int64_t i = 0; i < s.size; i += width) {
    const F32 before = load(s.c + i);
    F32 input = load(s.gates + i);
    if (p != nullptr) input = fma(load(p + i), before, input);
    input = sigmoid(clipped(input, s.clip));
    F32 forget = splat(1.0f) - input;
    if (!s.input_forget) {
      forget = load(s.gates + 2 * s.size + i);
      if (p != nullptr) forget = fma(load(p + 2 * s.size + i), before, forget);
      forget = sigmoid(clipped(forget, s.clip));
    }
    const F32 cell = hyperbolic_tangent(clipped(load(s.gates + 3 * s.size + i), s.clip));
    const F32 c = fma(forget, before, input * cell);
    F32 output = load(s.gates + s.size + i);
    if (p != nullptr) output = fma(load(p + s.size + i), c, output);
    output = sigmoid(clipped(output, s.clip));
    store(s.c + i, c);
    store(s.h + i, output * hyperbolic_tangent(c));
  }
}

void gru_reset(const GruStep& s) {
  for (int64_t i = 0; i < s.size; i += width) {
    store(s.gates + i, sigmoid(clipped(load(s.gates + i), s.clip)));
    const F32 reset = sigmoid(clipped(load(s.gates + s.size + i), s.clip));
    store(s.gates + s.size + i, reset);
    store(s.masked + i, reset * load(s.h + i));
  }
}

void gru_update(const GruStep& s) {
  for (int64_t i = 0; i < s.size; i += width) {
    F32 hidden = load(s.gates + 2 * s.size + i);
    if (s.from_h != nullptr) hidden = fma(load(s.gates + s.size + i), load(s.from_h + i), hidden);
    hidden = hyperbolic_tangent(clipped(hidden, s.clip));
    const F32 update = load(s.gates + i);
    store(s.h + i, fma(update, load(s.h + i), (splat(1.0f) - update) * hidden));
  }
}

void rnn(const float* gate, int64_t size, float clip, float* h) {
  for (int64_t i = 0; i < size; i += width) {
    store(h + i, hyperbolic_tangent(clipped(load(gate + i), clip)));
  }
}

void round_to_bytes(const float* from, int64_t count, float* to) {
  F32 low = {}, high = {};
  for (int64_t i = 0; i < count; i += width) {
    const F32 x = load_part(from + i, count - i < width ? count - i : width);
    low = min(x, low);
    high = max(x, high);
  }
  const float least = -largest(-low);
  const float most = largest(high);
  const float scale = most == least ? 1.0f : (most - least) / 255.0f;
  const F32 zero = clamp(round(splat(-least / scale)), splat(0.0f), splat(255.0f));
  for (int64_t i = 0; i < count; i += width) {
    const int64_t lanes = count - i < width ? count - i : width;
    const F32 code = round(load_part(from + i, lanes) / splat(scale)) + zero;
    store_part(to + i, (clamp(code, splat(0.0f), splat(255.0f)) - zero) * splat(scale), lanes);
  }
}

}  // namespace

extern const Gates gates;
const Gates gates = {.width = width,
                     .packed_size = packed_size,
                     .pack = pack,
                     .multiply = multiply,
                     .lstm = lstm,
                     .gru_reset = gru_reset,
                     .gru_update = gru_update,
                     .rnn = rnn,
                     .round_to_bytes = round_to_bytes};

}  // namespace tenon::cpu::TENON_LEVEL
