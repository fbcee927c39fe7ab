// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <vector>

// Numbers of pages and who uses them. What lies in a page is the business of its memory. One thread
// at a time.
namespace tenon {

class PagePool {
 public:
  explicit PagePool(uint32_t pages);

  uint32_t pages() const { return static_cast<uint32_t>(uses_.size()); }
  size_t free() const { return free_.size(); }
  // A page used once; the lowest number that is free.
  Result<uint32_t> take();
  // One more user of a page that is used.
  void share(uint32_t page) { ++uses_[page]; }
  // One user less; the page is free after the last one.
  void release(uint32_t page);
  uint32_t uses(uint32_t page) const { return uses_[page]; }

 private:
  std::vector<uint32_t> uses_;
  std::vector<uint32_t> free_;  // descending, so that the lowest is taken first at the start
};

}  // namespace tenon
