// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constant_host.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/reference/reference.h"

#include <gtest/gtest.h>

#include <cstring>

// Recurrent against the reference backend at every level.
namespace tenon::cpu {
namespace {

using testing::empty_tensor;
using testing::integer;
using testing::random_tensor;
using testing::real;
using testing::TestAttr;
using testing::TestTensor;
using testing::word;

const TestTensor none = {DType::none, {}, {}};

// Small numbers: what one step rounds does not grow in those after it.
TestTensor small_tensor(std::vector<int64_t> dims, uint32_t seed) {
  const TestTensor wide = random_tensor(DType::f32, std::move(dims), seed);
  std::vector<double> values = wide.reals();
  for (double& value : values) value /= 4;
  return testing::tensor(DType::f32, wide.dims, values);
}

struct Case {
  std::string kind;
  int64_t directions = 1;
  int64_t steps = 3;
  int64_t batch = 1;
  int64_t inputs = 7;
  int64_t hidden = 19;
  bool has_all = false;  // lengths, states, peepholes
  std::vector<TestAttr> attrs = {};

  int64_t rows() const { return (kind == "lstm" ? 4 : kind == "gru" ? 3 : 1) * hidden; }

  std::vector<TestTensor> in() const {
    const auto f32 = small_tensor;
    std::vector<TestTensor> made = {
        f32({steps, batch, inputs}, 1), f32({directions, rows(), inputs}, 2),
        f32({directions, rows(), hidden}, 3), f32({directions, 2 * rows()}, 4)};
    if (!has_all) return made;
    std::vector<double> lengths;
    for (int64_t i = 0; i < batch; ++i) {
      lengths.push_back(static_cast<double>(steps - i % (steps + 1)));
    }
    made.push_back(testing::tensor(DType::i32, {batch}, lengths));
    made.push_back(f32({directions, batch, hidden}, 5));
    const bool is_lstm = kind == "lstm";
    made.push_back(is_lstm ? f32({directions, batch, hidden}, 6) : none);
    made.push_back(is_lstm ? f32({directions, 3 * hidden}, 7) : none);
    return made;
  }
  std::vector<TestTensor> out() const {
    std::vector<TestTensor> made = {empty_tensor(DType::f32, {steps, directions, batch, hidden}),
                                    empty_tensor(DType::f32, {directions, batch, hidden})};
    if (kind == "lstm") made.push_back(made[1]);
    return made;
  }
  std::vector<TestAttr> all_attrs() const {
    std::vector<TestAttr> made = attrs;
    made.push_back(word("kind", kind));
    if (directions == 2) made.push_back(word("direction", "bidirectional"));
    return made;
  }
};

const std::vector<Case> cases = {
    {.kind = "lstm"},
    {.kind = "lstm",
     .directions = 2,
     .steps = 12,
     .batch = 5,
     .has_all = true,
     .attrs = {real("clip", 1.5)}},
    {.kind = "lstm", .steps = 40, .attrs = {integer("input_forget", 1)}},
    {.kind = "gru", .steps = 40, .batch = 2},
    {.kind = "gru",
     .directions = 2,
     .batch = 5,
     .has_all = true,
     .attrs = {integer("linear_before_reset", 1)}},
    {.kind = "rnn",
     .steps = 11,
     .batch = 3,
     .has_all = true,
     .attrs = {word("direction", "reverse")}},
};

TEST(CpuRecurrent, cells_do_what_the_reference_does) {
  for (const Case& c : cases) {
    const auto expected = testing::TestDevice(reference::backend())
                              .run_node("Recurrent", c.in(), c.out(), c.all_attrs());
    ASSERT_TRUE(expected.ok()) << expected.status().message();
    each_level([&](Level level) {
      SCOPED_TRACE(c.kind + " at " + std::string(to_text(level)));
      const auto y =
          run_with_constants(backend(), "Recurrent", c.in(), 1, {4, 5, 6}, c.out(), c.all_attrs());
      ASSERT_TRUE(y.ok()) << y.status().message();
      for (size_t i = 0; i < y->size(); ++i) {
        for (int64_t k = 0; k < (*y)[i].elements(); ++k) {
          ASSERT_NEAR((*y)[i].real(k), (*expected)[i].real(k), 1e-5) << "output " << i << ", " << k;
        }
      }
    });
  }
}

TEST(CpuRecurrent, a_sequence_is_the_same_bits_beside_others) {
  Case many = {.kind = "lstm", .steps = 9, .batch = 5};
  Case one = many;
  one.batch = 1;
  std::vector<TestTensor> alone = one.in();
  const std::vector<TestTensor> together = many.in();
  const auto bytes = static_cast<size_t>(many.inputs) * 4;
  for (int64_t t = 0; t < many.steps; ++t) {
    std::memcpy(alone[0].bytes.data() + static_cast<size_t>(t) * bytes,
                together[0].bytes.data() + static_cast<size_t>(t * many.batch + 3) * bytes, bytes);
  }
  const auto a =
      run_with_constants(backend(), "Recurrent", alone, 1, {}, one.out(), one.all_attrs());
  const auto b =
      run_with_constants(backend(), "Recurrent", together, 1, {}, many.out(), many.all_attrs());
  ASSERT_TRUE(a.ok() && b.ok());
  for (int64_t i = 0; i < one.hidden; ++i) {
    ASSERT_EQ((*a)[1].real(i), (*b)[1].real(3 * one.hidden + i)) << "element " << i;
  }
}

}  // namespace
}  // namespace tenon::cpu
