// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/peaks.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>

namespace tenon::cli::bench {
namespace {

// Accumulators in flight: more than latency times throughput of any instruction here.
constexpr int chains = 12;

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t space = std::min(words.find(' '), words.size());
    if (words.substr(0, space) == word) return true;
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return false;
}

__attribute__((target("avx2,fma"))) void fma_ymm(int64_t count) {
  __m256 sums[chains] = {};
  const __m256 a = _mm256_set1_ps(1), b = _mm256_set1_ps(0.5F);
  for (int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 12
    for (int k = 0; k < chains; ++k) {
      sums[k] = _mm256_fmadd_ps(a, b, sums[k]);
      asm volatile("" : "+x"(sums[k]));
    }
  }
}

__attribute__((target("avx512f"))) void fma_zmm(int64_t count) {
  __m512 sums[chains] = {};
  const __m512 a = _mm512_set1_ps(1), b = _mm512_set1_ps(0.5F);
  for (int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 12
    for (int k = 0; k < chains; ++k) {
      sums[k] = _mm512_fmadd_ps(a, b, sums[k]);
      asm volatile("" : "+v"(sums[k]));
    }
  }
}

__attribute__((target("avx512f,avx512bf16"))) void bf16_zmm(int64_t count) {
  __m512 sums[chains] = {};
  const auto a = (__m512bh)_mm512_set1_epi32(0x3f803f80);
  for (int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 12
    for (int k = 0; k < chains; ++k) {
      sums[k] = _mm512_dpbf16_ps(sums[k], a, a);
      asm volatile("" : "+v"(sums[k]));
    }
  }
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) void int8_zmm(int64_t count) {
  __m512i sums[chains] = {};
  const __m512i a = _mm512_set1_epi8(1);
  for (int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 12
    for (int k = 0; k < chains; ++k) {
      sums[k] = _mm512_dpbusd_epi32(sums[k], a, a);
      asm volatile("" : "+v"(sums[k]));
    }
  }
}

__attribute__((target("avx2"))) void int8_ymm(int64_t count) {
  __m256i sums[chains] = {};
  __m256i a = _mm256_set1_epi8(1);
  const __m256i ones = _mm256_set1_epi16(1);
  for (int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 12
    for (int k = 0; k < chains; ++k) {
      asm volatile("" : "+x"(a));
      const __m256i pairs = _mm256_maddubs_epi16(a, a);
      sums[k] = _mm256_add_epi32(sums[k], _mm256_madd_epi16(pairs, ones));
      asm volatile("" : "+x"(sums[k]));
    }
  }
}

__attribute__((target("avx512f"))) uint64_t read_zmm(const std::byte* data, size_t bytes) {
  __m512i sum[4] = {};
  for (size_t at = 0; at + 256 <= bytes; at += 256) {
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      sum[i] = _mm512_add_epi64(sum[i], _mm512_loadu_si512(data + at + 64 * i));
    }
  }
  alignas(64) uint64_t words[8];
  _mm512_store_si512(
      words, _mm512_add_epi64(_mm512_add_epi64(sum[0], sum[1]), _mm512_add_epi64(sum[2], sum[3])));
  return words[0] + words[3] + words[7];
}

std::vector<Peak> native_peaks(std::string_view features) {
  std::vector<Peak> made;
  if (has_word(features, "avx512f")) {
    made.push_back({"fp32", chains * 32, fma_zmm});
  } else if (has_word(features, "fma")) {
    made.push_back({"fp32", chains * 16, fma_ymm});
  }
  if (has_word(features, "avx512bf16")) made.push_back({"bf16", chains * 64, bf16_zmm});
  if (has_word(features, "avx512vnni")) {
    made.push_back({"int8", chains * 128, int8_zmm});
  } else if (has_word(features, "avx2")) {
    made.push_back({"int8", chains * 64, int8_ymm});
  }
  return made;
}

// Null: nothing better than the compiler's own.
uint64_t (*native_read(std::string_view features))(const std::byte*, size_t) {
  return has_word(features, "avx512f") ? read_zmm : nullptr;
}

}  // namespace
}  // namespace tenon::cli::bench

#else

namespace tenon::cli::bench {
namespace {

constexpr int chains = 12;

std::vector<Peak> native_peaks(std::string_view) { return {}; }
uint64_t (*native_read(std::string_view))(const std::byte*, size_t) { return nullptr; }

}  // namespace
}  // namespace tenon::cli::bench

#endif

namespace tenon::cli::bench {
namespace {

// Without an instruction set that is known here: vectors as the compiler has them.
typedef float Lanes __attribute__((vector_size(16)));

void plain_rounds(int64_t count) {
  Lanes sums[chains] = {};
  volatile float opaque = 1;
  const float one = opaque;
  const Lanes factor = {one, one, one, one};
  for (int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 12
    for (Lanes& sum : sums) sum = sum * factor + factor;
  }
  for (const Lanes& sum : sums) opaque = sum[0];
}

uint64_t plain_read(const std::byte* data, size_t bytes) {
  typedef uint64_t Words __attribute__((vector_size(16), aligned(16)));
  Words sum[4] = {};
  for (size_t at = 0; at + 64 <= bytes; at += 64) {
    const auto* words = reinterpret_cast<const Words*>(data + at);
    for (int i = 0; i < 4; ++i) sum[i] += words[i];
  }
  const Words all = sum[0] + sum[1] + sum[2] + sum[3];
  return all[0] + all[1];
}

}  // namespace

std::vector<Peak> peaks(std::string_view features) {
  std::vector<Peak> made = native_peaks(features);
  if (made.empty() || made.front().name != "fp32") {
    made.insert(made.begin(), {"fp32", chains * 8, plain_rounds});
  }
  return made;
}

uint64_t read_all(std::span<const std::byte> bytes, std::string_view features) {
  const auto native = native_read(features);
  return (native != nullptr ? native : plain_read)(bytes.data(), bytes.size());
}

}  // namespace tenon::cli::bench
