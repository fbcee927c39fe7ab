// SPDX-License-Identifier: Apache-2.0
#include "sampling/stop.h"

#include <algorithm>
#include <utility>

namespace tenon::text {

namespace {

// Bytes at the end of the text that are the beginning of the stop.
size_t begun(std::string_view text, std::string_view stop) {
  for (size_t size = std::min(text.size(), stop.size() - 1); size > 0; --size) {
    if (text.substr(text.size() - size) == stop.substr(0, size)) return size;
  }
  return 0;
}

}  // namespace

StopStrings::StopStrings(std::vector<std::string> stops) : stops_(std::move(stops)) {
  std::erase(stops_, std::string());
}

std::string StopStrings::push(std::string_view text) {
  if (stopped_) return {};
  held_ += text;
  size_t end = held_.npos;
  for (const std::string& stop : stops_) {
    const size_t found = held_.find(stop);
    if (found >= end) continue;
    end = found;
    stopped_ = stop;
  }
  if (stopped_) return std::exchange(held_, {}).substr(0, end);
  size_t keep = 0;
  for (const std::string& stop : stops_) keep = std::max(keep, begun(held_, stop));
  std::string shown = held_.substr(0, held_.size() - keep);
  held_.erase(0, shown.size());
  return shown;
}

std::string StopStrings::finish() { return std::exchange(held_, {}); }

}  // namespace tenon::text
