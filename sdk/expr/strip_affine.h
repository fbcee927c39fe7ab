// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"

#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

// Indexes that are sums of coordinates times numbers known once a run. They are stepped through,
// never divided: a walker hands out segments in which the index grows by a constant step.
namespace tenon::strip {

// base + sum of factor * coordinate; base and factors are uniform rows of the pool. LINEAR is axis
// -1.
struct Affine {
  struct Part {
    int64_t axis = 0;
    Expr factor;
  };
  Expr base;
  std::vector<Part> parts;
};

// For each of `ids` (ascending, closed under operands; `uniform` says which are) its affine form,
// if it has one. Factors may be new rows of the pool.
std::vector<std::optional<Affine>> affine_forms(ExprPool& pool, std::span<const ExprId> ids,
                                                const std::vector<bool>& uniform);

// Where an affine index is, from an element on. One object a run.
class Walker {
 public:
  // base + sum of factors[i] * coordinate on axes[i] (-1 = LINEAR), from element `begin` on.
  Walker(int64_t base, std::span<const int64_t> axes, std::span<const int64_t> factors,
         std::span<const int64_t> dims, int64_t begin, std::pmr::memory_resource& memory);

  // Calls take(first, step, count) for the next `count` elements, in order.
  template <class Take>
  void next(int64_t count, Take take) {
    while (count > 0) {
      Axis& inner = axes_.back();
      const int64_t length = std::min(count, inner.extent - inner.position);
      take(static_cast<int64_t>(value_), inner.stride, length);
      count -= length;
      inner.position += length;
      value_ += static_cast<uint64_t>(inner.stride) * static_cast<uint64_t>(length);
      if (inner.position == inner.extent) carry();
    }
  }

 private:
  struct Axis {
    int64_t extent = 1;
    int64_t stride = 0;
    int64_t position = 0;
  };
  void carry();

  std::pmr::vector<Axis> axes_;  // outermost first, at least one
  uint64_t value_ = 0;           // wraps
};

}  // namespace tenon::strip
