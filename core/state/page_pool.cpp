// SPDX-License-Identifier: Apache-2.0
#include "core/state/page_pool.h"

namespace tenon {

PagePool::PagePool(uint32_t pages) : uses_(pages, 0) {
  free_.reserve(pages);
  for (uint32_t page = pages; page > 0; --page) free_.push_back(page - 1);
}

Result<uint32_t> PagePool::take() {
  if (free_.empty()) {
    return no_memory("all {} pages of the pool are in use; drop sequences or open a larger pool",
                     pages());
  }
  const uint32_t page = free_.back();
  free_.pop_back();
  uses_[page] = 1;
  return page;
}

void PagePool::release(uint32_t page) {
  if (--uses_[page] == 0) free_.push_back(page);
}

}  // namespace tenon
