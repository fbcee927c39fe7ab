// SPDX-License-Identifier: Apache-2.0
#include "mock_host.h"
#include "proto_text.h"

#include <gtest/gtest.h>

namespace tenon::onnx {
namespace {

using namespace proto;

struct Case {
  const char* name;
  int64_t opset;
  std::string node;
  const char* expected;  // lines after the inputs
};

// Inputs a, b and c of rank 2; the node's result is y.
std::string loaded(const Case& c) {
  MockHost host(model(c.opset, input("a", {"2", "3"}) + input("b", {"3"}) + input("c", {"1"}) +
                                   c.node + output("y")));
  if (const Status status = host.load(); !status.ok()) return std::string(status.message());
  std::string text;
  for (const std::string& line : host.unsupported()) text += "unsupported " + line + "\n";
  for (size_t begin = 0; begin < host.text().size();) {
    const size_t end = host.text().find('\n', begin);
    const std::string line = host.text().substr(begin, end - begin);
    begin = end + 1;
    if (line.find(" = input ") == std::string::npos && !line.starts_with("output ")) {
      text += line + "\n";
    }
  }
  return text;
}

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(loaded(c), c.expected) << c.name;
}

TEST(Upgrade, attributes_become_inputs) {
  check({
      {"squeeze", 11, node("Squeeze", {"a"}, {"y"}, a_ints("axes", {0})),
       "%3 = i64[1] {0}\ny = Squeeze(a, %3)\n"},
      {"squeeze without axes", 11, node("Squeeze", {"a"}, {"y"}), "y = Squeeze(a)\n"},
      {"unsqueeze", 1, node("Unsqueeze", {"a"}, {"y"}, a_ints("axes", {0, 2})),
       "%3 = i64[2] {0,2}\ny = Unsqueeze(a, %3)\n"},
      {"mean", 13, node("ReduceMean", {"a"}, {"y"}, a_ints("axes", {1}) + a_int("keepdims", 0)),
       "%3 = i64[1] {1}\ny = ReduceMean(a, %3) keepdims=0\n"},
      {"sum", 12, node("ReduceSum", {"a"}, {"y"}, a_ints("axes", {-1})),
       "%3 = i64[1] {-1}\ny = ReduceSum(a, %3)\n"},
      {"sum with an input", 13, node("ReduceSum", {"a", "b"}, {"y"}), "y = ReduceSum(a, b)\n"},
      {"slice", 9, node("Slice", {"a"}, {"y"}, a_ints("starts", {1}) + a_ints("ends", {2})),
       "%3 = i64[1] {1}\n%4 = i64[1] {2}\ny = Slice(a, %3, %4)\n"},
      {"clip", 6, node("Clip", {"a"}, {"y"}, a_float("max", 6)),
       "%3 = f32[] {6}\n%4 = CastLike(%3, a)\ny = Clip(a, -, %4)\n"},
      {"pad", 2, node("Pad", {"a"}, {"y"}, a_ints("pads", {0, 1, 0, 1}) + a_string("mode", "edge")),
       "%3 = i64[4] {0,1,0,1}\ny = Pad(a, %3) mode=\"edge\"\n"},
      {"pad under its first name", 1, node("Pad", {"a"}, {"y"}, a_ints("paddings", {1, 1})),
       "%3 = i64[2] {1,1}\ny = Pad(a, %3)\n"},
      {"top k", 1, node("TopK", {"a"}, {"y", "i"}, a_int("k", 2)),
       "%3 = i64[1] {2}\ny, i = TopK(a, %3)\n"},
      {"split", 2, node("Split", {"a"}, {"y", "z"}, a_ints("split", {1, 2})),
       "%3 = i64[2] {1,2}\ny, z = Split(a, %3)\n"},
      {"equal split", 13, node("Split", {"a"}, {"y", "z"}), "y, z = Split(a) num_outputs=2\n"},
      {"reshape", 1, node("Reshape", {"a"}, {"y"}, a_ints("shape", {3, 2})),
       "%3 = i64[2] {3,2}\ny = Reshape(a, %3)\n"},
      {"dropout", 7, node("Dropout", {"a"}, {"y"}, a_float("ratio", 0.5f)),
       "%3 = f32[] {0.5}\ny = Dropout(a, %3)\n"},
      {"dft", 17, node("DFT", {"a"}, {"y"}), "%3 = i64[] {1}\ny = DFT(a, -, %3)\n"},
  });
}

TEST(Upgrade, softmax_saw_rows_of_a_matrix) {
  check({
      {"default axis", 11, node("Softmax", {"a"}, {"y"}),
       "%3 = Shape(a)\n%4 = Flatten(a) axis=1\n%5 = Softmax(%4) axis=-1\n"
       "y = Reshape(%5, %3) allowzero=1\n"},
      {"last axis", 11, node("Softmax", {"a"}, {"y"}, a_int("axis", -1)),
       "y = Softmax(a) axis=-1\n"},
      {"newest", 13, node("Softmax", {"a"}, {"y"}), "y = Softmax(a)\n"},
      {"hardmax", 1, node("Hardmax", {"a"}, {"y"}, a_int("axis", 0)),
       "%3 = Shape(a)\n%4 = Flatten(a) axis=0\n%5 = Hardmax(%4) axis=-1\n"
       "y = Reshape(%5, %3) allowzero=1\n"},
  });
}

TEST(Upgrade, shapes_were_aligned_by_an_axis) {
  check({
      {"aligned", 6,
       node("Add", {"a", "b"}, {"y"},
            a_int("broadcast", 1) + a_int("axis", 0) + a_ints("consumed_inputs", {0, 0})),
       "%3 = Shape(b)\n%4 = Shape(a)\n%5 = Size(%4)\n%6 = Size(%3)\n%7 = i64[] {0}\n"
       "%8 = Sub(%5, %7)\n%9 = Sub(%8, %6)\n%10 = i64[1] {1}\n%11 = Reshape(%9, %10)\n"
       "%12 = Expand(%10, %11)\n%13 = Concat(%3, %12) axis=0\n%14 = Reshape(b, %13)\n"
       "y = Add(a, %14)\n"},
      {"from the right", 6, node("Mul", {"a", "b"}, {"y"}, a_int("broadcast", 1)),
       "y = Mul(a, b)\n"},
      {"newer", 7, node("Add", {"a", "b"}, {"y"}), "y = Add(a, b)\n"},
      {"gemm", 6, node("Gemm", {"a", "b", "c"}, {"y"}, a_int("broadcast", 1)),
       "y = Gemm(a, b, c)\n"},
  });
}

TEST(Upgrade, resize_had_other_forms) {
  check({
      {"upsample", 7, node("Upsample", {"a"}, {"y"}, a_floats("scales", {1, 2})),
       "%3 = f32[2] {1,2}\ny = Resize(a, -, %3) mode=\"nearest\" "
       "coordinate_transformation_mode=\"asymmetric\" nearest_mode=\"floor\"\n"},
      {"resize 10", 10, node("Resize", {"a", "b"}, {"y"}, a_string("mode", "linear")),
       "y = Resize(a, -, b) mode=\"linear\" coordinate_transformation_mode=\"asymmetric\" "
       "nearest_mode=\"floor\"\n"},
      {"sizes win", 11, node("Resize", {"a", "c", "b", "b"}, {"y"}), "y = Resize(a, -, -, b)\n"},
      {"tensorflow's nearest", 11,
       node("Resize", {"a", "c", "b"}, {"y"},
            a_string("coordinate_transformation_mode", "tf_half_pixel_for_nn") +
                a_string("nearest_mode", "floor")),
       "y = Resize(a, -, b) nearest_mode=\"round_prefer_ceil\" "
       "coordinate_transformation_mode=\"half_pixel\"\n"},
  });
}

TEST(Upgrade, names_and_defaults_changed) {
  check({
      {"scatter", 9, node("Scatter", {"a", "b", "c"}, {"y"}), "y = ScatterElements(a, b, c)\n"},
      {"cast", 1, node("Cast", {"a"}, {"y"}, a_string("to", "INT64")), "y = Cast(a) to=7\n"},
      {"cum sum", 11, node("CumSum", {"a", "c"}, {"y"}),
       "y = CumSum(a, c)\n"},
      {"cum sum 14", 14, node("CumSum", {"a", "c"}, {"y"}), "y = CumSum(a, c)\n"},
      {"concat", 1, node("Concat", {"a", "b"}, {"y"}), "y = Concat(a, b) axis=1\n"},
      {"grid sample", 16, node("GridSample", {"a", "b"}, {"y"}),
       "y = GridSample(a, b) mode=\"linear\"\n"},
      {"roi align", 10, node("RoiAlign", {"a", "b", "c"}, {"y"}),
       "y = RoiAlign(a, b, c) coordinate_transformation_mode=\"output_half_pixel\"\n"},
      {"lstm", 1, node("LSTM", {"a", "b", "c"}, {"y"}, a_int("output_sequence", 1)),
       "y = LSTM(a, b, c)\n"},
      {"lp pool", 1, node("GlobalLpPool", {"a"}, {"y"}, a_float("p", 3)),
       "y = GlobalLpPool(a) p=3\n"},
      {"batch normalization", 6,
       node("BatchNormalization", {"a", "b", "b", "b", "b"}, {"y"},
            a_int("is_test", 1) + a_float("epsilon", 0.5f)),
       "y = BatchNormalization(a, b, b, b, b) epsilon=0.5\n"},
      {"batch normalization of activations", 7,
       node("BatchNormalization", {"a", "b", "b", "b", "b"}, {"y"}, a_int("spatial", 0)),
       "%3 = Sub(a, b)\n%4 = f32[] {1e-05}\n%5 = CastLike(%4, b)\n%6 = Add(b, %5)\n"
       "%7 = Sqrt(%6)\n%8 = Div(%3, %7)\n%9 = Mul(%8, b)\ny = Add(%9, b)\n"},
      {"training outputs", 7, node("BatchNormalization", {"a", "b", "b", "b", "b"}, {"y", "m"}),
       "unsupported BatchNormalization: outputs of training, expected output Y only\n"
       "y, m = BatchNormalization(a, b, b, b, b)\n"},
  });
}

TEST(Upgrade, a_rule_of_an_old_text_is_an_error_with_its_node) {
  const Case no_starts{"", 9, node("Slice", {"a"}, {"y"}), ""};
  EXPECT_EQ(loaded(no_starts),
            "node \"y\" (Slice): starts and ends are required before operator set 10");
  const Case wrong_type{"", 9, node("TopK", {"a"}, {"y"}, a_float("k", 1)), ""};
  EXPECT_EQ(loaded(wrong_type), "node \"y\" (TopK): attribute \"k\" has the wrong type");
}

}  // namespace
}  // namespace tenon::onnx
