// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/step_walks.h"

#include <algorithm>
#include <cmath>

namespace tenon::testing {
namespace {

constexpr int64_t tokens = 90;

// Of the tensor's first axis.
TestTensor rows_of(const TestTensor& from, int64_t begin, int64_t count) {
  TestTensor made = from;
  made.dims[0] = count;
  const size_t row = from.bytes.size() / static_cast<size_t>(from.dims[0]);
  const auto first = from.bytes.begin() + static_cast<std::ptrdiff_t>(row) * begin;
  made.bytes.assign(first, first + static_cast<std::ptrdiff_t>(row) * count);
  return made;
}

void append(TestTensor& to, const TestTensor& rows) {
  to.dims[0] += rows.dims[0];
  to.bytes.insert(to.bytes.end(), rows.bytes.begin(), rows.bytes.end());
}

TestTensor numbers(const std::vector<int64_t>& values, std::vector<int64_t> dims = {}) {
  if (dims.empty()) dims = {static_cast<int64_t>(values.size())};
  return tensor(DType::i32, std::move(dims), {values.begin(), values.end()});
}

// |x| times a factor.
TestTensor positive(std::vector<int64_t> dims, uint32_t seed, double factor) {
  TestTensor made = random_tensor(DType::f32, std::move(dims), seed);
  std::vector<double> values = made.reals();
  for (double& value : values) value = std::fabs(value) * factor;
  return tensor(DType::f32, made.dims, values);
}

// The tokens of one step: first those of the neighbour, if there is one, then ours.
struct Step {
  int64_t done = 0;
  int64_t count = 0;
  int64_t beside = 0;  // of the neighbour, before and now

  // Rows of a tensor of all tokens, the neighbour's being others of it.
  TestTensor take(const TestTensor& all) const {
    TestTensor made = rows_of(all, (done + 7) % (tokens - 40), beside);
    append(made, rows_of(all, done, count));
    return made;
  }
};

std::vector<Step> steps_of(const Walk& walk) {
  std::vector<Step> steps;
  int64_t done = 0;
  for (const int64_t count : walk.chunks) {
    steps.push_back({done, count, walk.has_neighbour ? std::min<int64_t>(count, 3) : 0});
    done += count;
  }
  return steps;
}

// A graph that is written with the tensors that go into it and come out of it.
class Island {
 public:
  uint32_t give(TestTensor tensor) {
    const uint32_t value = blob_.input(tensor.dtype, tensor.dims);
    inputs_.push_back(std::move(tensor));
    return value;
  }
  uint32_t made(const TestTensor& like) { return blob_.value(like.dtype, like.dims); }
  uint32_t result(const TestTensor& like) {
    const uint32_t value = made(like);
    blob_.output(value);
    outputs_.push_back(empty_tensor(like.dtype, like.dims));
    return value;
  }
  BlobWriter& blob() { return blob_; }
  Result<std::vector<TestTensor>> run(const RunIsland& run) {
    return run(blob_.finish(), std::move(inputs_), std::move(outputs_));
  }

 private:
  BlobWriter blob_;
  std::vector<TestTensor> inputs_, outputs_;
};

}  // namespace

std::vector<Walk> walks() {
  const std::vector<int64_t> singly(tokens, 1);
  return {{"at once, pages of 16", 16, {tokens}},
          {"at once, pages of 64", 64, {tokens}},
          {"in chunks, pages of 5", 5, {33, 1, 1, 40, 15}},
          {"one by one, pages of 16", 16, singly},
          {"in chunks beside another, pages of 64", 64, {20, 50, 20}, true},
          {"one by one beside another, pages of 16", 16, singly, true}};
}

Result<TestTensor> walk_attention(const RunIsland& run, const Walk& walk, DType rows, DType state) {
  constexpr int64_t heads = 4, kv_heads = 2, size = 5;
  const TestTensor q = random_tensor(rows, {tokens, heads, size}, 1);
  const TestTensor k = random_tensor(rows, {tokens, kv_heads, size}, 2);
  const TestTensor v = random_tensor(rows, {tokens, kv_heads, size}, 3);
  const int64_t own = (tokens + walk.page_rows - 1) / walk.page_rows;
  // Ours are every other page, from the last one on; the neighbour has the rest.
  const auto page = [&](bool is_ours, int64_t i) { return 2 * (own - 1 - i) + (is_ours ? 1 : 0); };
  TestTensor keys = empty_tensor(state, {2 * own, walk.page_rows, kv_heads, size});
  TestTensor values = keys;
  TestTensor all = empty_tensor(rows, {0, heads, size});
  int64_t beside = 0;
  for (const Step& step : steps_of(walk)) {
    std::vector<int64_t> slots, owners, positions, pages;
    const auto add = [&](bool is_ours, int64_t position) {
      slots.push_back(page(is_ours, position / walk.page_rows) * walk.page_rows +
                      position % walk.page_rows);
      owners.push_back(is_ours && walk.has_neighbour ? 1 : 0);
      positions.push_back(position);
    };
    for (int64_t i = 0; i < step.beside; ++i) add(false, (beside + i) % tokens);
    for (int64_t i = 0; i < step.count; ++i) add(true, step.done + i);
    std::vector<int64_t> lengths = {step.done + step.count};
    beside = std::min(beside + step.beside, tokens);
    if (walk.has_neighbour) lengths.insert(lengths.begin(), beside);
    for (const bool is_ours : {false, true}) {
      for (int64_t i = 0; i < own && (is_ours || walk.has_neighbour); ++i) {
        pages.push_back(page(is_ours, i));
      }
    }
    Island island;
    const uint32_t old_keys = island.give(keys), old_values = island.give(values);
    const uint32_t slot = island.give(numbers(slots));
    const uint32_t new_keys = island.result(keys), new_values = island.result(values);
    const TestTensor queries = step.take(q);
    island.blob().node("tenon.StateWrite", {old_keys, island.give(step.take(k)), slot}, {new_keys},
                       {ints("in_place", {0, 0})});
    island.blob().node("tenon.StateWrite", {old_values, island.give(step.take(v)), slot},
                       {new_values}, {ints("in_place", {0, 0})});
    const std::vector<uint32_t> operands = {
        island.give(queries),
        new_keys,
        new_values,
        island.give(numbers(owners)),
        island.give(numbers(positions)),
        island.give(numbers(lengths)),
        island.give(numbers(pages, {static_cast<int64_t>(lengths.size()), own}))};
    island.blob().node("tenon.Attend", operands, {island.result(queries)},
                       {real("scale", 0.4), word("mask", "k <= q && q - k < 80"),
                        word("score", "9 * tanh(s / 9) + 0.01 * (k - q) * (h + 1)")});
    TENON_TRY_ASSIGN(std::vector<TestTensor> made, island.run(run));
    keys = std::move(made[0]);
    values = std::move(made[1]);
    append(all, rows_of(made[2], step.beside, step.count));
  }
  return all;
}

Result<TestTensor> walk_recurrences(const RunIsland& run, const Walk& walk) {
  constexpr int64_t channels = 3, taps = 4, depth = 2, heads = 2, size = 3;
  const TestTensor x = random_tensor(DType::f32, {tokens, channels}, 1);
  const TestTensor dt = positive({tokens, channels}, 2, 0.3);
  const TestTensor pairs = random_tensor(DType::f32, {tokens, depth}, 3);
  const TestTensor r = random_tensor(DType::f32, {tokens, heads, size}, 4);
  const TestTensor k = random_tensor(DType::f32, {tokens, heads, size}, 5);
  const TestTensor rates = positive({channels, depth}, 6, -1);
  const TestTensor fades = positive({heads, size}, 7, 0.45);
  TestTensor past = random_tensor(DType::f32, {3, channels, taps - 1}, 8);
  TestTensor scans = random_tensor(DType::f32, {3, channels, depth}, 9);
  TestTensor matrices = random_tensor(DType::f32, {3, heads, size, size}, 10);
  TestTensor all = empty_tensor(DType::f32, {0, channels + heads * size});
  for (const Step& step : steps_of(walk)) {
    Island island;
    BlobWriter& blob = island.blob();
    std::vector<int64_t> starts = {0, step.beside, step.beside + step.count}, slots = {0, 2};
    if (!walk.has_neighbour) starts = {0, step.count};
    if (!walk.has_neighbour) slots = {2};
    const uint32_t start = island.give(numbers(starts)), slot = island.give(numbers(slots));
    const std::vector<TestAttr> in_place = {ints("in_place", {1, 5})};
    const TestTensor some = step.take(x);
    const uint32_t mixed = island.made(some);
    blob.node("tenon.CausalConv",
              {island.give(some), island.give(random_tensor(DType::f32, {channels, taps}, 11)),
               TENON_NONE, island.give(past), start, slot},
              {mixed, island.result(past)}, {ints("in_place", {1, 3})});
    const uint32_t pair = island.give(step.take(pairs));
    blob.node("tenon.SelectiveScan",
              {mixed, island.give(step.take(dt)), island.give(rates), pair, pair, TENON_NONE,
               island.give(scans), start, slot},
              {island.result(some), island.result(scans)}, {ints("in_place", {1, 6})});
    const TestTensor key = step.take(k);
    const uint32_t fade = island.give(fades), keys = island.give(key);
    blob.node(
        "tenon.Wkv",
        {island.give(step.take(r)), keys, keys, fade, fade, island.give(matrices), start, slot},
        {island.result(key), island.result(matrices)}, in_place);
    TENON_TRY_ASSIGN(std::vector<TestTensor> made, island.run(run));
    past = std::move(made[0]);
    scans = std::move(made[2]);
    matrices = std::move(made[4]);
    for (int64_t t = step.beside; t < step.beside + step.count; ++t) {
      TestTensor row = rows_of(made[1], t, 1);
      const TestTensor other = rows_of(made[3], t, 1);
      row.bytes.insert(row.bytes.end(), other.bytes.begin(), other.bytes.end());
      append(all, row);
    }
  }
  return all;
}

}  // namespace tenon::testing
