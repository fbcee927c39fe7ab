// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

// A small graph of ONNX operators with the numbers that run through it, as the random test makes,
// evaluates, shrinks and writes it. Plain data. [one thread]
namespace tenon::random_graphs {

// Holds every i64 and more digits than an f64.
using Real = long double;
using Dims = std::vector<int64_t>;

// error says by how much another correct evaluation may differ; infinity: by anything.
struct Value {
  DType dtype = DType::f32;
  Dims dims;
  std::vector<Real> x;
  std::vector<Real> error;
};

using Attribute = std::variant<int64_t, float, std::string, std::vector<int64_t>>;

constexpr size_t omitted = SIZE_MAX;

// Operands are places in Graph::slots.
struct Node {
  std::string op = {};
  std::vector<size_t> inputs = {};
  std::vector<size_t> outputs = {};
  std::map<std::string, Attribute> attributes = {};

  int64_t integer(const std::string& name, int64_t otherwise) const {
    const auto found = attributes.find(name);
    return found == attributes.end() ? otherwise : std::get<int64_t>(found->second);
  }
  float number(const std::string& name, float otherwise) const {
    const auto found = attributes.find(name);
    return found == attributes.end() ? otherwise : std::get<float>(found->second);
  }
  std::string word(const std::string& name, const std::string& otherwise) const {
    const auto found = attributes.find(name);
    return found == attributes.end() ? otherwise : std::get<std::string>(found->second);
  }
};

struct Slot {
  enum class Kind : uint8_t { input, constant, computed };
  Kind kind = Kind::input;
  Value value;
  bool free = false;  // an input whose extents are symbols
};

struct Graph {
  std::vector<Slot> slots;
  std::vector<Node> nodes;  // in order
  std::vector<size_t> outputs;
};

inline int64_t elements(const Dims& dims) {
  int64_t count = 1;
  for (const int64_t extent : dims) count *= extent;
  return count;
}

inline Value blank(DType dtype, Dims dims) {
  const auto count = static_cast<size_t>(elements(dims));
  return {dtype, std::move(dims), std::vector<Real>(count), std::vector<Real>(count)};
}

}  // namespace tenon::random_graphs
