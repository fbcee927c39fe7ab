// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/folds.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int64_t block = 4096;  // of a vector, folded apart
constexpr int64_t group = 64;    // of columns' elements, folded apart

struct Sum {
  static constexpr float start = 0;
  static F32 fold(F32 a, F32 b) { return a + b; }
  static double join(double a, double b) { return a + b; }
};
struct Product {
  static constexpr float start = 1;
  static F32 fold(F32 a, F32 b) { return a * b; }
  static double join(double a, double b) { return a * b; }
};
struct Largest {
  static constexpr float start = -__builtin_inff();
  static F32 fold(F32 a, F32 b) { return a == a ? max(a, b) : a; }
  static double join(double a, double b) { return a != a || a > b ? a : b; }
};
struct Smallest {
  static constexpr float start = __builtin_inff();
  static F32 fold(F32 a, F32 b) { return a == a ? min(a, b) : a; }
  static double join(double a, double b) { return a != a || a < b ? a : b; }
};

// Lanes beyond the first few become the start.
template <class Fold>
TENON_INLINE F32 part_of(const float* x, int64_t lanes) {
  float full[width];
  store(full, splat(Fold::start));
  store_part(full, load_part(x, lanes), lanes);
  return load(full);
}

template <class Fold>
double fold_block(const float* x, int64_t n) {
  F32 four[4];
  for (F32& fold : four) fold = splat(Fold::start);
  int64_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    for (int k = 0; k < 4; ++k) four[k] = Fold::fold(four[k], load(x + i + k * width));
  }
  for (; i + width <= n; i += width) four[0] = Fold::fold(four[0], load(x + i));
  if (i < n) four[1] = Fold::fold(four[1], part_of<Fold>(x + i, n - i));
  float lanes[width];
  store(lanes, Fold::fold(Fold::fold(four[0], four[1]), Fold::fold(four[2], four[3])));
  double totals[width];
  for (int k = 0; k < width; ++k) totals[k] = (double)lanes[k];
  for (int half = width / 2; half > 0; half /= 2) {
    for (int k = 0; k < half; ++k) totals[k] = Fold::join(totals[k], totals[k + half]);
  }
  return totals[0];
}

template <class Fold>
float fold_vector(const float* x, int64_t n) {
  double total = (double)Fold::start;
  for (int64_t i = 0; i < n; i += block) {
    total = Fold::join(total, fold_block<Fold>(x + i, n - i < block ? n - i : block));
  }
  return (float)total;
}

// One vector across, all the way down; groups are folded apart, so that long sums stay exact.
template <class Fold, int vectors>
TENON_INLINE void fold_down(const float* x, int64_t n, int64_t stride, float* totals) {
  F32 total[vectors];
  for (F32& t : total) t = splat(Fold::start);
  for (int64_t first = 0; first < n; first += group) {
    const int64_t end = first + group < n ? first + group : n;
    F32 part[vectors];
    for (F32& fold : part) fold = splat(Fold::start);
    for (int64_t i = first; i < end; ++i) {
      for (int v = 0; v < vectors; ++v) {
        part[v] = Fold::fold(part[v], load(x + i * stride + v * width));
      }
    }
    for (int v = 0; v < vectors; ++v) total[v] = Fold::fold(total[v], part[v]);
  }
  for (int v = 0; v < vectors; ++v) store(totals + v * width, total[v]);
}

template <class Fold>
void fold_columns(const float* x, int64_t n, int64_t stride, int64_t count, float* totals) {
  int64_t k = 0;
  for (; k + 4 * width <= count; k += 4 * width) fold_down<Fold, 4>(x + k, n, stride, totals + k);
  for (; k + width <= count; k += width) fold_down<Fold, 1>(x + k, n, stride, totals + k);
  if (k == count) return;
  F32 total = splat(Fold::start);
  for (int64_t first = 0; first < n; first += group) {
    const int64_t end = first + group < n ? first + group : n;
    F32 fold = splat(Fold::start);
    for (int64_t i = first; i < end; ++i) {
      fold = Fold::fold(fold, load_part(x + i * stride + k, count - k));
    }
    total = Fold::fold(total, fold);
  }
  store_part(totals + k, total, count - k);
}

}  // namespace

extern const Folds folds;
const Folds folds = {
    {fold_vector<Sum>, fold_vector<Product>, fold_vector<Largest>, fold_vector<Smallest>},
    {Sum::join, Product::join, Largest::join, Smallest::join},
    {fold_columns<Sum>, fold_columns<Product>, fold_columns<Largest>, fold_columns<Smallest>}};

}  // namespace tenon::cpu::TENON_LEVEL
