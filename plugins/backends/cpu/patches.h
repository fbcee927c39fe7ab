// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/reference/window.h"

#include <cstdint>
#include <vector>

// The right operand of a convolution as a product: a row for each channel and tap, a column for
// each position of an output plane. Made once for each set of sizes; filled piece by piece while
// the convolution runs. [any thread]
namespace tenon::cpu {

class Patches {
 public:
  explicit Patches(const reference::Window& window);

  // Whether the operand is the input itself: one tap that sees its own position.
  bool direct() const { return route_ == Route::direct; }
  int64_t taps() const { return static_cast<int64_t>(shifts_.size()); }
  int64_t in_plane() const { return in_plane_; }
  int64_t positions() const { return positions_; }
  // Floats of scratch for fills from a band of `columns` positions; 0 where no band is needed.
  int64_t band_floats(int64_t channels, int64_t columns) const;
  // Some positions of all channels of a group in one image.
  struct Piece {
    const float* input = nullptr;  // channel 0
    int64_t channels = 0;
    int64_t column = 0;   // first position
    int64_t columns = 0;  // how many
    float* to = nullptr;
    int64_t to_row = 0;
  };
  // Where the rows lie that a piece sees: in the input, or copied with the padding around them.
  struct Band {
    const float* data = nullptr;
    int64_t plane = 0;  // from channel to channel
    int64_t row = 0;    // from row to row
    int64_t above = 0;  // the input row and column that lie first
    int64_t before = 0;
    int64_t slack = 0;  // floats behind the last channel

    Band from_channel(int64_t channel) const {
      Band band = *this;
      band.data += channel * plane;
      return band;
    }
  };
  Band make_band(const Piece& piece, float* memory) const;
  // Fills whole panels of at most `panel` columns. The band is of this piece or of one around it.
  void fill(const Piece& piece, int64_t panel, const Band& band) const;

 private:
  enum class Route : uint8_t { direct, shifted, strided, banded, scattered };

  void fill_shifted(const Piece& piece) const;
  void fill_strided(const Piece& piece, const Band& band) const;
  void fill_scattered(const Piece& piece) const;

  reference::Window window_;
  Route route_ = Route::scattered;
  int64_t in_plane_ = 0;
  int64_t positions_ = 0;
  int64_t band_width_ = 0;
  std::vector<int64_t> shifts_;  // of each tap in what it is filled from
};

}  // namespace tenon::cpu
