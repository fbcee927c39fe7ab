// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/random_graphs/evaluate.h"

#include <cstdint>
#include <functional>

// Seeded random graphs of ONNX operators: the same seed makes the same graph everywhere.
// [one thread]
namespace tenon::random_graphs {

// splitmix64
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  // [low, high]
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(0, 99) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[next() % items.size()];
  }

 private:
  uint64_t state_;
};

// A graph that grows: what the families of operators are chosen with.
class Builder {
 public:
  Builder(uint64_t seed, const Accuracy& accuracy);

  Random& random() { return random_; }
  Graph& graph() { return graph_; }
  const Value& value(size_t slot) const { return graph_.slots[slot].value; }
  const Dims& dims(size_t slot) const { return value(slot).dims; }

  // Whether extents of inputs are symbols.
  bool has_free_sizes() const { return free_; }
  void free_sizes() { free_ = true; }

  // A value of one of the types with such a rank: one that is there, or a new one.
  size_t operand(const std::vector<DType>& dtypes, int64_t least_rank = 0, int64_t most_rank = 5);
  size_t operand(const std::function<bool(const Value&)>& fits, DType dtype, Dims otherwise);
  // One that broadcasts with those dims; only_in: without making them larger.
  size_t partner(DType dtype, const Dims& dims, bool only_in = false);
  size_t constant(Value value);
  size_t whole(const std::vector<int64_t>& numbers);  // i64, a constant or now and then an input
  Dims random_dims(int64_t least_rank, int64_t most_rank);
  Value random_value(DType dtype, Dims dims);

  // Adds the node if its results are small enough.
  bool add(Node node, size_t outputs = 1);
  // The graph with what nobody reads as its outputs.
  Graph finish();

 private:
  Random random_;
  Accuracy accuracy_;
  Graph graph_;
  bool free_ = false;
};

Graph random_graph(uint64_t seed, const Accuracy& accuracy);

// One family: adds a node, or not when nothing fits.
using Family = bool (*)(Builder&);
std::vector<Family> element_families();
std::vector<Family> movement_families();
std::vector<Family> reduction_families();

inline const std::vector<DType> float_types = {DType::f32, DType::f32, DType::f32, DType::f16,
                                               DType::f64};
inline const std::vector<DType> number_types = {DType::f32, DType::f32, DType::f32,
                                                DType::f16, DType::f64, DType::i32,
                                                DType::i64, DType::u8,  DType::i8};
inline const std::vector<DType> all_types = {DType::f32, DType::f32,    DType::f32, DType::f16,
                                             DType::f64, DType::i32,    DType::i64, DType::u8,
                                             DType::i8,  DType::boolean};

}  // namespace tenon::random_graphs
