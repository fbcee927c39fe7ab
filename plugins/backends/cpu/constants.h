// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

#include <bit>
#include <cstring>
#include <span>
#include <vector>

// Constant operands as typed numbers. [any thread]
namespace tenon::cpu {

inline bool is_constant(const NodeView& node, size_t input) {
  const uint32_t value = node.input_value(input);
  return value != TENON_NONE && node.graph().value(value).kind == TENON_VALUE_CONSTANT;
}

// All elements of a constant input of type T; none where it is not one.
template <class T>
std::vector<T> numbers_of(const KernelConstants& constants, size_t input) {
  const std::span<const std::byte> bytes = constants.bytes(input);
  std::vector<T> numbers(bytes.size() / sizeof(T));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(T));
  return numbers;
}

// Least and greatest code of i8 or u8.
struct CodeRange {
  float low;
  float high;
};
inline CodeRange codes_of(DType dtype) {
  return dtype == DType::u8 ? CodeRange{0, 255} : CodeRange{-128, 127};
}
// A code as a number.
inline int32_t code_of(std::byte byte, DType dtype) {
  return dtype == DType::u8 ? static_cast<int32_t>(byte)
                            : static_cast<int32_t>(static_cast<int8_t>(byte));
}

// match: whether an operand is one number, or left out.
inline Status is_single(const NodeView& node, size_t input) {
  for (const tenon_dim extent : node.input_dims(input)) {
    if (extent != 1) return unsupported("input {} is not one number", input);
  }
  return {};
}
// run: the zero point of the data as an unsigned byte.
inline int32_t zero_point(const KernelArguments& arguments, size_t input) {
  return arguments.has_input(input) ? *static_cast<const uint8_t*>(arguments.input_data(input)) : 0;
}

}  // namespace tenon::cpu
