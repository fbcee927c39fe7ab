// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"
#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// What a running kernel sees: its operands in memory, its scratch, its place in the work. Valid
// during the call only; one object belongs to one worker.
namespace tenon {

class StripProgram;

namespace kernels {
struct BoundStep;
struct Frame;
}  // namespace kernels

// Where an operand lies when a program runs.
struct KernelPlace {
  // computed: nowhere; whoever reads it computes it
  enum class Kind : uint8_t { omitted, binding, scratch, constant, computed } kind = Kind::omitted;
  uint32_t binding = 0;
  uint64_t offset = 0;              // in the scratch
  const std::byte* data = nullptr;  // of a constant
};

// An operand with known sizes.
struct KernelOperand {
  DType dtype = DType::none;
  std::vector<int64_t> dims = {};
  int64_t elements = 0;
  KernelPlace place = {};
  bool turned = false;                    // see Kernel::turned_input
  const StripProgram* formula = nullptr;  // of what lies nowhere ...
  std::vector<int64_t> formula_dims = {};
  std::vector<KernelOperand> formula_inputs = {};
  bool present() const { return place.kind != KernelPlace::Kind::omitted; }
};

// The numbers [first, last), for range-for.
struct RowRange {
  struct Iterator {
    int64_t row;
    int64_t operator*() const { return row; }
    Iterator& operator++() {
      ++row;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return row != other.row; }
  };
  int64_t first = 0;
  int64_t last = 0;
  Iterator begin() const { return {first}; }
  Iterator end() const { return {last}; }
  int64_t size() const { return last - first; }
};

class KernelArguments {
 public:
  KernelArguments(const kernels::BoundStep& step, kernels::Frame& frame, uint32_t worker)
      : step_(step), frame_(frame), worker_(worker) {}

  size_t inputs() const;
  size_t outputs() const;
  bool has_input(size_t i) const;
  bool has_output(size_t i) const;
  // Sizes and element type of an operand that is there.
  std::span<const int64_t> input_dims(size_t i) const;
  std::span<const int64_t> output_dims(size_t i) const;
  int64_t input_elements(size_t i) const;
  int64_t output_elements(size_t i) const;
  DType input_dtype(size_t i) const;
  DType output_dtype(size_t i) const;
  const void* input_data(size_t i) const;
  void* output_data(size_t i) const;

  // Elements [begin, begin + count) of a float input as double, wherever they come from: the way to
  // read an input that is turned.
  void read(size_t i, int64_t begin, int64_t count, double* to) const;
  // Whether the last two axes of the input are the other way round in what read() gives; see
  // Kernel::turned_input.
  bool is_turned(size_t i) const;

  // All elements. T is the operand's element type. Empty for an omitted operand.
  template <class T>
  std::span<const T> input(size_t i) const {
    return {static_cast<const T*>(input_data(i)), has_input(i) ? size_t(input_elements(i)) : 0};
  }
  template <class T>
  std::span<T> output(size_t i) const {
    return {static_cast<T*>(output_data(i)), has_output(i) ? size_t(output_elements(i)) : 0};
  }
  // One innermost vector.
  template <class T>
  std::span<const T> input(size_t i, int64_t row) const {
    const auto width = static_cast<size_t>(innermost(input_dims(i)));
    return input<T>(i).subspan(static_cast<size_t>(row) * width, width);
  }
  template <class T>
  std::span<T> output(size_t i, int64_t row) const {
    const auto width = static_cast<size_t>(innermost(output_dims(i)));
    return output<T>(i).subspan(static_cast<size_t>(row) * width, width);
  }

  // The rows of a chunk, as KernelWork divided them.
  RowRange rows_of(int64_t chunk) const;
  // What prepare() kept and what shape() kept.
  template <class T>
  const T& state() const {
    return *static_cast<const T*>(state_pointer());
  }
  template <class T>
  const T& block() const {
    return *static_cast<const T*>(block_pointer());
  }
  // This worker's scratch, of the size that shape() asked for; contents are undefined.
  std::span<std::byte> scratch() const;
  // Which phase of KernelWork this chunk belongs to, from 0, and the bytes that phases share:
  // undefined when the first one begins.
  size_t phase() const;
  std::span<std::byte> shared() const;
  // One value for each symbol of the graph.
  std::span<const int64_t> symbols() const;
  // Makes the run fail; the first failure wins. The node's name is added.
  void fail(const Status& status) const;

 private:
  static int64_t innermost(std::span<const int64_t> dims) { return dims.empty() ? 1 : dims.back(); }
  const void* state_pointer() const;
  const void* block_pointer() const;

  const kernels::BoundStep& step_;
  kernels::Frame& frame_;
  uint32_t worker_;
};

}  // namespace tenon
