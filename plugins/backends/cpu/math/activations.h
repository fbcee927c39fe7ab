// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// One row of x, put into a tile of rows that lie beside each other, as products with packed weights
// read it. Columns from `columns` to `padded` become zeros.
namespace tenon::cpu {

struct Activations {
  // 8-bit codes in blocks of 32 (see math/blocks.h): x = scale * code. Sums of codes by groups are
  // stored times `factor`, as f32 or as i32. A number that is not finite makes its block's scale
  // NaN.
  struct Codes {
    int rows, row;
    int groups;
    int factor;
    bool float_sums;
  };
  void (*codes)(const float* x, int64_t columns, int64_t padded, const Codes& place, uint8_t* tile);
  // bf16, two columns of each row side by side. padded is even.
  void (*brains)(const float* x, int64_t columns, int64_t padded, int rows, int row, uint8_t* tile);
  // f32, one column of each row side by side.
  void (*floats)(const float* x, int64_t columns, int64_t padded, int rows, int row, uint8_t* tile);
};
const Activations& activations();

}  // namespace tenon::cpu
