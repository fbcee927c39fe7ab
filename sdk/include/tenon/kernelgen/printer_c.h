// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"

#include <span>
#include <string>
#include <string_view>

// Prints kernels as C-like text. A target is data: how it spells what KIR says. [any thread]
namespace tenon::kir {

struct CTarget {
  std::string_view preamble;                    // what stands once before all kernels
  std::string_view kernel;                      // "__kernel"
  std::string_view group_size;                  // attribute with {0} {1} {2}, or ""
  std::string_view global;                      // qualifier of buffers
  std::string_view shared;                      // qualifier of shared arrays
  std::string_view group_id;                    // with {0}: the axis
  std::string_view local_id;                    // with {0}: the axis
  std::string_view barrier;                     // statement without semicolon
  std::string_view types[7];                    // of Type
  std::string_view load_half;                   // with {0}: pointer, {1}: index
  std::string_view store_half;                  // with {0}: pointer, {1}: index, {2}: value
  std::string_view bitcast;                     // with {0}: type, {1}: value
  std::string_view infinity;                    // f32 bits to value: with {0}: bits as unsigned
  std::string_view infinity64;                  // f64 likewise
  std::string_view fma;                         // with {0} {1} {2}
  std::string_view byte, ubyte, int16, uint16;  // memory types
  bool buffers_have_offsets;  // each buffer is a byte pointer and an offset in bytes
  // Of every kernel: a parameter behind the others, or "". Of those without barriers, before which
  // no thread may leave: a statement before all else, or "".
  std::string_view last_parameter = {};
  std::string_view first_statement = {};
};

// OpenCL C 1.2.
const CTarget& opencl_c();

// One source text with all kernels.
std::string print_c(std::span<const Kernel> kernels, const CTarget& target);
// One kernel without the preamble.
std::string print_c(const Kernel& kernel, const CTarget& target);

}  // namespace tenon::kir
