// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "model.h"

#include <map>
#include <string>
#include <vector>

// Tensors of the file as weights of the graph: in place where the file holds them dense, decoded
// into a block of the builder where it does not. One per load. [load]
namespace tenon::onnx {

// A small constant that the loader itself makes; bytes are dense little endian.
struct Literal {
  DType dtype = DType::i64;
  std::vector<int64_t> dims;
  std::string bytes;

  static Literal integers(const std::vector<int64_t>& values);
  static Literal integer(int64_t value);
  static Literal reals(const std::vector<float>& values);
  static Literal real(float value);
};

class Weights {
 public:
  Weights(const Host& host, std::string_view file) : host_(host), file_(file) {}

  // A tensor asked for again is the same value.
  Result<ValueId> value(const Tensor& tensor, Text name);
  Result<ValueId> value(const SparseTensor& tensor, Text name);
  Result<ValueId> value(const Literal& literal, Text name);

 private:
  // Elements and bytes of a tensor, from its type and dims alone.
  struct Extents {
    DType dtype = DType::none;
    uint64_t elements = 0;
    uint64_t stored = 0;  // bytes in the file: sub-byte types are packed
    uint64_t dense = 0;   // bytes in memory
  };
  static Result<Extents> extents(int32_t dtype, std::span<const int64_t> dims);

  Result<ValueId> texts(const Tensor& tensor, const Extents& extents, Text name);
  Result<Place> place(const Tensor& tensor, const Extents& extents);
  Result<Place> external(const Tensor& tensor, const Extents& extents);
  // Dense bytes where `stored` is so already, else a block with them.
  Result<Place> dense(const Place& stored, const Extents& extents);
  Result<Place> typed(const Tensor& tensor, const Extents& extents);
  Result<std::vector<uint64_t>> linear_indices(const SparseTensor& tensor, uint64_t count);

  const Host& host_;
  std::string_view file_;
  std::map<const void*, ValueId> made_;
  std::map<std::pair<std::string, std::vector<int64_t>>, ValueId> literals_;
  std::map<Text, tenon_source*> files_;
};

}  // namespace tenon::onnx
