// SPDX-License-Identifier: Apache-2.0
#include "tenon/tenon.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

namespace tenon {
namespace {

const std::string models = TENON_SOURCE_DIR "/tests/models/";

Engine make_engine(Options more = {}) {
  Options options = {{"plugins", TENON_BINARY_DIR "/lib/tenon/plugins/1"}, {"search", "none"}};
  options.insert(options.end(), more.begin(), more.end());
  return Engine(options);
}

Tensor integers(std::vector<int64_t> values) {
  const auto count = static_cast<int64_t>(values.size());
  return Tensor::of<int64_t>({count}, values, TENON_I64);
}

// relu(x w + b) of linear.onnx for x of 2 x 3: w = [[1,-1],[2,1],[0,3]], b = 1.
const std::vector<float> x = {1, 2, 3, -4, 0, 1};
const std::vector<float> y = {6, 11, 0, 8};

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no failure";
}

TEST(Engine, runs_a_model_on_a_named_device) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  Session session = model.session("reference");
  const std::vector<Tensor> inputs = {Tensor::of_f32({2, 3}, x)};
  const std::vector<Tensor> outputs = session.run(inputs);
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].name, "y");
  EXPECT_EQ(outputs[0].dims, (std::vector<int64_t>{2, 2}));
  EXPECT_TRUE(std::ranges::equal(outputs[0].as<float>(), y));
}

TEST(Engine, says_what_is_wrong_with_an_input) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  Session session = model.session("reference");
  const auto run = [&](std::vector<Tensor> inputs) {
    return failure_of([&] { session.run(inputs); });
  };
  EXPECT_EQ(run({}), "input \"x\" is missing");
  EXPECT_EQ(run({Tensor::of_f32({3, 2}, x)}),
            "input \"x\": extent 3 on axis 0, the model takes [2,3]");
  EXPECT_EQ(run({Tensor::of_f32({6}, x)}), "input \"x\": 1 dims given, the model takes [2,3]");
  EXPECT_EQ(run({integers({1})}), "input \"x\": i64 given, the model takes f32");
  Tensor other = Tensor::of_f32({2, 3}, x);
  other.name = "z";
  EXPECT_EQ(run({other}), "the model has no input \"z\"");
}

TEST(Engine, sizes_that_are_read_from_an_input_are_host_control) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "mixed.onnx");
  Session session = model.session("reference");
  const std::vector<float> ones(12, 1.0f);
  for (const auto& dims : {std::vector<int64_t>{3, 4}, {12, 1}, {3, 4}, {2, -1}}) {
    const std::vector<Tensor> inputs = {Tensor::of_f32({2, 6}, ones), integers(dims)};
    const Tensor output = session.run(inputs).front();
    EXPECT_EQ(output.dims[0], dims[0]);
    EXPECT_EQ(output.dims[1], dims[1] < 0 ? 6 : dims[1]);
    EXPECT_NEAR(output.as<float>()[0], 1 / 6.0, 1e-6);
  }
  EXPECT_NE(session.describe().find("\"host_control\""), std::string::npos);
  const std::vector<Tensor> wrong = {Tensor::of_f32({2, 6}, ones), integers({5, 5})};
  EXPECT_NE(failure_of([&] { session.run(wrong); }), "no failure");
}

TEST(Engine, a_cancelled_run_leaves_the_session_usable) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  Session session = model.session("reference");
  const std::vector<Tensor> inputs = {Tensor::of_f32({2, 3}, x)};
  const tenon_cancel cancel = {nullptr, [](void*) -> tenon_status { return TENON_CANCELLED; }};
  try {
    session.run(inputs, &cancel);
    FAIL() << "the run was not cancelled";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), TENON_CANCELLED) << error.what();
  }
  EXPECT_TRUE(std::ranges::equal(session.run(inputs).front().as<float>(), y));
}

TEST(Engine, many_threads_may_share_a_session_and_a_model) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  Session shared = model.session("reference");
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Session own = model.session("reference");
      const std::vector<Tensor> inputs = {Tensor::of_f32({2, 3}, x)};
      for (int round = 0; round < 20; ++round) {
        right += std::ranges::equal(shared.run(inputs).front().as<float>(), y);
        right += std::ranges::equal(own.run(inputs).front().as<float>(), y);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 160);
}

TEST(Engine, a_tap_returns_a_value_inside_the_model) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  Session session = model.session("reference", {{"tap", "p"}});
  const std::vector<Tensor> inputs = {Tensor::of_f32({2, 3}, x)};
  const std::vector<Tensor> outputs = session.run(inputs);
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[1].name, "p");
  EXPECT_TRUE(std::ranges::equal(outputs[1].as<float>(), std::vector<float>{5, 10, -4, 7}));
  EXPECT_TRUE(std::ranges::equal(outputs[0].as<float>(), y));
}

TEST(Engine, devices_are_named_when_one_is_not_there) {
  const Engine engine = make_engine();
  const Model model = engine.load(models + "linear.onnx");
  const std::string text = failure_of([&] { model.session("abacus"); });
  EXPECT_NE(text.find("there is no device \"abacus\"; devices are: "), std::string::npos) << text;
  EXPECT_NE(text.find("reference"), std::string::npos) << text;
}

TEST(Engine, options_that_do_not_exist_are_refused_with_those_that_do) {
  const std::string text = failure_of([] { Engine(Options{{"plugin", "x"}}); });
  EXPECT_NE(text.find("option \"plugin\" is not known; options are: plugins,"), std::string::npos)
      << text;
}

TEST(Engine, models_and_engines_come_and_go) {
  for (int round = 0; round < 20; ++round) {
    const Engine engine = make_engine();
    const Model model = engine.load(models + "linear.onnx");
    Session session = model.session("reference");
    const std::vector<Tensor> inputs = {Tensor::of_f32({2, 3}, x)};
    ASSERT_TRUE(std::ranges::equal(session.run(inputs).front().as<float>(), y));
  }
}

}  // namespace
}  // namespace tenon
