// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/level.h"

#include "tenon/abi/draft/host.h"
#include "tenon/plugin.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <string>

namespace tenon::cpu {
namespace {

constexpr std::array<std::string_view, 4> names = {"sse4", "avx2", "avx512", "neon"};

bool has_words(std::string_view features, std::initializer_list<std::string_view> words) {
  const std::string text = " " + std::string(features) + " ";
  return std::ranges::all_of(words, [&](std::string_view word) {
    return text.find(" " + std::string(word) + " ") != std::string::npos;
  });
}

#if !defined(__aarch64__)
// Without a host, as in tests, the processor itself is asked.
Level level_of_processor() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Level::sse4;
  const bool has_all = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") &&
                       __builtin_cpu_supports("avx512bf16");
  return has_all ? Level::avx512 : Level::avx2;
}
#endif

Level best_level() {
#if defined(__aarch64__)
  return Level::neon;
#else
  const auto* cpu = host_service<tenon_cpu>(TENON_CPU_ID);
  if (cpu == nullptr) return level_of_processor();
  const std::string_view features = to_view(cpu->features);
  if (!has_words(features, {"avx2", "fma", "f16c"})) return Level::sse4;
  if (!has_words(features,
                 {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni", "avx512bf16"})) {
    return Level::avx2;
  }
  return Level::avx512;
#endif
}

Level chosen_level() {
  const Level best = best_level();
  const char* wanted = std::getenv("TENON_CPU_LEVEL");
  if (wanted == nullptr) return best;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto named = static_cast<Level>(i);
    if (names[i] == wanted && has_level(named)) return named;
  }
  return best;
}

std::atomic<Level>& in_use() {
  static std::atomic<Level> level = chosen_level();
  return level;
}

}  // namespace

Level level() { return in_use().load(std::memory_order_relaxed); }

bool has_level(Level level) {
  const Level best = best_level();
  return best == Level::neon ? level == best : level <= best;
}

WithLevel::WithLevel(Level level) : before_(cpu::level()) { in_use() = level; }
WithLevel::~WithLevel() { in_use() = before_; }

std::string_view to_text(Level level) { return names[static_cast<size_t>(level)]; }

}  // namespace tenon::cpu
