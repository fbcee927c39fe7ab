// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/mapping.h"

#include "core/ops/framework/constants.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenon::ops {
namespace {

bool is_nan(double key) { return std::isnan(key); }
bool is_nan(int64_t) { return false; }

// The keys that a type can hold are looked up as it holds them.
double rounded(double key, DType dtype) {
  return dtype == DType::f32 ? static_cast<double>(static_cast<float>(key)) : key;
}
int64_t rounded(int64_t key, DType) { return key; }

// Places of the distinct keys, by rising key; NaN is left out and told apart.
template <class T>
std::vector<int64_t> rising(const std::vector<T>& keys, int64_t& nan) {
  std::vector<int64_t> order;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!is_nan(keys[i])) {
      order.push_back(static_cast<int64_t>(i));
    } else if (nan < 0) {
      nan = static_cast<int64_t>(i);
    }
  }
  const auto key = [&](int64_t place) { return keys[static_cast<size_t>(place)]; };
  std::ranges::stable_sort(order, {}, key);
  const auto same = [&](int64_t a, int64_t b) { return key(a) == key(b); };
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
  return order;
}

// `sorted`: the keys by rising value, from the places `order` of the list; `count` of these.
ValueId find_places(ExpandContext& c, ValueId x, ValueId sorted, std::vector<int64_t> order,
                    size_t count, int64_t nan) {
  Attributes attributes;
  if (nan >= 0) attributes["nan"] = static_cast<int64_t>(order.size()) + 1;
  const ValueId operands[] = {x, sorted};
  const ValueId found = c.add_many("Lookup", operands, std::move(attributes), 1, "tenon").front();
  // From the place among the sorted keys to that in the list; then missing, then NaN.
  order.push_back(static_cast<int64_t>(count));
  order.push_back(nan);
  return c.add("Gather", {vector_constant(c, DType::i64, order), found});
}

template <class T>
ValueId find_numbers(ExpandContext& c, ValueId x, std::vector<T> keys) {
  for (T& key : keys) key = rounded(key, c.dtype_of(x));
  int64_t nan = -1;
  std::vector<int64_t> order = rising(keys, nan);
  std::vector<T> sorted;
  for (const int64_t place : order) sorted.push_back(keys[static_cast<size_t>(place)]);
  const ValueId table = vector_constant(c, c.dtype_of(x), sorted);
  return find_places(c, x, table, std::move(order), keys.size(), nan);
}

}  // namespace

ValueId place_of(ExpandContext& c, ValueId x, const std::vector<double>& keys) {
  return find_numbers(c, x, keys);
}

ValueId place_of(ExpandContext& c, ValueId x, const std::vector<int64_t>& keys) {
  return find_numbers(c, x, keys);
}

// Texts are looked up by their numbers, which are equal for equal texts.
ValueId place_of(ExpandContext& c, ValueId x, const std::vector<std::string>& keys) {
  std::vector<int64_t> numbers;
  for (const std::string& key : keys) numbers.push_back(c.graph().strings->keep(key));
  int64_t nan = -1;
  std::vector<int64_t> order = rising(numbers, nan);
  std::vector<std::string> sorted;
  for (const int64_t place : order) sorted.push_back(keys[static_cast<size_t>(place)]);
  return find_places(c, x, c.strings(sorted), std::move(order), keys.size(), nan);
}

}  // namespace tenon::ops
