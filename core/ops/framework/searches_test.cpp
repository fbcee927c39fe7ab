// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/searches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace tenon::ops {
namespace {

using Integers = std::vector<int64_t>;

template <class T>
HostValue tensor(DType dtype, Integers dims, const std::vector<T>& elements) {
  Result<HostTensor> made = make_tensor(dtype, std::move(dims));
  std::memcpy(made->data.get(), elements.data(), made->bytes);
  return HostValue::of(std::move(*made));
}
HostValue number(int32_t element) { return tensor<int32_t>(DType::i32, {1}, {element}); }

std::vector<int32_t> integers_of(const HostValue& value) {
  const auto* begin = reinterpret_cast<const int32_t*>(value.tensor.data.get());
  return {begin, begin + value.tensor.elements()};
}

// A search with a decoder that counts: behind token t comes t + 1, or, less probably, t + 2, of 8
// tokens. Token 7 is the end, 0 is padding. The state has one element a token.
class Search : private BodyRunner {
 public:
  explicit Search(std::string_view name) : op_(find_op("com.microsoft", name)) {
    Body body;
    const auto add = [&](std::string input, DType dtype, const Integers& dims) {
      Value value;
      value.name = std::move(input);
      value.dtype = dtype;
      value.ranked = true;
      for (const int64_t extent : dims) value.dims.push_back(graph_.exprs->integer(extent));
      body.inputs.push_back(graph_.add_value(std::move(value)));
    };
    add("input_ids", DType::i32, {1, 1});
    add("position_ids", DType::i32, {1, 1});
    add("attention_mask", DType::i32, {1, 1});
    add("past_0", DType::f32, {2, 1, 1, 1, 1});
    body.outputs = {graph_.add_value({}), graph_.add_value({})};
    graph_.bodies.resize(1);
    graph_.bodies.push_back(std::move(body));
    node_.attributes = {
        {"decoder", BodyReference{1}}, {"eos_token_id", int64_t{7}}, {"pad_token_id", int64_t{0}}};
  }

  // The outputs, or none after a failure, which message() tells.
  std::vector<HostValue> run(const std::vector<HostValue>& inputs, size_t outputs) {
    node_.inputs.assign(inputs.size(), no_id);
    for (size_t i = 0; i < outputs; ++i) node_.outputs.push_back(graph_.add_value({}));
    InferContext infer(graph_, node_);
    Status status = op_->infer(infer);
    std::vector<const HostValue*> given;
    for (const HostValue& input : inputs) given.push_back(input.tensor.data ? &input : nullptr);
    HostContext context(graph_, node_, given, *this);
    if (status.ok()) status = op_->host(context);
    message_ = status.message();
    return status.ok() ? context.results() : std::vector<HostValue>();
  }
  const std::string& message() const { return message_; }
  Node& node() { return node_; }
  Graph& graph() { return graph_; }

  // What the decoder was given, call by call.
  std::vector<std::vector<HostValue>> calls;

 private:
  Result<std::vector<HostValue>> run(const Node&, uint32_t,
                                     std::span<const HostValue> inputs) override {
    calls.emplace_back(inputs.begin(), inputs.end());
    const std::vector<int32_t> tokens = integers_of(inputs[0]);
    const int64_t rows = inputs[0].tensor.dims[0], length = inputs[0].tensor.dims[1];
    std::vector<float> logits(tokens.size() * 8, -10);
    for (size_t i = 0; i < tokens.size(); ++i) {
      logits[i * 8 + static_cast<size_t>(tokens[i] + 1) % 8] = 2;
      logits[i * 8 + static_cast<size_t>(tokens[i] + 2) % 8] = 1;
    }
    const int64_t all = inputs[3].tensor.dims[3] + length;
    const std::vector<float> state(static_cast<size_t>(2 * rows * all));
    return std::vector<HostValue>{tensor(DType::f32, {rows, length, 8}, logits),
                                  tensor(DType::f32, {2, rows, 1, all, 1}, state)};
  }
  Status poll() const override { return {}; }

  const Op* op_;
  Graph graph_;
  Node node_;
  std::string message_;
};

TEST(GreedySearch, takes_the_most_probable_token_until_the_end) {
  Search search("GreedySearch");
  const auto made = search.run({tensor<int32_t>(DType::i32, {2, 2}, {1, 2, 0, 4}), number(8)}, 1);
  ASSERT_EQ(made.size(), 1u) << search.message();
  EXPECT_EQ(made[0].tensor.dims, (Integers{2, 8}));
  EXPECT_EQ(integers_of(made[0]),
            (std::vector<int32_t>{1, 2, 3, 4, 5, 6, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0}));
  EXPECT_EQ(search.calls.size(), 5u);
}

TEST(GreedySearch, padding_is_masked_and_has_no_position) {
  Search search("GreedySearch");
  search.run({tensor<int32_t>(DType::i32, {2, 2}, {1, 2, 0, 4}), number(4)}, 1);
  ASSERT_EQ(search.calls.size(), 2u) << search.message();
  EXPECT_EQ(integers_of(search.calls[0][1]), (std::vector<int32_t>{0, 1, 0, 0}));
  EXPECT_EQ(integers_of(search.calls[0][2]), (std::vector<int32_t>{1, 1, 0, 1}));
  EXPECT_EQ(search.calls[0][3].tensor.dims, (Integers{2, 2, 1, 0, 1}));
  EXPECT_EQ(integers_of(search.calls[1][0]), (std::vector<int32_t>{3, 5}));
  EXPECT_EQ(integers_of(search.calls[1][1]), (std::vector<int32_t>{2, 1}));
  EXPECT_EQ(integers_of(search.calls[1][2]), (std::vector<int32_t>{1, 1, 1, 0, 1, 1}));
  EXPECT_EQ(search.calls[1][3].tensor.dims, (Integers{2, 2, 1, 2, 1}));
}

TEST(Sampling, a_small_share_leaves_the_most_probable_token) {
  Search search("Sampling");
  search.node().attributes["top_p"] = 0.5;
  const auto made = search.run({tensor<int32_t>(DType::i32, {1, 2}, {1, 2}), number(6)}, 2);
  ASSERT_EQ(made.size(), 2u) << search.message();
  EXPECT_EQ(integers_of(made[0]), (std::vector<int32_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(made[1].tensor.dims, (Integers{1, 8}));
}

TEST(Sampling, a_seed_draws_the_same_tokens_again) {
  const auto drawn = [](int32_t seed) {
    Search search("Sampling");
    search.node().attributes["top_p"] = 1.0;
    search.node().attributes["temperature"] = 4.0;
    search.node().attributes["eos_token_id"] = int64_t{-1};
    const auto made = search.run({tensor<int32_t>(DType::i32, {1, 1}, {1}),
                                  number(30),
                                  {},
                                  {},
                                  {},
                                  {},
                                  {},
                                  {},
                                  number(seed)},
                                 1);
    return made.empty() ? std::vector<int32_t>() : integers_of(made[0]);
  };
  EXPECT_EQ(drawn(7).size(), 30u);
  EXPECT_EQ(drawn(7), drawn(7));
  EXPECT_NE(drawn(7), drawn(8));
}

TEST(BeamSearch, gives_the_best_sequences_with_their_scores) {
  Search search("BeamSearch");
  const auto made = search.run(
      {tensor<int32_t>(DType::i32, {1, 1}, {4}), number(3), {}, number(2), number(2)}, 3);
  ASSERT_EQ(made.size(), 3u) << search.message();
  EXPECT_EQ(made[0].tensor.dims, (Integers{1, 2, 3}));
  // A token more or two more: a logarithm of -0.3133 or -1.3133. 4 5 has its end then.
  EXPECT_EQ(integers_of(made[0]), (std::vector<int32_t>{4, 5, 6, 4, 5, 0}));
  const auto* scores = reinterpret_cast<const float*>(made[1].tensor.data.get());
  EXPECT_NEAR(scores[0], 2 * -0.3133f / 3, 1e-3);
  EXPECT_NEAR(scores[1], (-0.3133f - 1.3133f) / 2, 1e-3);
  EXPECT_EQ(made[2].tensor.dims, (Integers{2, 1, 2, 8}));
}

TEST(BeamSearch, says_what_does_not_fit) {
  Search longer("BeamSearch");
  longer.run({tensor<int32_t>(DType::i32, {1, 2}, {4, 5}), number(2), {}, number(2), number(2)}, 1);
  EXPECT_EQ(longer.message(), "max_length is 2, but 2 tokens are given");
  Search more("BeamSearch");
  more.run({tensor<int32_t>(DType::i32, {1, 1}, {4}), number(3), {}, number(2), number(3)}, 1);
  EXPECT_EQ(more.message(), "3 sequences are wanted of 2 beams, expected 1 to as many as beams");
  Search type("BeamSearch");
  type.node().attributes["model_type"] = int64_t{1};
  type.run({tensor<int32_t>(DType::i32, {1, 1}, {4})}, 1);
  EXPECT_EQ(type.message(), "model_type is 1, and there is no encoder");
}

TEST(BeamSearch, decoders_with_caches_in_place_are_refused) {
  Search search("BeamSearch");
  search.graph().value(search.graph().bodies[1].inputs[1]).name = "cache_indirection";
  search.run({tensor<int32_t>(DType::i32, {1, 1}, {4})}, 1);
  EXPECT_EQ(search.message(),
            "decoder: it takes \"cache_indirection\": caches in place; export it without them");
}

}  // namespace
}  // namespace tenon::ops
