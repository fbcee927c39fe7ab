// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/byte_staging.h"
#include "plugins/backends/cpu/math/int8_gemm.h"
#include "plugins/backends/reference/window.h"
#include "tenon/kernels.h"

#include <cstddef>
#include <cstdint>
#include <vector>

// Convolutions of bytes with exact sums in i32, for the operators that differ in what they make of
// a sum. Weights are packed once; the work falls into bands of output places and parts of output
// channels. [any thread]
namespace tenon::cpu {

// Weights of Conv [channels, in_channels, ...], less their zero points where they are used.
struct Int8ConvWeights {
  int64_t channels = 0;  // of all groups
  int64_t groups = 1;
  int64_t in_channels = 0;  // of a group
  int64_t taps = 0;
  bool is_depthwise = false;
  bool has_zeros = false;
  int64_t quads = 0;            // groups of 4 along the inner axis
  std::vector<int32_t> zeros;   // by channel, of the weights as packed
  std::vector<int32_t> totals;  // by channel, sums of the weights as packed
  std::vector<uint8_t> blocks;  // packed
  std::vector<size_t> places;   // of each block; those of a group follow each other
  std::vector<float> filters;   // depthwise: weights less zero points
};

// `zeros` holds one byte, one for each channel, or nothing. No bias is greater than most_bias.
Result<Int8ConvWeights> pack_conv_weights(const NodeView& node, size_t input, int64_t groups,
                                          std::span<const std::byte> weights,
                                          std::span<const std::byte> zeros, int64_t most_bias);

// How the work of a node is cut.
struct Int8ConvShape {
  reference::Window window;
  int64_t images = 0;
  bool is_straight = false;  // one tap, no step, no padding: places are read where they lie
  int64_t band_rows = 0;
  int64_t band_columns = 0;
  int64_t row_bands = 0;
  int64_t column_bands = 0;
  int64_t part_channels = 0;  // of a group, whole blocks
  int64_t parts = 0;
  int64_t chunk_planes = 0;  // depthwise: channels of a chunk
  ByteStaging staging;       // of one input channel
};

Result<KernelWork> shape_conv(const KernelSizes& sizes, const Int8ConvWeights& weights);

struct Int8ConvOperands {
  const Int8ConvWeights* weights = nullptr;
  const Int8ConvShape* shape = nullptr;
  const uint8_t* x = nullptr;
  uint8_t flip = 0;               // 128 for data of i8
  int32_t zero = 0;               // of the data as flipped
  const int32_t* bias = nullptr;  // by channel, or null
  // Either bytes, by scales[channel] and `how`, or the sums.
  uint8_t* bytes = nullptr;
  const float* scales = nullptr;
  Int8Requantize how = {};
  int32_t* sums = nullptr;
};

void run_conv(const Int8ConvOperands& operands, std::span<std::byte> scratch, int64_t chunk);

}  // namespace tenon::cpu
