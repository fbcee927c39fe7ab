// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/im2col.h"

#include "plugins/backends/cpu/simd/strided.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

// Planes that stay in the first cache while all taps look at them.
constexpr int64_t near_planes = 16;

template <int V>
TENON_INLINE void shift_tap(const float* from, int64_t plane, int64_t channels, uint32_t positions,
                            float* to, int64_t to_channel) {
  for (; channels > 0; --channels, from += plane, to += to_channel) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      store(to + v * width, load_where(from + v * width, positions >> (v * width)));
    }
  }
}

template <int V>
void shift(const ShiftedPatches& p) {
  const int64_t plane = p.plane, taps = p.taps, to_row = p.to_row;
  for (int64_t channel = 0; channel < p.channels; channel += near_planes) {
    const int64_t left = p.channels - channel;
    const int64_t channels = left < near_planes ? left : near_planes;
    const float* const from = p.from + channel * plane;
    float* const to = p.to + channel * taps * to_row;
    for (int64_t tap = 0; tap < taps; ++tap) {
      shift_tap<V>(from + p.shifts[tap], plane, channels, p.positions[tap], to + tap * to_row,
                   taps * to_row);
    }
  }
}

template <int V>
void shift_vectors(const ShiftedPatches& p, int64_t vectors) {
  if (vectors == V) return shift<V>(p);
  if constexpr (V > 1) shift_vectors<V - 1>(p, vectors);
}

void shifted(const ShiftedPatches& p) {
  shift_vectors<tile_vectors>(p, (p.columns + width - 1) / width);
}

TENON_INLINE void copy_elements(const float* from, int64_t stride, int64_t count, float* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = from[i * stride];
}

template <int stride>
TENON_INLINE void copy_run(const float* from, const float* end, int64_t count, float* to) {
  for (; count > 0; count -= width, from += stride * width, to += width) {
    if (end - from < stride * width) return copy_elements(from, stride, count, to);
    store(to, take<stride, true>(from, 0));
  }
}

void strided(const StridedPatches& p) {
  const float* plane = p.from;
  float* to = p.to;
  for (int64_t channel = 0; channel < p.channels; ++channel, plane += p.plane) {
    for (int64_t tap = 0; tap < p.taps; ++tap, to += p.to_row) {
      const float* const from = plane + p.shifts[tap];
      for (int64_t i = 0; i < p.run_count; ++i) {
        const PatchRun& run = p.runs[i];
        if (p.stride == 1) {
          copy_run<1>(from + run.from, p.end, run.count, to + run.to);
        } else if (p.stride == 2) {
          copy_run<2>(from + run.from, p.end, run.count, to + run.to);
        } else {
          copy_elements(from + run.from, p.stride, run.count, to + run.to);
        }
      }
    }
  }
}

}  // namespace

extern const Im2col im2col;
const Im2col im2col = {.shifted = shifted, .strided = strided};

}  // namespace tenon::cpu::TENON_LEVEL
