// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"
#include "tenon/status.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What stands in front of the weights of a GGUF file, versions 2 and 3, little endian: metadata and
// the places of the tensors. All that is read is checked against the file's size and against limits
// first. Everything is a view into the bytes it was read from, which the caller keeps. Link
// Tenon::gguf. [any thread]
namespace tenon::gguf {

// Numbers of the format.
enum class ValueType : uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};
std::string_view name_of(ValueType type);
// Bytes of one value of a type of fixed size; 0 for strings and arrays.
size_t bytes_of(ValueType type);

// A value in the file, or an array of them. [borrowed]
struct Value {
  ValueType type = ValueType::u8;  // of an array: of its elements
  bool is_array = false;
  uint64_t count = 1;      // elements
  std::string_view bytes;  // as in the file; of a string: its text

  // What a single value is, or nothing when it is of another kind. Integers of any width that fit;
  // an integer is also a number.
  std::optional<int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;
  std::optional<std::string_view> text() const;
  // Element i of an array of numbers or booleans; nothing when it is none or shorter.
  std::optional<int64_t> integer_at(uint64_t i) const;
  std::optional<double> number_at(uint64_t i) const;
  // The elements of an array of strings; empty when it is none.
  std::vector<std::string_view> texts() const;
  // "u32", "array of string".
  std::string kind() const;
};

struct Entry {
  std::string_view key;
  Value value;
};

// How elements of a tensor are stored. `name` is ggml's own, in lower case: "f16", "q4_K".
struct TensorType {
  uint32_t id = 0;
  std::string_view name;
  uint32_t block = 1;         // elements of one block
  uint32_t bytes = 0;         // bytes of one block
  DType dtype = DType::none;  // of plain elements; none: blocks of a quantization format
};
// Null when there is none of that number or name, or when it was withdrawn.
const TensorType* tensor_type(uint32_t id);
const TensorType* tensor_type(std::string_view name);

struct Tensor {
  std::string_view name;
  uint32_t rank = 0;
  std::array<int64_t, 4> dims = {1, 1, 1, 1};  // as in the file: the contiguous one first
  const TensorType* type = nullptr;
  uint64_t offset = 0;  // in the file
  uint64_t bytes = 0;
};

struct Limits {
  uint64_t entries = 1'000'000;
  uint64_t tensors = 1'000'000;
  uint64_t key_bytes = 65'535;
  uint64_t name_bytes = 64;
  uint64_t string_bytes = uint64_t{16} << 20;
  uint64_t array_elements = uint64_t{64} << 20;
  uint64_t metadata_bytes = uint64_t{256} << 20;
};

struct Header {
  uint32_t version = 0;
  uint64_t alignment = 32;
  uint64_t bytes = 0;  // where the tensors' data begin
  std::vector<Entry> entries;
  std::vector<Tensor> tensors;
  std::vector<uint32_t> by_key;  // indices of entries, sorted by key

  // Null when there is no such key. [borrowed]
  const Value* find(std::string_view key) const;
  // The value of a key of that kind. Fails when it is of another kind, and when it is missing and
  // no default was given.
  Result<int64_t> integer(std::string_view key, std::optional<int64_t> otherwise = {}) const;
  Result<double> number(std::string_view key, std::optional<double> otherwise = {}) const;
  Result<bool> boolean(std::string_view key, std::optional<bool> otherwise = {}) const;
  Result<std::string_view> text(std::string_view key,
                                std::optional<std::string_view> otherwise = {}) const;
};

// For bytes that end where the data begin, such as the companion "header.gguf".
constexpr uint64_t unknown_size = UINT64_MAX;

// bytes: the file, or its beginning; file_bytes: how long the whole file is, or unknown_size.
Result<Header> read_header(std::string_view bytes, uint64_t file_bytes, const Limits& limits = {});

}  // namespace tenon::gguf
