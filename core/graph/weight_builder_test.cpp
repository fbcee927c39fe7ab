// SPDX-License-Identifier: Apache-2.0
#include "core/graph/weight_builder.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

class WeightBuilderTest : public ::testing::Test {
 protected:
  // What is wrong with `bytes` at `offset` of a source of 16 bytes as such a tensor.
  std::string stored(DType dtype, const char* format, std::vector<int64_t> dims, uint64_t offset,
                     uint64_t bytes) {
    StoredTensor tensor;
    tensor.dtype = dtype;
    tensor.format = format;
    tensor.dims = std::move(dims);
    return std::string(builder.stored("w", std::move(tensor), source, offset, bytes).message());
  }

  const std::vector<std::byte> room = std::vector<std::byte>(16);
  const tenon_source source = {nullptr, "f", nullptr, room};
  WeightBuilder builder;
};

TEST_F(WeightBuilderTest, plain_elements_fill_their_bytes_at_any_place) {
  EXPECT_EQ(stored(DType::f32, "", {3}, 1, 12), "");
  EXPECT_EQ(builder.file().tensors.at("w").bytes.data(), room.data() + 1);
  EXPECT_EQ(stored(DType::f32, "", {3}, 1, 12), "tensor \"w\": a second tensor of this name");
  EXPECT_EQ(stored(DType::f32, "", {3}, 0, 8),
            "tensor \"w\": 8 bytes given, its shape and type f32 need 12");
  EXPECT_EQ(stored(DType::string, "", {3}, 0, 12), "tensor \"w\": element type 8");
}

TEST_F(WeightBuilderTest, packed_elements_count_by_bits) {
  EXPECT_EQ(stored(DType::f4e2m1, "", {3, 3}, 0, 5), "");
}

TEST_F(WeightBuilderTest, ranges_and_extents_are_checked_without_overflow) {
  EXPECT_EQ(stored(DType::u8, "", {12}, 8, 12),
            "tensor \"w\": bytes 8+12 are beyond the end of f at 16");
  EXPECT_EQ(stored(DType::u8, "", {1}, UINT64_MAX, 1),
            "tensor \"w\": bytes 18446744073709551615+1 are beyond the end of f at 16");
  EXPECT_EQ(stored(DType::u8, "", {-1}, 0, 1), "tensor \"w\": extent -1 is not in [0, 2^62]");
  EXPECT_NE(stored(DType::f32, "q4_K", {int64_t{1} << 62, 8}, 0, 1), "");
}

TEST_F(WeightBuilderTest, blocks_of_a_format_are_taken_as_they_are) {
  EXPECT_EQ(stored(DType::f32, "q8_0", {32}, 0, 16), "");
  EXPECT_EQ(stored(DType::f16, "q8_0", {32}, 0, 16),
            "tensor \"w\": format \"q8_0\" with element type f16, expected f32");
  EXPECT_NE(stored(DType::f32, "../q", {32}, 0, 16), "");
}

TEST_F(WeightBuilderTest, documents_are_strict_json_and_given_once) {
  EXPECT_TRUE(builder.document("hf", R"({"a": 1})").ok());
  EXPECT_EQ(builder.file().documents.at("hf").integer("a", 0), 1);
  EXPECT_FALSE(builder.document("hf", "{}").ok());
  EXPECT_FALSE(builder.document("x", "{'a': 1}").ok());
}

TEST_F(WeightBuilderTest, companions_are_bytes_in_place_under_a_name_of_their_own) {
  EXPECT_TRUE(builder.companion("header", source, 4, 8).ok());
  EXPECT_EQ(builder.companions().at("header").bytes.data(), room.data() + 4);
  EXPECT_EQ(builder.companion("header", source, 0, 1).message(),
            "companion \"header\": given twice");
  EXPECT_EQ(builder.companion("tail", source, 12, 8).message(),
            "companion \"tail\": bytes 12+8 are beyond the end of f at 16");
}

}  // namespace
}  // namespace tenon
