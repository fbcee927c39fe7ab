// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels/kernel.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

// The short form of a kernel: a plain function of typed operands, inputs before outputs, that
// computes a whole node in one chunk: kernel<relu>("Relu") for void relu(in<float>, out<float>).
namespace tenon {

template <class T>
inline constexpr DType dtype_of = DType::none;
template <>
inline constexpr DType dtype_of<float> = DType::f32;
template <>
inline constexpr DType dtype_of<double> = DType::f64;
template <>
inline constexpr DType dtype_of<int8_t> = DType::i8;
template <>
inline constexpr DType dtype_of<int16_t> = DType::i16;
template <>
inline constexpr DType dtype_of<int32_t> = DType::i32;
template <>
inline constexpr DType dtype_of<int64_t> = DType::i64;
template <>
inline constexpr DType dtype_of<uint8_t> = DType::u8;
template <>
inline constexpr DType dtype_of<uint16_t> = DType::u16;
template <>
inline constexpr DType dtype_of<uint32_t> = DType::u32;
template <>
inline constexpr DType dtype_of<uint64_t> = DType::u64;
template <>
inline constexpr DType dtype_of<bool> = DType::boolean;

// A dense row-major operand: in<T> reads, out<T> writes. Borrowed for the call.
template <class T>
class OperandView {
 public:
  OperandView(std::span<T> elements, std::span<const int64_t> dims)
      : elements_(elements), dims_(dims) {}
  T& operator[](size_t i) const { return elements_[i]; }
  T* begin() const { return elements_.data(); }
  T* end() const { return elements_.data() + elements_.size(); }
  T* data() const { return elements_.data(); }
  size_t size() const { return elements_.size(); }
  size_t rank() const { return dims_.size(); }
  size_t dim(size_t axis) const { return static_cast<size_t>(dims_[axis]); }

 private:
  std::span<T> elements_;
  std::span<const int64_t> dims_;
};

template <class T>
class in : public OperandView<const T> {
 public:
  static constexpr bool is_input = true;
  static constexpr DType dtype = dtype_of<T>;
  in(const KernelArguments& arguments, size_t i)
      : OperandView<const T>(arguments.input<T>(i), arguments.input_dims(i)) {}
};

template <class T>
class out : public OperandView<T> {
 public:
  static constexpr bool is_input = false;
  static constexpr DType dtype = dtype_of<T>;
  out(const KernelArguments& arguments, size_t i)
      : OperandView<T>(arguments.output<T>(i), arguments.output_dims(i)) {}
};

namespace kernels {

// Turns the parameter list of a function into a kernel.
template <auto function, class Signature = decltype(function)>
struct Function;
template <auto function, class... P>
struct Function<function, void (*)(P...)> {
  static_assert(((P::dtype != DType::none) && ...),
                "operands are in<T> or out<T> of element types");

  static void run(const KernelArguments& arguments, int64_t) {
    call(arguments, std::index_sequence_for<P...>());
  }
  template <size_t... I>
  static void call(const KernelArguments& arguments, std::index_sequence<I...>) {
    function(P(arguments, position(I))...);
  }
  // Inputs are numbered among inputs, outputs among outputs.
  static constexpr size_t position(size_t parameter) {
    constexpr bool input[] = {P::is_input...};
    size_t before = 0;
    for (size_t i = 0; i < parameter; ++i) before += input[i] == input[parameter] ? 1 : 0;
    return before;
  }
  static std::vector<DTypes> dtypes(bool inputs) {
    std::vector<DTypes> list;
    const auto add = [&](bool is_input, DType dtype) {
      if (is_input == inputs) list.emplace_back(dtype);
    };
    (add(P::is_input, P::dtype), ...);
    return list;
  }
};

}  // namespace kernels

template <auto function>
Kernel kernel(std::string_view op, Status (*match)(const NodeView&) = nullptr) {
  using Made = kernels::Function<function>;
  return {.op = op,
          .inputs = Made::dtypes(true),
          .outputs = Made::dtypes(false),
          .match = match,
          .run = Made::run};
}

}  // namespace tenon
