// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

// Recurrent against figures of another engine (ONNX Runtime) on the same patterns.
namespace tenon::reference {
namespace {

using testing::integer;
using testing::real;
using testing::TestDevice;
using testing::TestTensor;
using testing::word;
using Reals = std::vector<double>;

constexpr int64_t steps = 3, batch = 2, inputs = 3, hidden = 2;

// (i * factor mod modulus - modulus / 2) / 10
TestTensor pattern(std::vector<int64_t> dims, int64_t factor, int64_t modulus) {
  TestTensor made = testing::empty_tensor(DType::f32, std::move(dims));
  Reals values;
  for (int64_t i = 0; i < made.elements(); ++i) {
    values.push_back(static_cast<double>(i * factor % modulus - modulus / 2) / 10);
  }
  return testing::tensor(DType::f32, made.dims, values);
}

struct Case {
  std::string kind;
  std::string direction = "forward";
  bool peepholes = false;
  Reals lengths = {};
  std::vector<testing::TestAttr> attrs = {};
};

void expect(const Case& c, const std::vector<Reals>& expected) {
  const int64_t d = c.direction == "bidirectional" ? 2 : 1;
  const int64_t rows = (c.kind == "lstm" ? 4 : c.kind == "gru" ? 3 : 1) * hidden;
  const TestTensor none{DType::none, {}, {}};
  const bool lstm = c.kind == "lstm";
  const std::vector<TestTensor> in = {
      pattern({steps, batch, inputs}, 7, 11),
      pattern({d, rows, inputs}, 5, 13),
      pattern({d, rows, hidden}, 3, 17),
      pattern({d, 2 * rows}, 4, 9),
      c.lengths.empty() ? none : testing::tensor(DType::i32, {batch}, c.lengths),
      pattern({d, batch, hidden}, 2, 7),
      lstm ? pattern({d, batch, hidden}, 5, 7) : none,
      c.peepholes ? pattern({d, 3 * hidden}, 3, 5) : none};
  std::vector<TestTensor> out = {testing::empty_tensor(DType::f32, {steps, d, batch, hidden}),
                                 testing::empty_tensor(DType::f32, {d, batch, hidden})};
  if (lstm) out.push_back(out[1]);
  std::vector<testing::TestAttr> attrs = c.attrs;
  attrs.push_back(word("kind", c.kind));
  attrs.push_back(word("direction", c.direction));
  const auto y = TestDevice(backend()).run_node("Recurrent", in, out, attrs);
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ(y->size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const Reals found = (*y)[i].reals();
    ASSERT_EQ(found.size(), expected[i].size());
    for (size_t k = 0; k < found.size(); ++k) {
      EXPECT_NEAR(found[k], expected[i][k], 2e-6) << "output " << i << " element " << k;
    }
  }
}

TEST(ReferenceRecurrent, lstm_both_ways_with_peepholes_clip_and_lengths) {
  expect({"lstm", "bidirectional", true, {3, 2}, {real("clip", 1)}},
         {{-0.155873, 0.057688,  0.007467, -0.134359, 0.105236, 0.072579,  -0.033422, 0.028586,
           -0.049442, -0.059807, 0.022469, -0.162921, 0.051816, 0.035620,  0.002334,  -0.020662,
           0.057094,  -0.021119, 0.000000, 0.000000,  0.106502, -0.006395, 0.000000,  0.000000},
          {0.057094, -0.021119, 0.022469, -0.162921, 0.105236, 0.072579, -0.033422, 0.028586},
          {0.116049, -0.040240, 0.036596, -0.280051, 0.228360, 0.213212, -0.072479, 0.066656}});
}

TEST(ReferenceRecurrent, lstm_with_coupled_forget_gate) {
  expect({"lstm", "forward", false, {}, {integer("input_forget", 1)}},
         {{-0.144081, 0.080851, 0.007469, -0.142988, -0.057869, -0.036000, 0.023503, -0.195016,
           0.054651, -0.007443, 0.074118, -0.098142},
          {0.054651, -0.007443, 0.074118, -0.098142},
          {0.109649, -0.014145, 0.152202, -0.189950}});
}

TEST(ReferenceRecurrent, gru_backwards_resets_before) {
  expect({"gru", "reverse", false, {}, {integer("linear_before_reset", 0)}},
         {{0.169430, 0.157348, 0.363491, 0.501243, 0.270843, 0.263081, 0.401098, 0.446292, 0.014372,
           0.103494, 0.294522, 0.384607},
          {0.169430, 0.157348, 0.363491, 0.501243}});
}

TEST(ReferenceRecurrent, gru_with_lengths_resets_after) {
  expect({"gru", "forward", false, {2, 3}, {integer("linear_before_reset", 1)}},
         {{-0.126236, -0.259046, 0.299600, 0.221185, 0.171393, -0.100119, 0.404608, 0.172759,
           0.000000, 0.000000, 0.418511, 0.176661},
          {0.171393, -0.100119, 0.418511, 0.176661}});
}

TEST(ReferenceRecurrent, rnn_with_a_named_activation) {
  expect(
      {"rnn",
       "forward",
       false,
       {},
       {testing::words("activations", {"LeakyRelu"}), testing::reals("activation_alpha", {0.3})}},
      {{0.490000, 0.050000, -0.198000, -0.138000, -0.245100, -0.177900, -0.042780, -0.151260,
        0.385030, 0.131230, 0.239854, 0.063430},
       {0.385030, 0.131230, 0.239854, 0.063430}});
}

TEST(ReferenceRecurrent, a_length_beyond_the_steps_is_an_error) {
  const testing::TestHost host;
  const auto y = TestDevice(backend()).run_node("Recurrent",
                                                {pattern({2, 1, 1}, 1, 3),
                                                 pattern({1, 1, 1}, 1, 3),
                                                 pattern({1, 1, 1}, 1, 3),
                                                 {DType::none, {}, {}},
                                                 testing::tensor(DType::i32, {1}, {3})},
                                                {testing::empty_tensor(DType::f32, {2, 1, 1, 1})},
                                                {word("kind", "rnn")});
  EXPECT_EQ(y.status().code(), Code::invalid);
  EXPECT_EQ(host.last_failure(), "Recurrent \"n0\": sequence 0 has length 3, expected 0 to 2");
}

}  // namespace
}  // namespace tenon::reference
