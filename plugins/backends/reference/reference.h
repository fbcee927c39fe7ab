// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

// The reference backend: what it is made of. [any thread]
namespace tenon::reference {

// All kernels, one for each file in kernels/.
std::vector<Kernel> table();

inline HostBackend backend() {
  return {.id = "reference",
          .name = "reference (CPU, f64)",
          .kind = TENON_DEVICE_CPU,
          .formulas = Formulas::f64,
          .kernels = table()};
}

// A worker's scratch, cut into arrays.
class Scratch {
 public:
  explicit Scratch(std::span<std::byte> bytes) : bytes_(bytes) {}
  // The next count elements. What shape() asked for covers the sum of all.
  template <class T>
  T* take(int64_t count) {
    auto* const array = reinterpret_cast<T*>(bytes_.data());
    bytes_ = bytes_.subspan(static_cast<size_t>(count) * sizeof(T));
    return array;
  }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace tenon::reference
