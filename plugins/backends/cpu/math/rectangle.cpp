// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/rectangle.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

template <int addends>
TENON_INLINE F32 ended(const RectangleEnd& e, F32 a, F32 first, F32 second) {
  if (addends > 0) a = a + first;
  if (addends > 1) a = a + second;
  return min(splat(e.high), max(splat(e.low), a));
}

template <int addends>
void end_rows(const RectangleEnd& e) {
  const int64_t whole = e.columns / width * width, rest = e.columns - whole;
  for (int64_t r = 0; r < e.rows; ++r) {
    float* const to = e.numbers + r * e.row;
    const float* const first = addends > 0 ? e.addends[0] + r * e.addend_rows[0] : to;
    const float* const second = addends > 1 ? e.addends[1] + r * e.addend_rows[1] : to;
    for (int64_t i = 0; i < whole; i += width) {
      store(to + i, ended<addends>(e, load(to + i), load(first + i), load(second + i)));
    }
    if (rest == 0) continue;
    store_part(to + whole,
               ended<addends>(e, load_part(to + whole, rest), load_part(first + whole, rest),
                              load_part(second + whole, rest)),
               rest);
  }
}

void end(const RectangleEnd& e) {
  if (e.addends[1] != nullptr) return end_rows<2>(e);
  e.addends[0] != nullptr ? end_rows<1>(e) : end_rows<0>(e);
}

}  // namespace

extern const Rectangle rectangle;
const Rectangle rectangle = {.end = end};

}  // namespace tenon::cpu::TENON_LEVEL
