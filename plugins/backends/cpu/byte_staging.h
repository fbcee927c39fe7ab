// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/reference/window.h"

#include <cstdint>
#include <vector>

// What a window of two axes sees of a plane of bytes, copied so that each tap is an offset and the
// places of a band follow each other: by phase of the steps, rows `pitch` apart, with what lies
// beyond the plane. Immutable. [any thread]
namespace tenon::cpu {

// Output rows and columns that are made together.
struct Band {
  int64_t row = 0;
  int64_t rows = 0;
  int64_t column = 0;
  int64_t columns = 0;
};

class ByteStaging {
 public:
  ByteStaging() = default;
  // For bands of at most so many rows and columns.
  ByteStaging(const reference::Window& window, int64_t band_rows, int64_t band_columns);

  int64_t pitch() const { return pitch_; }
  int64_t bytes() const { return area_; }  // of a staged plane, without byte_slack
  const std::vector<int64_t>& offsets() const { return offsets_; }  // by tap
  // Places of a band, with those between its rows.
  int64_t places(const Band& band) const { return (band.rows - 1) * pitch_ + band.columns; }

  // `outside` lies beyond the plane. Writes up to byte_slack bytes behind the end.
  void stage(const Band& band, const uint8_t* plane, uint8_t outside, uint8_t* to) const;

 private:
  reference::WindowAxis height_;
  reference::WindowAxis width_;
  int64_t rows_ = 0;
  int64_t pitch_ = 0;
  int64_t area_ = 0;
  std::vector<int64_t> offsets_;
};

}  // namespace tenon::cpu
