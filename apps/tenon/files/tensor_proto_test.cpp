// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/tensor_proto.h"

#include <gtest/gtest.h>

namespace tenon::files {
namespace {

std::string text_of(const Tensor& tensor) {
  const auto bytes = tensor_proto(tensor);
  if (!bytes.ok()) return std::string(bytes.status().message());
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

TEST(TensorProto, dims_type_name_and_raw_elements_are_its_fields) {
  const std::vector<int16_t> values = {1, -2};
  Tensor tensor = Tensor::of<int16_t>({2, 1}, values, TENON_I16);
  tensor.name = "x";
  const std::string expected("\x08\x02\x08\x01\x10\x05\x42\x01x\x4a\x04\x01\x00\xfe\xff", 15);
  EXPECT_EQ(text_of(tensor), expected);
}

TEST(TensorProto, small_elements_share_bytes) {
  const std::vector<int8_t> values = {1, -1, 7};
  const std::string packed = text_of(Tensor::of<int8_t>({3}, values, TENON_I4));
  EXPECT_EQ(packed.substr(packed.size() - 2), "\xf1\x07");
  const std::vector<uint8_t> quarters = {1, 2, 3, 0, 3};
  const std::string four = text_of(Tensor::of<uint8_t>({5}, quarters, TENON_U2));
  EXPECT_EQ(four.substr(four.size() - 2), "\x39\x03");
}

TEST(TensorProto, texts_are_refused) {
  EXPECT_EQ(text_of({"words", TENON_STRING, {1}, {}}),
            "\"words\" is a string tensor; only numbers are stored");
}

}  // namespace
}  // namespace tenon::files
