// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/finish.h"
#include "plugins/backends/cpu/patches.h"
#include "plugins/backends/cpu/split.h"

#include <cstdint>
#include <span>
#include <vector>

// A convolution as products of packed weights with patches of the input. Either channels are the
// rows of a product and positions its columns, or the other way round: few positions would leave
// most of a vector empty. [any thread]
namespace tenon::cpu {

// Weights of f32 as they lie, [groups * channels, inner], and packed.
struct ConvWeights {
  enum class Form : uint8_t { channels_are_rows, channels_are_columns };
  Form form = Form::channels_are_rows;
  int64_t groups = 1;
  int64_t channels = 0;  // output channels of a group
  int64_t inner = 0;     // input channels of a group times taps
  std::vector<float> packed = {};

  int64_t packed_floats() const;  // of a group
  // Chooses the form that wastes less with planes of so many positions, then packs.
  void pack(std::span<const float> weights, int64_t positions);
};

struct ConvOperands {
  const float* input = nullptr;
  const float* weights = nullptr;  // as they lie, for weights that were not packed
  const float* bias = nullptr;     // one for each output channel, or null
  float* output = nullptr;
  float* scratch = nullptr;  // of the worker
  float* shared = nullptr;   // of all chunks
  // Rows are the channels of all images, columns are positions.
  Finish finish = {};
};

class ConvProduct {
 public:
  // The weights' sizes and form are what counts here.
  ConvProduct(const ConvWeights& weights, const reference::Window& window, int64_t images);
  // Chunks that must be done before the others, with fill(): patches that many chunks read. 0 for
  // none.
  int64_t fill_chunks() const { return shared_ ? units_ * fills_.parts : 0; }
  int64_t shared_floats() const { return shared_ ? units_ * inner_ * row_ : 0; }
  int64_t chunks() const;
  int64_t scratch_floats() const;  // for each worker
  void fill(const ConvOperands& operands, int64_t chunk) const;
  void run(const ConvWeights& weights, const ConvOperands& operands, int64_t chunk) const;

 private:
  // Tiles [tile, last_tile) of rows and panels [panel, last_panel) of columns.
  struct Part {
    int64_t unit = 0;  // image * groups + group
    int64_t tile = 0;
    int64_t last_tile = 0;
    int64_t panel = 0;
    int64_t last_panel = 0;
  };

  void divide();
  Patches::Piece piece_of(const ConvOperands& operands, int64_t unit) const;
  void run_rows(const ConvWeights& weights, const ConvOperands& operands, const Part& part) const;
  void run_panel(const ConvWeights& weights, const ConvOperands& operands, const Part& part,
                 const Patches::Piece& piece, const Patches::Band& band) const;
  void finish_rows(const ConvOperands& operands, const Part& part, int64_t column,
                   int64_t columns) const;
  void run_columns(const ConvWeights& weights, const ConvOperands& operands,
                   const Part& part) const;
  void multiply_columns(const ConvWeights& weights, const Part& part, const Patches::Piece& block,
                        int64_t channel, float* sums, bool accumulate) const;
  void store_columns(const ConvOperands& operands, const Part& part, const float* sums) const;
  int64_t part_channels(const Part& part) const;

  Patches patches_;
  ConvWeights::Form form_;
  int64_t units_;
  int64_t groups_;
  int64_t channels_;
  int64_t inner_;
  int64_t positions_;
  Split tiles_;          // of rows
  int64_t panels_ = 0;   // of columns
  int64_t row_ = 0;      // floats from row to row of patches
  int64_t block_ = 0;    // input channels that are filled at a time
  bool shared_ = false;  // whether chunks read the same patches
  Split fills_;          // of input channels, for chunks that fill them
  int64_t tile_parts_ = 1;
  int64_t panel_parts_ = 1;
  int64_t chunk_units_ = 1;
};

}  // namespace tenon::cpu
