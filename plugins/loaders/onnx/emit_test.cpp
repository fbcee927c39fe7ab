// SPDX-License-Identifier: Apache-2.0
#include "emit.h"

#include "loader.h"
#include "mock_host.h"
#include "proto_text.h"

#include <gtest/gtest.h>

namespace tenon::onnx {
namespace {

using namespace proto;
using namespace std::string_literals;

std::string loaded(const std::string& file) {
  MockHost host(file);
  const Status status = host.load();
  if (!status.ok()) return std::string(status.message());
  std::string text = host.text();
  for (const std::string& line : host.unsupported()) text += "unsupported " + line + "\n";
  return text;
}

const std::string one = tensor("w", TENON_F32, {1}, raw("\0\0\x80\x3f"s));

TEST(Emit, a_model_becomes_inputs_weights_nodes_and_outputs) {
  EXPECT_EQ(loaded(model(20, input("x", {"2", "n"}) + initializer(one) +
                                 node("Add", {"x", "w"}, {"y"}) + output("y"))),
            "x = input f32[2,n]\nw = f32[1] {1}\ny = Add(x, w)\noutput y = y\n");
}

TEST(Emit, an_input_with_a_value_is_a_constant) {
  EXPECT_EQ(loaded(model(20, input("x", {"1"}) + input("w", {"1"}) + initializer(one) +
                                 node("Add", {"x", "w"}, {"y"}) + output("y"))),
            "x = input f32[1]\nw = f32[1] {1}\ny = Add(x, w)\noutput y = y\n");
}

TEST(Emit, inputs_and_outputs_can_be_left_out) {
  EXPECT_EQ(loaded(model(20, input("x", {}) + node("Clip", {"x", "", "x"}, {"y"}) +
                                 node("TopK", {"y", "y"}, {"", "i"}) + output("i"))),
            "x = input f32[]\ny = Clip(x, -, x)\n%2, i = TopK(y, y)\noutput i = i\n");
}

TEST(Emit, nodes_are_put_in_order) {
  EXPECT_EQ(
      loaded(model(20, input("x", {}) + node("Exp", {"b"}, {"y"}) + node("Abs", {"a"}, {"b"}) +
                           node("Neg", {"x"}, {"a"}) + output("y"))),
      "x = input f32[]\na = Neg(x)\nb = Abs(a)\ny = Exp(b)\noutput y = y\n");
}

TEST(Emit, what_a_body_reads_comes_before_its_node) {
  const std::string branch = node("Exp", {"a"}, {"t"}) + output("t");
  EXPECT_EQ(loaded(model(
                20, input("x", {}) +
                        node("If", {"x"}, {"y"},
                             a_graph("then_branch", branch) + a_graph("else_branch", output("a"))) +
                        node("Neg", {"x"}, {"a"}) + output("y"))),
            "x = input f32[]\na = Neg(x)\nbody {\n  t = Exp(a)\n} body1: t\nbody {\n} body2: a\n"
            "y = If(x) then_branch=body1 else_branch=body2\noutput y = y\n");
}

TEST(Emit, a_body_has_inputs_and_weights_of_its_own) {
  const std::string body = input("i", {}) + input("x", {"1"}) + initializer(one) +
                           node("Add", {"x", "w"}, {"z"}) + output("i") + output("z");
  EXPECT_EQ(loaded(model(20, input("x", {"1"}) +
                                 node("Loop", {"x", "", "x"}, {"y"}, a_graph("body", body)) +
                                 output("y"))),
            "x = input f32[1]\nbody {\n  i = input f32[]\n  x = input f32[1]\n  w = f32[1] {1}\n"
            "  z = Add(x, w)\n} body1: i z\ny = Loop(x, -, x) body=body1\noutput y = y\n");
}

TEST(Emit, graphs_that_break_rules_say_which) {
  const std::string x = input("x", {});
  EXPECT_EQ(loaded(model(20, x + node("Abs", {"q"}, {"y"}) + output("y"))),
            "node \"y\" (Abs): value \"q\" is made by no node before it, no input and no "
            "initializer");
  EXPECT_EQ(
      loaded(model(20, x + node("Abs", {"x"}, {"y"}) + node("Neg", {"x"}, {"y"}) + output("y"))),
      "value \"y\" is made by two nodes, \"y\" (Neg) is the second");
  EXPECT_EQ(loaded(model(20, x + node("Abs", {"x"}, {"x"}) + output("x"))),
            "node \"x\" (Abs) waits for a value that waits for it: the graph has a cycle");
  EXPECT_EQ(
      loaded(model(20, x + node("Abs", {"b"}, {"a"}) + node("Neg", {"a"}, {"b"}) + output("a"))),
      "node \"a\" (Abs) waits for a value that waits for it: the graph has a cycle");
  EXPECT_EQ(loaded(model(20, x + x + output("x"))), "value \"x\" is made twice");
  EXPECT_EQ(loaded(model(20, x + output("y"))),
            "output: value \"y\" is made by no node before it, no input and no initializer");
  EXPECT_EQ(loaded(model(20, x)), "the graph has no outputs");
  EXPECT_EQ(loaded(model(29, x + output("x"))),
            "operator set 29, newest known is 28; export the model for an older one");
  EXPECT_EQ(loaded(number(1, 8)), "model has no graph: the file is cut off or no ONNX model");
  EXPECT_EQ(loaded(model(20, x + output("x")) + bytes(7, "")),
            "byte 28: model field 7: there is a second graph, expected one");
}

TEST(Emit, names_are_text) {
  const std::string x = input("x", {});
  EXPECT_EQ(loaded(model(20, x + node("Abs\xff", {"x"}, {"y"}) + output("y"))),
            "node \"y\" (Abs\\xff): a name in it is no UTF-8 text or too long");
  EXPECT_EQ(loaded(model(20, x + node("Abs", {"x"}, {"\xff"}) + output("y"))),
            "node \"\\xff\" (Abs): a value's name is no UTF-8 text or too long");
  EXPECT_EQ(loaded(model(20, x + node("Abs", {"x"}, {"y"}, a_int("", 1)) + output("y"))),
            "node \"y\" (Abs): an attribute's name is no UTF-8 text, empty or too long");
}

TEST(Emit, constants_take_all_forms) {
  const auto constant = [](const std::string& attribute) {
    const std::string text =
        loaded(model(20, node("Constant", {}, {"y"}, attribute) + output("y")));
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(constant(a_tensor("value", one)), "y = f32[1] {1}");
  EXPECT_EQ(constant(a_int("value_int", 3)), "y = i64[] {3}");
  EXPECT_EQ(constant(a_ints("value_ints", {3, 4})), "y = i64[2] {3,4}");
  EXPECT_EQ(constant(a_float("value_float", 2)), "y = f32[] {2}");
  EXPECT_EQ(constant(a_floats("value_floats", {2, 3})), "y = f32[2] {2,3}");
  EXPECT_EQ(constant(""), "node \"y\" (Constant): a constant has no value");
}

TEST(Emit, sparse_constants_become_dense) {
  const auto sparse = [](const std::vector<int64_t>& shape, const std::string& indices) {
    const std::string content =
        bytes(1, tensor("", TENON_I64, {2}, bytes(7, varint(5) + varint(6)))) +
        bytes(2, tensor("", TENON_I64, shape, bytes(7, indices))) + number(3, 2) + number(3, 2);
    const std::string attribute =
        bytes(5, bytes(1, "sparse_value") + bytes(22, content) + number(20, 11));
    const std::string text =
        loaded(model(20, node("Constant", {}, {"y"}, attribute) + output("y")));
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(sparse({2}, varint(1) + varint(2)), "y = i64[2,2] {0,5,6,0}");
  EXPECT_EQ(sparse({2, 2}, varint(0) + varint(1) + varint(1) + varint(1)),
            "y = i64[2,2] {0,5,0,6}");
  EXPECT_EQ(sparse({2}, varint(2) + varint(1)),
            "node \"y\" (Constant): sparse indices do not increase at entry 1");
  EXPECT_EQ(sparse({2}, varint(2) + varint(4)),
            "node \"y\" (Constant): sparse index 4, there are 4 elements");
}

TEST(Emit, all_that_cannot_be_said_is_reported_at_once) {
  const std::string why = "unsupported LpPool: p is 1.5, expected a whole number\n";
  EXPECT_EQ(loaded(model(1, input("x", {}) + node("LpPool", {"x"}, {"t"}, a_float("p", 1.5f)) +
                                node("LpPool", {"t"}, {"y"}, a_float("p", 1.5f)) + output("y"))),
            "x = input f32[]\nt = LpPool(x)\ny = LpPool(t)\noutput y = y\n" + why + why);
}

TEST(Emit, scan_of_operator_set_8_keeps_its_batch) {
  EXPECT_EQ(loaded(model(8, input("x", {}) + node("Scan", {"", "x"}, {"y"},
                                                  a_int("num_scan_inputs", 1)) + output("y"))),
            "x = input f32[]\ny = Scan(-, x) num_scan_inputs=1 batched=1\noutput y = y\n");
}

TEST(Emit, texts_are_constants) {
  const std::string words = tensor("s", TENON_STRING, {1}, bytes(6, "hello"));
  EXPECT_EQ(
      loaded(model(20, initializer(words) +
                           node("Constant", {}, {"t"}, a_string("value_string", "x")) +
                           node("Concat", {"s", "t"}, {"y"}, a_int("axis", 0)) + output("y"))),
      "s = string[1] {\"hello\"}\nt = string[] {\"x\"}\ny = Concat(s, t) axis=0\noutput y = y\n");
}

TEST(Emit, functions_are_written_out) {
  const std::string scaled = function(
      "my", "Scaled", {"u", "v"}, {"r"},
      bytes(6, "by") + in_function("Constant", {}, {"k"}, a_reference("value_float", "by", 1)) +
          in_function("Mul", {"u", "k"}, {"m"}) + in_function("Clip", {"m", "v"}, {"r"}));
  const std::string twice =
      function("my", "Twice", {"u"}, {"r"},
               in_function("Scaled", {"u"}, {"m"}, a_float("by", 2) + bytes(7, "my")) +
                   in_function("Scaled", {"m"}, {"r"}, a_float("by", 3) + bytes(7, "my")));
  EXPECT_EQ(
      loaded(model(20,
                   input("x", {}) + node("Twice", {"x"}, {"y"}, bytes(7, "my") + bytes(3, "t")) +
                       output("y"),
                   scaled + twice + opset("my", 1))),
      "x = input f32[]\nk = f32[] {2}\nt/m/m = Mul(x, k)\nt/m/r = Clip(t/m/m, -)\n"
      "k = f32[] {3}\nt/r/m = Mul(t/m/r, k)\nt/r/r = Clip(t/r/m, -)\noutput y = t/r/r\n");
}

TEST(Emit, functions_do_not_call_themselves) {
  const std::string loop =
      function("my", "F", {"u"}, {"r"}, in_function("F", {"u"}, {"r"}, bytes(7, "my")));
  EXPECT_EQ(loaded(model(20, input("x", {}) + node("F", {"x"}, {"y"}, bytes(7, "my")) + output("y"),
                         loop)),
            "function \"F\" calls itself");
}

TEST(Emit, functions_that_double_end_at_a_limit) {
  // Each level calls the one below twice: 2^30 nodes from 60.
  std::string functions = function("my", "f0", {"u"}, {"r"}, in_function("Abs", {"u"}, {"r"}));
  for (int i = 1; i <= 30; ++i) {
    const std::string below = fmt::format("f{}", i - 1);
    functions += function("my", fmt::format("f{}", i), {"u"}, {"r"},
                          in_function(below, {"u"}, {"m"}, bytes(7, "my")) +
                              in_function(below, {"m"}, {"r"}, bytes(7, "my")));
  }
  EXPECT_EQ(
      loaded(model(20, input("x", {}) + node("f30", {"x"}, {"y"}, bytes(7, "my")) + output("y"),
                   functions)),
      "functions unfold into more than 4000000 nodes");
}

TEST(Emit, other_domains_keep_their_names_and_versions) {
  EXPECT_EQ(loaded(model(20,
                         input("x", {}) + node("Scaler", {"x"}, {"y"}, bytes(7, "ai.onnx.ml")) +
                             node("Abs", {"y"}, {"z"}, bytes(7, "ai.onnx")) + output("z"),
                         opset("ai.onnx.ml", 3))),
            "x = input f32[]\ny = ai.onnx.ml.Scaler-3(x)\nz = Abs(y)\noutput z = z\n");
}

TEST(Probe, models_are_told_by_their_bytes) {
  const std::string file = model(20, input("x", {}) + output("x"));
  EXPECT_EQ(probe(file, file.size()), 95u);
  const std::string head = file.substr(0, 10);
  EXPECT_EQ(probe(head, file.size()), 95u);
  for (const std::string& other :
       {""s, "GGUF\3\0\0\0"s, "PK\3\4\x14\0"s, "\x89PNG\r\n"s, "\x08\0\0\0\0\0\0\0{}"s,
        "{\"a\":1}"s, tensor("w", 1, {3}, raw("1234"))}) {
    EXPECT_EQ(probe(other, other.size()), 0u) << other;
  }
}

}  // namespace
}  // namespace tenon::onnx
