// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

// Classes and their probabilities as bars.
namespace tenon::cli {

struct Bar {
  std::string label;
  double share = 0;  // of the whole, 0 to 1
};

enum class Blocks : uint8_t { unicode, ascii };
// What this terminal can show, by its locale.
Blocks terminal_blocks();

// One line a bar: label, bar, percentage.
std::string draw_bars(std::span<const Bar> bars, Blocks blocks);

}  // namespace tenon::cli
