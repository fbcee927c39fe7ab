// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Frequencies of rotary positions with all the ways of stretching them to longer contexts.
// [any thread]
namespace tenon::recipes {

struct Rope {
  std::string type = "default";  // linear, dynamic, llama3, yarn, longrope
  double base = 10000;
  double factor = 1;
  double original = 0;       // tokens of the context before it was stretched; 0: not known
  double context = 0;        // tokens of the context; 0: not known
  double attention = 0;      // of cosines and sines; 0: by the rule of the type
  double low = 1, high = 4;  // llama3
  double fast = 32, slow = 1, mscale = 0, mscale_all = 0;  // yarn
  bool truncate = true;                                    // yarn
  std::vector<double> short_factors = {};                  // longrope
  std::vector<double> long_factors = {};

  bool is_long() const { return original > 0 && context > original; }
};

// Radians a position of each pair of `dims` numbers, without what a file stores as factors.
std::vector<double> frequencies(const Rope& rope, int64_t dims);
// By which cosines and sines are multiplied.
double magnitude(const Rope& rope);

}  // namespace tenon::recipes
