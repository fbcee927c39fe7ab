// SPDX-License-Identifier: Apache-2.0
#include "tenon/memory_plan.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

namespace tenon {
namespace {

// More are placed in one order only.
constexpr size_t most_tried_again = 4000;

struct Placed {
  uint64_t offset = 0;
  uint64_t end = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

std::optional<uint64_t> aligned(uint64_t offset, uint64_t alignment) {
  uint64_t padded = 0;
  if (__builtin_add_overflow(offset, alignment - 1, &padded)) return {};
  return padded & ~(alignment - 1);
}

bool fits(uint64_t offset, uint64_t bytes, uint64_t end) {
  return offset <= end && bytes <= end - offset;
}

// The smallest hole between tensors alive at the same time that holds the request, or the first
// place behind all of them. Empty when that overflows. `placed` is sorted by offset.
std::optional<uint64_t> best_offset(const MemoryRequest& request, std::span<const Placed> placed) {
  std::optional<uint64_t> best;
  uint64_t best_size = UINT64_MAX;
  uint64_t free_from = 0;
  for (const Placed& other : placed) {
    if (other.last < request.first || request.last < other.first) continue;
    if (other.offset > free_from) {
      const std::optional<uint64_t> start = aligned(free_from, request.alignment);
      const uint64_t size = other.offset - free_from;
      if (start && size < best_size && fits(*start, request.bytes, other.offset)) {
        best = start;
        best_size = size;
      }
    }
    free_from = std::max(free_from, other.end);
  }
  return best ? best : aligned(free_from, request.alignment);
}

Status check(std::span<const MemoryRequest> requests) {
  for (size_t i = 0; i < requests.size(); ++i) {
    const MemoryRequest& request = requests[i];
    if (!std::has_single_bit(request.alignment)) {
      return invalid("memory request {}: alignment {} is no power of two", i, request.alignment);
    }
    if (request.first > request.last) {
      return invalid("memory request {}: alive from step {} to step {}", i, request.first,
                     request.last);
    }
  }
  return {};
}

// Bytes alive in the fullest step.
uint64_t most_alive(std::span<const MemoryRequest> requests) {
  std::vector<std::pair<uint64_t, uint64_t>> begins, ends;  // (step, bytes)
  for (const MemoryRequest& request : requests) {
    begins.emplace_back(request.first, request.bytes);
    ends.emplace_back(uint64_t{request.last} + 1, request.bytes);
  }
  std::ranges::sort(begins);
  std::ranges::sort(ends);
  uint64_t alive = 0, most = 0;
  size_t ended = 0;
  for (const auto& [step, bytes] : begins) {
    for (; ends[ended].first <= step; ++ended) alive -= ends[ended].second;
    alive += bytes;
    most = std::max(most, alive);
  }
  return most;
}

uint32_t life(const MemoryRequest& request) { return request.last - request.first; }

bool larger(const MemoryRequest& a, const MemoryRequest& b) {
  return std::pair(a.bytes, life(a)) > std::pair(b.bytes, life(b));
}
bool longer(const MemoryRequest& a, const MemoryRequest& b) {
  return std::pair(life(a), a.bytes) > std::pair(life(b), b.bytes);
}

// Places the requests one after the other, those that come `earlier` first.
Result<MemoryPlan> place_all(std::span<const MemoryRequest> requests,
                             bool (*earlier)(const MemoryRequest&, const MemoryRequest&)) {
  std::vector<size_t> order(requests.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order,
                           [&](size_t i, size_t k) { return earlier(requests[i], requests[k]); });
  MemoryPlan plan;
  plan.offsets.resize(requests.size());
  std::vector<Placed> placed;
  placed.reserve(requests.size());
  for (const size_t i : order) {
    const MemoryRequest& request = requests[i];
    if (request.bytes == 0) continue;
    const std::optional<uint64_t> offset = best_offset(request, placed);
    uint64_t end = 0;
    if (!offset || __builtin_add_overflow(*offset, request.bytes, &end)) {
      return no_memory("memory request {}: {} bytes do not fit behind the others", i,
                       request.bytes);
    }
    plan.offsets[i] = *offset;
    plan.bytes = std::max(plan.bytes, end);
    const auto place = std::ranges::upper_bound(placed, *offset, {}, &Placed::offset);
    placed.insert(place, {*offset, end, request.first, request.last});
  }
  return plan;
}

}  // namespace

Result<MemoryPlan> plan_memory(std::span<const MemoryRequest> requests) {
  TENON_TRY(check(requests));
  TENON_TRY_ASSIGN(MemoryPlan plan, place_all(requests, larger));
  plan.live = most_alive(requests);
  // Where holes are left, another order may do better.
  const bool has_holes = plan.bytes - plan.live > plan.live / 50;
  if (!has_holes || requests.size() > most_tried_again) return plan;
  Result<MemoryPlan> other = place_all(requests, longer);
  if (!other.ok() || other->bytes >= plan.bytes) return plan;
  other->live = plan.live;
  return other;
}

}  // namespace tenon
