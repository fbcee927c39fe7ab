// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/level.h"
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/step_walks.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tenon::cpu {
namespace {

using testing::TestTensor;

constexpr Level levels[] = {Level::sse4, Level::avx2, Level::avx512, Level::neon};

testing::RunIsland on_cpu(uint32_t precision) {
  return [precision](const std::vector<uint64_t>& blob, std::vector<TestTensor> inputs,
                     std::vector<TestTensor> outputs) {
    testing::TestDevice device(backend());
    device.set_precision(precision);
    return device.run(blob, std::move(inputs), std::move(outputs));
  };
}

TEST(CpuAttention, does_not_depend_on_pages_chunks_and_neighbours) {
  for (const Level level : levels) {
    if (!has_level(level)) continue;
    const WithLevel with(level);
    for (const uint32_t precision : {TENON_PRECISION_EXACT, TENON_PRECISION_FAST}) {
      for (const DType state : {DType::f32, DType::f16, DType::bf16}) {
        const auto run = on_cpu(precision);
        const auto expected = walk_attention(run, testing::walks().front(), DType::f32, state);
        ASSERT_TRUE(expected.ok()) << expected.status().message();
        for (const testing::Walk& walk : testing::walks()) {
          const auto found = walk_attention(run, walk, DType::f32, state);
          ASSERT_TRUE(found.ok()) << walk.name << ": " << found.status().message();
          EXPECT_TRUE(found->bytes == expected->bytes)
              << walk.name << " on " << to_text(level) << " with a state of " << name_of(state);
        }
      }
    }
  }
}

TestTensor numbers(std::vector<int64_t> dims, const std::vector<int64_t>& values) {
  return testing::tensor(DType::i32, std::move(dims), {values.begin(), values.end()});
}

struct Case {
  std::string mask = "k <= q";
  std::string score = "s";
  int64_t kv_heads = 2, group = 2;
  int64_t size = 16, width = 16;
  int64_t tokens = 30;  // of each of two sequences, their last ones
  int64_t keys = 90;    // of each of them
  int64_t page_rows = 16;
  DType state = DType::f32;
  DType queries = DType::f32;
};

std::string to_text(const Case& c) {
  return fmt::format(
      "{} tokens, {} keys in pages of {}, {} heads by {} of {} and {}, {}, {}, {}, {}", c.tokens,
      c.keys, c.page_rows, c.kv_heads, c.group, c.size, c.width, name_of(c.state),
      name_of(c.queries), c.mask, c.score);
}

// Two sequences of as many keys, in pages from the last one on.
Result<std::vector<TestTensor>> run_case(HostBackend made, uint32_t precision, const Case& c) {
  const int64_t own = (c.keys + c.page_rows - 1) / c.page_rows;
  std::vector<int64_t> owners, positions, pages;
  for (int64_t sequence = 0; sequence < 2; ++sequence) {
    for (int64_t i = 0; i < c.tokens; ++i) {
      owners.push_back(sequence);
      positions.push_back(c.keys - c.tokens + i);
    }
    for (int64_t i = 0; i < own; ++i) pages.push_back(2 * (own - 1 - i) + sequence);
  }
  const int64_t tokens = 2 * c.tokens, heads = c.kv_heads * c.group;
  testing::TestDevice device(std::move(made));
  device.set_precision(precision);
  return device.run_node(
      "tenon.Attend",
      {testing::random_tensor(c.queries, {tokens, heads, c.size}, 1),
       testing::random_tensor(c.state, {2 * own, c.page_rows, c.kv_heads, c.size}, 2),
       testing::random_tensor(c.state, {2 * own, c.page_rows, c.kv_heads, c.width}, 3),
       numbers({tokens}, owners), numbers({tokens}, positions), numbers({2}, {c.keys, c.keys}),
       numbers({2, own}, pages), TestTensor{.dtype = DType::none}, numbers({2}, {5, 20}),
       testing::random_tensor(DType::f32, {8, heads}, 4)},
      {testing::empty_tensor(c.queries, {tokens, heads, c.width})},
      {testing::real("scale", 0.3), testing::word("mask", c.mask),
       testing::word("score", c.score)});
}

// The largest difference from the plain loops in doubles.
double difference(uint32_t precision, const Case& c) {
  const auto expected = run_case(reference::backend(), precision, c);
  const auto found = run_case(backend(), precision, c);
  EXPECT_TRUE(expected.ok() && found.ok()) << to_text(c) << found.status().message();
  if (!expected.ok() || !found.ok()) return INFINITY;
  const std::vector<double> a = (*expected)[0].reals(), b = (*found)[0].reals();
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::fabs(a[i] - b[i]));
  return most;
}

std::vector<Case> cases() {
  return {{},
          {.mask = "true", .size = 64, .width = 64},
          {.mask = "k <= q && q - k < 20", .size = 6, .width = 5},
          {.mask = "k <= q || k < prefix[seq]", .size = 80, .width = 48},
          {.score = "2 * tanh(s / 2)", .size = 128, .width = 128},
          {.score = "s + 0.1 * (k - q) * (h + 1)"},
          {.mask = "true", .score = "s + table[bucket(k - q, 8, 20, true), h]", .size = 24},
          {.group = 1, .size = 64, .width = 64, .tokens = 1, .keys = 1400},
          {.group = 4, .size = 32, .width = 32, .tokens = 2, .keys = 1100, .page_rows = 64},
          {.kv_heads = 1, .group = 7, .size = 40, .width = 40, .tokens = 3, .keys = 700},
          {.kv_heads = 4, .group = 8, .tokens = 70, .keys = 600, .page_rows = 5},
          {.size = 64, .width = 64, .state = DType::f16},
          {.group = 3, .size = 72, .width = 72, .tokens = 1, .state = DType::bf16},
          {.size = 20, .width = 20, .state = DType::bf16, .queries = DType::bf16},
          {.queries = DType::f16}};
}

double rounding(DType dtype) {
  return dtype == DType::f32 ? 0 : dtype == DType::f16 ? 2e-3 : 1.6e-2;
}

TEST(CpuAttention, is_what_a_double_loop_gives) {
  for (const Level level : levels) {
    if (!has_level(level)) continue;
    const WithLevel with(level);
    for (const Case& c : cases()) {
      EXPECT_LE(difference(TENON_PRECISION_EXACT, c), 6e-6 + rounding(c.queries))
          << to_text(c) << " on " << to_text(level);
      EXPECT_LE(difference(TENON_PRECISION_FAST, c), 3e-2 + rounding(c.queries))
          << to_text(c) << " on " << to_text(level);
    }
  }
}

TEST(CpuAttention, pages_that_do_not_exist_hold_nothing_that_is_seen) {
  const auto run = [](HostBackend made) {
    return testing::TestDevice(std::move(made))
        .run_node("tenon.Attend",
                  {testing::random_tensor(DType::f32, {1, 1, 8}, 1),
                   testing::random_tensor(DType::f32, {3, 4, 1, 8}, 2),
                   testing::random_tensor(DType::f32, {3, 4, 1, 8}, 3), numbers({1}, {0}),
                   numbers({1}, {11}), numbers({1}, {12}), numbers({1, 3}, {2, -1, 0})},
                  {testing::empty_tensor(DType::f32, {1, 1, 8})},
                  {testing::word("mask", "k <= q"), testing::word("score", "s")});
  };
  const auto expected = run(reference::backend()), found = run(backend());
  ASSERT_TRUE(expected.ok() && found.ok());
  for (int64_t i = 0; i < 8; ++i) EXPECT_NEAR((*found)[0].real(i), (*expected)[0].real(i), 1e-6);
}

TEST(CpuRotary, turns_halves_and_neighbours) {
  for (const int64_t interleaved : {0, 1}) {
    const auto run = [&](HostBackend made) {
      return testing::TestDevice(std::move(made))
          .run_node("tenon.Rotate",
                    {testing::random_tensor(DType::f32, {3, 2, 70}, 1),
                     testing::random_tensor(DType::f32, {3, 33}, 2),
                     testing::random_tensor(DType::f32, {3, 33}, 3)},
                    {testing::empty_tensor(DType::f32, {3, 2, 70})},
                    {testing::integer("interleaved", interleaved)});
    };
    const auto found = run(backend());
    ASSERT_TRUE(found.ok()) << found.status().message();
    const auto x = testing::random_tensor(DType::f32, {3, 2, 70}, 1).reals();
    const auto c = testing::random_tensor(DType::f32, {3, 33}, 2).reals();
    const auto s = testing::random_tensor(DType::f32, {3, 33}, 3).reals();
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t token = i / 140, place = i % 70;
      const size_t pair = interleaved ? place / 2 : place % 33;
      const bool is_first = interleaved ? place % 2 == 0 : place < 33;
      const size_t step = interleaved ? 1 : 33;
      const double turned = place >= 66 ? x[i]
                            : is_first
                                ? x[i] * c[token * 33 + pair] - x[i + step] * s[token * 33 + pair]
                                : x[i] * c[token * 33 + pair] + x[i - step] * s[token * 33 + pair];
      EXPECT_NEAR((*found)[0].real(static_cast<int64_t>(i)), turned, 1e-6) << i;
    }
  }
}

}  // namespace
}  // namespace tenon::cpu
