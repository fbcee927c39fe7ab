// SPDX-License-Identifier: Apache-2.0
#include "core/run/services.h"

#include "core/base/border.h"
#include "core/base/trace.h"
#include "core/graph/blob.h"

#include <sched.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace tenon {
namespace {

// Cores that the cgroup's quota leaves, rounded up; no limit gives a large number.
uint32_t cgroup_cores() {
  constexpr uint32_t unlimited = 1u << 20;
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return unlimited;
  const double cores = std::atof(quota.c_str()) / period;
  return cores > 0 ? static_cast<uint32_t>(cores + 0.999) : unlimited;
}

uint32_t affinity_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<uint32_t>(CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

const tenon_memory memory_table = {
    .size = sizeof(tenon_memory),
    .reserved = 0,
    .alloc = [](uint64_t bytes, uint64_t alignment) -> void* {
      const uint64_t unit = std::max<uint64_t>(alignment, alignof(std::max_align_t));
      if ((unit & (unit - 1)) != 0 || bytes > UINT64_MAX - unit) return nullptr;
      return std::aligned_alloc(unit, std::max(unit, (bytes + unit - 1) / unit * unit));
    },
    .free = [](void* pointer) { std::free(pointer); },
};

const tenon_constant constant_table = {
    .size = sizeof(tenon_constant),
    .reserved = 0,
    .map = [](uint64_t constant, const void** data, uint64_t* bytes) -> tenon_status {
      return at_border([&]() -> Status {
        if (constant == 0) return invalid("constant 0 does not exist");
        const Constant& named = constant_of(constant);
        *data = named.bytes.data();
        *bytes = named.bytes.size();
        return {};
      });
    },
};

std::string cpu_features() {
  std::string words;
#if defined(__x86_64__)
  const auto add = [&](const char* word, int present) {
    if (present != 0) words += (words.empty() ? "" : " ") + std::string(word);
  };
  // What compilers have no name for: the bits of leaf 7 and of leaf 1.
  unsigned a = 0, b = 0, c = 0, d = 0, leaf1_c = 0, bf16 = 0;
  if (__get_cpuid(1, &a, &b, &leaf1_c, &d) == 0) leaf1_c = 0;
  if (__get_cpuid_count(7, 1, &bf16, &b, &c, &d) == 0) bf16 = 0;
  const bool wide = __builtin_cpu_supports("avx512f") != 0;
  add("sse4.2", __builtin_cpu_supports("sse4.2"));
  add("avx", __builtin_cpu_supports("avx"));
  add("avx2", __builtin_cpu_supports("avx2"));
  add("fma", __builtin_cpu_supports("fma"));
  add("f16c", __builtin_cpu_supports("avx") != 0 && (leaf1_c >> 29 & 1) != 0);
  add("avx512f", wide);
  add("avx512bw", __builtin_cpu_supports("avx512bw"));
  add("avx512dq", __builtin_cpu_supports("avx512dq"));
  add("avx512vl", __builtin_cpu_supports("avx512vl"));
  add("avx512vnni", __builtin_cpu_supports("avx512vnni"));
  add("avx512bf16", wide && (bf16 >> 5 & 1) != 0);
#elif defined(__aarch64__)
  words = "neon";
#endif
  return words;
}

const tenon_cpu& cpu_table() {
  static const std::string features = cpu_features();
  static const tenon_cpu table = {sizeof(tenon_cpu), usable_cores(), to_str(features), 0, 0};
  return table;
}

}  // namespace

uint32_t usable_cores() { return std::max(1u, std::min(affinity_cores(), cgroup_cores())); }

const void* host_service_table(std::string_view id) {
  if (id == TENON_TASKS_ID) return &tasks_table();
  if (id == TENON_MEMORY_ID) return &memory_table;
  if (id == TENON_CONSTANT_ID) return &constant_table;
  if (id == TENON_CACHE_ID) return &cache_table();
  if (id == TENON_CPU_ID) return &cpu_table();
  if (id == TENON_TRACE_ID) return &trace_table();
  return nullptr;
}

}  // namespace tenon
