// SPDX-License-Identifier: Apache-2.0
#include "core/graph/strings.h"

namespace tenon {

StringPool::StringPool() { keep(""); }

int32_t StringPool::keep(std::string_view text) { return number(text, true); }

int32_t StringPool::add(std::string_view text) { return number(text, false); }

int32_t StringPool::number(std::string_view text, bool kept) {
  const std::lock_guard lock(mutex_);
  if (const auto known = numbers_.find(text); known != numbers_.end()) {
    entries_[static_cast<size_t>(known->second)].kept |= kept;
    return known->second;
  }
  int32_t number = static_cast<int32_t>(entries_.size());
  if (free_.empty()) {
    entries_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Entry& entry = entries_[static_cast<size_t>(number)];
  entry = {std::string(text), true, kept};
  numbers_.emplace(entry.text, number);
  if (!kept) transient_.push_back(number);
  return number;
}

std::string_view StringPool::text(int32_t number) const {
  const std::lock_guard lock(mutex_);
  if (number < 0 || static_cast<size_t>(number) >= entries_.size()) return {};
  return entries_[static_cast<size_t>(number)].text;
}

size_t StringPool::size() const {
  const std::lock_guard lock(mutex_);
  return numbers_.size();
}

StringPool::Lease::Lease(StringPool& pool) : pool_(pool) {
  const std::lock_guard lock(pool_.mutex_);
  ++pool_.runs_;
}

StringPool::Lease::~Lease() { pool_.end_of_run(); }

void StringPool::end_of_run() {
  const std::lock_guard lock(mutex_);
  if (--runs_ > 0) return;
  for (const int32_t number : transient_) {
    Entry& entry = entries_[static_cast<size_t>(number)];
    if (entry.kept) continue;
    numbers_.erase(entry.text);
    entry = {};
    free_.push_back(number);
  }
  transient_.clear();
}

}  // namespace tenon
