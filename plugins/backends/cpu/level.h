// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

// The instruction set that kernels use, chosen once. [any thread]
namespace tenon::cpu {

enum class Level : uint8_t {
  sse4,    // x86-64-v2: what every x86 processor since 2009 has
  avx2,    // x86-64-v3: AVX2, FMA, F16C
  avx512,  // x86-64-v4 with VNNI and BF16
  neon,    // arm64 with the dot product
};

// The best level of this processor, as the host's table of the processor tells; the environment
// variable TENON_CPU_LEVEL names a lower one (a higher one is ignored).
Level level();
// The levels that were compiled and that this processor has, lowest first: for tests.
// with_level() makes math tables of another level the ones in use while it lives. Not for two
// threads at once.
bool has_level(Level level);
class WithLevel {
 public:
  explicit WithLevel(Level level);
  ~WithLevel();
  WithLevel(const WithLevel&) = delete;
  WithLevel& operator=(const WithLevel&) = delete;

 private:
  Level before_;
};

std::string_view to_text(Level level);

}  // namespace tenon::cpu
