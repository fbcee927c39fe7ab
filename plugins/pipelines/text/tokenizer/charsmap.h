// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The table of replacements of SentencePiece ("precompiled_charsmap"): byte strings in a double
// array, each with the text that replaces it. Checked as a whole when it is read. [any thread]
namespace tenon::text {

class Charsmap {
 public:
  Charsmap() = default;  // replaces nothing
  static Result<Charsmap> read(std::string_view blob);

  bool empty() const { return units_.empty(); }

  struct Match {
    size_t length = 0;  // bytes of the text that are replaced; 0: none
    std::string_view by;
  };
  // The longest key that the text begins with, and the shortest. [borrowed]
  Match longest(std::string_view text) const;
  Match shortest(std::string_view text) const;

 private:
  template <class Found>
  void each_prefix(std::string_view text, Found&& found) const;
  std::string_view at(uint32_t value) const { return std::string_view(&pool_[value]); }

  std::vector<uint32_t> units_;
  std::string pool_;
};

}  // namespace tenon::text
