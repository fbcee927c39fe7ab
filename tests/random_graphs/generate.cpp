// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/generate.h"

#include <algorithm>
#include <cmath>

namespace tenon::random_graphs {

namespace {

constexpr int64_t most_elements = 400;

int64_t random_extent(Random& random) {
  if (random.chance(4)) return 0;
  if (random.chance(20)) return 1;
  return random.one_of<int64_t>({2, 2, 3, 3, 4, 5, 7});
}

Real random_float(Random& random, DType dtype) {
  if (random.chance(1)) return random.one_of<Real>({INFINITY, -INFINITY, NAN, 0, -0.0L});
  const Real x = random.chance(60) ? static_cast<Real>(random.between(-16, 16)) / 4
                                   : static_cast<Real>(random.between(-3000, 3000)) / 1000;
  Value one = blank(dtype, {});
  settle(one, 0, x, 0, 0);
  return one.x[0];
}

Real random_integer(Random& random, DType dtype) {
  if (dtype == DType::boolean) return static_cast<Real>(random.between(0, 1));
  if (random.chance(3)) return random.chance(50) ? lowest(dtype) : highest(dtype);
  return static_cast<Real>(random.between(facts(dtype).is_signed ? -9 : 0, 9));
}

}  // namespace

Builder::Builder(uint64_t seed, const Accuracy& accuracy) : random_(seed), accuracy_(accuracy) {
  accuracy_.planted = {};
  free_ = random_.chance(30);
}

Value Builder::random_value(DType dtype, Dims dims) {
  Value made = blank(dtype, std::move(dims));
  for (Real& x : made.x) {
    x = is_float(dtype) ? random_float(random_, dtype) : random_integer(random_, dtype);
  }
  return made;
}

Dims Builder::random_dims(int64_t least_rank, int64_t most_rank) {
  Dims dims(static_cast<size_t>(random_.between(least_rank, std::min<int64_t>(most_rank, 5))));
  for (int64_t& extent : dims) extent = random_extent(random_);
  while (elements(dims) > most_elements / 2) dims[random_.next() % dims.size()] = 2;
  return dims;
}

size_t Builder::constant(Value value) {
  graph_.slots.push_back({Slot::Kind::constant, std::move(value), false});
  return graph_.slots.size() - 1;
}

size_t Builder::whole(const std::vector<int64_t>& numbers) {
  Value value = blank(DType::i64, {static_cast<int64_t>(numbers.size())});
  for (size_t i = 0; i < numbers.size(); ++i) value.x[i] = static_cast<Real>(numbers[i]);
  return constant(std::move(value));
}

size_t Builder::operand(const std::function<bool(const Value&)>& fits, DType dtype,
                        Dims otherwise) {
  std::vector<size_t> found;
  for (size_t i = 0; i < graph_.slots.size(); ++i) {
    if (graph_.slots[i].kind != Slot::Kind::constant && fits(value(i))) found.push_back(i);
  }
  // What was made last is the likeliest, so that graphs grow deep.
  if (!found.empty() && random_.chance(80)) {
    return random_.chance(50) ? found.back() : random_.one_of(found);
  }
  const auto kind = random_.chance(12) ? Slot::Kind::constant : Slot::Kind::input;
  graph_.slots.push_back({kind, random_value(dtype, std::move(otherwise)), free_});
  return graph_.slots.size() - 1;
}

size_t Builder::operand(const std::vector<DType>& dtypes, int64_t least_rank, int64_t most_rank) {
  const auto fits = [&](const Value& value) {
    const auto rank = static_cast<int64_t>(value.dims.size());
    return std::ranges::count(dtypes, value.dtype) > 0 && rank >= least_rank && rank <= most_rank;
  };
  const DType dtype = random_.one_of(dtypes);
  return operand(fits, dtype, random_dims(least_rank, most_rank));
}

size_t Builder::partner(DType dtype, const Dims& with, bool only_in) {
  Dims otherwise = with;
  for (int64_t& extent : otherwise) {
    const bool stretched = !only_in && extent == 1 && random_.chance(20);
    if (random_.chance(20)) extent = 1;
    if (stretched) extent = random_.between(2, 3);
  }
  const auto dropped = static_cast<ptrdiff_t>(
      random_.chance(30) ? random_.between(0, static_cast<int64_t>(with.size())) : 0);
  otherwise.erase(otherwise.begin(), otherwise.begin() + dropped);
  const auto fits = [&](const Value& value) {
    if (value.dtype != dtype || (only_in && value.dims.size() > with.size())) return false;
    for (size_t i = 1; i <= std::min(with.size(), value.dims.size()); ++i) {
      const int64_t own = value.dims[value.dims.size() - i], other = with[with.size() - i];
      if (own != other && own != 1 && (only_in || other != 1)) return false;
    }
    return true;
  };
  return operand(fits, dtype, otherwise);
}

bool Builder::add(Node node, size_t outputs) {
  std::vector<const Value*> operands;
  for (const size_t input : node.inputs) {
    operands.push_back(input == omitted ? nullptr : &value(input));
  }
  std::vector<Value> made = evaluate(node, operands, accuracy_);
  if (made.size() != outputs) return false;
  for (const Value& value : made) {
    if (elements(value.dims) > most_elements || value.dims.size() > 6) return false;
  }
  for (Value& value : made) {
    node.outputs.push_back(graph_.slots.size());
    graph_.slots.push_back({Slot::Kind::computed, std::move(value), false});
  }
  graph_.nodes.push_back(std::move(node));
  return true;
}

Graph Builder::finish() {
  std::vector<bool> read(graph_.slots.size());
  for (const Node& node : graph_.nodes) {
    for (const size_t input : node.inputs) {
      if (input != omitted) read[input] = true;
    }
  }
  for (size_t i = 0; i < graph_.slots.size(); ++i) {
    if (graph_.slots[i].kind != Slot::Kind::computed) continue;
    if (!read[i] || random_.chance(15)) graph_.outputs.push_back(i);
  }
  return std::move(graph_);
}

Graph random_graph(uint64_t seed, const Accuracy& accuracy) {
  static const auto families = [] {
    std::vector<std::vector<Family>> all = {element_families(), element_families(),
                                            movement_families(), reduction_families()};
    return all;
  }();
  Builder builder(seed, accuracy);
  const int64_t nodes = builder.random().between(1, 8);
  for (int64_t made = 0, tries = 0; made < nodes && tries < 100; ++tries) {
    const auto& group = builder.random().one_of(families);
    made += builder.random().one_of(group)(builder) ? 1 : 0;
  }
  return builder.finish();
}

}  // namespace tenon::random_graphs
