// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// Arithmetic and memory at full speed, to know what a machine can do. [any thread]
namespace tenon::cli::bench {

// A loop of nothing but one instruction on registers.
struct Peak {
  std::string_view name;  // "fp32", "bf16", "int8"
  double operations = 0;  // of one round: multiplications and additions
  void (*rounds)(int64_t count) = nullptr;
};

// The best loop of each kind that a processor with these features has; features: words as
// tenon.host.cpu/1 gives them.
std::vector<Peak> peaks(std::string_view features);

// Reads all bytes once, in order; what it returns keeps the reads from being left out.
uint64_t read_all(std::span<const std::byte> bytes, std::string_view features);

}  // namespace tenon::cli::bench
