// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/finish.h"
#include "plugins/backends/cpu/split.h"

#include <cstdint>
#include <vector>

// Products c = a·b of row-major f32 matrices, in chunks. b may be packed once. [any thread]
namespace tenon::cpu {

// b as panels of columns, from [inner, columns] or, turned, from [columns, inner].
std::vector<float> pack_columns(const float* b, int64_t inner, int64_t columns, bool turned);

struct MatOperands {
  const float* a = nullptr;       // [rows, inner]
  const float* b = nullptr;       // [inner, columns], where it is not packed
  const float* packed = nullptr;  // by pack_columns()
  float* c = nullptr;             // [rows, columns]
  bool accumulate = false;        // c holds what the sums start from
  float* scratch = nullptr;
  int64_t first_row = 0;  // the number of c's row 0 in the result that `finish` sees
  Finish finish = {};
};

class MatProduct {
 public:
  // `count` products of these sizes; b is turned: [columns, inner].
  MatProduct(int64_t rows, int64_t inner, int64_t columns, int64_t count, bool turned = false);

  int64_t chunks() const;
  int64_t scratch_floats() const;  // for each worker
  // A chunk has parts of some products in a row: calls run_product(product, part) for each.
  template <class RunProduct>
  void for_chunk(int64_t chunk, RunProduct&& run_product) const {
    const int64_t parts = row_parts_ * panel_parts_;
    const int64_t first = chunk / parts * chunk_products_;
    for (int64_t i = first; i < std::min(first + chunk_products_, count_); ++i) {
      run_product(i, chunk % parts);
    }
  }
  void run(const MatOperands& operands, int64_t part) const;
  // Where a part writes.
  struct Place {
    int64_t row = 0;
    int64_t rows = 0;
    int64_t column = 0;
    int64_t columns = 0;
  };
  Place place_of(int64_t part) const;

 private:
  void run_panel(const MatOperands& operands, int64_t panel, int64_t tile, int64_t last_tile) const;

  int64_t rows_;
  int64_t inner_;
  int64_t columns_;
  int64_t count_;
  bool turned_;
  Split tiles_;
  int64_t panels_;
  int64_t row_parts_ = 1;
  int64_t panel_parts_ = 1;
  int64_t chunk_products_ = 1;
};

}  // namespace tenon::cpu
