// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <memory>
#include <string>
#include <vector>

// What a value is on the host while a model runs: a tensor with its elements, or a sequence, an
// optional or a map of such values. Copies share elements. Plain data.
namespace tenon {

// Dense, row-major. Strings are i32 numbers of the model's StringPool.
struct HostTensor {
  DType dtype = DType::none;
  std::vector<int64_t> dims;
  std::shared_ptr<std::byte> data;  // never null; 64-byte aligned when made by make_tensor()
  uint64_t bytes = 0;

  int64_t elements() const;
  std::span<const std::byte> view() const { return {data.get(), bytes}; }
};

struct HostValue {
  // none: a tensor. Only the outermost wrap counts, the items have the others.
  std::optional<Wrap> wrap;
  HostTensor tensor;
  // sequence: its elements; optional: none or one; map: keys and values, two tensors of one length.
  std::vector<HostValue> items;
  // Of the tensors inside, where there may be none.
  DType dtype = DType::none;

  bool is_tensor() const { return !wrap; }
  static HostValue of(HostTensor tensor) {
    HostValue value;
    value.dtype = tensor.dtype;
    value.tensor = std::move(tensor);
    return value;
  }
  static HostValue sequence(std::vector<HostValue> items, DType dtype) {
    return {Wrap::sequence, {}, std::move(items), dtype};
  }
};

// Bytes that `dims` elements take; an error when an extent is negative or the number overflows.
Result<uint64_t> bytes_of(DType dtype, std::span<const int64_t> dims);
// With elements that are not set yet.
Result<HostTensor> make_tensor(DType dtype, std::vector<int64_t> dims);
// Views of memory that outlives the value.
HostTensor borrowed_tensor(DType dtype, std::vector<int64_t> dims, std::span<const std::byte> data);
HostTensor tensor_of(const std::shared_ptr<const Constant>& constant);

// "f32[2, 3]", "sequence of 4 f32", for messages.
std::string describe(const HostValue& value);

}  // namespace tenon
