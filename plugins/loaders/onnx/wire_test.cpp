// SPDX-License-Identifier: Apache-2.0
#include "wire.h"

#include "proto_text.h"

#include <gtest/gtest.h>

namespace tenon::onnx {
namespace {

using namespace std::string_literals;

// The failure of reading all fields, or "" when there is none.
std::string failure(const std::string& bytes) {
  Message message("m", bytes, bytes.data());
  for (Field field;;) {
    const Result<bool> more = message.next(field);
    if (!more.ok()) return std::string(more.status().message());
    if (!*more) return "";
  }
}

TEST(Wire, reads_every_type_of_field) {
  const std::string bytes =
      proto::number(1, 300) + proto::bytes(2, "ab") + "\x19\x01\0\0\0\0\0\0\0"s + "\x25\x02\0\0\0"s;
  Message message("m", bytes, bytes.data());
  Field field;
  EXPECT_TRUE(message.next(field).value());
  EXPECT_EQ(field.value, 300u);
  EXPECT_TRUE(message.next(field).value());
  EXPECT_EQ(message.text(field).value(), "ab");
  EXPECT_TRUE(message.next(field).value());
  EXPECT_EQ(field.value, 1u);
  EXPECT_TRUE(message.next(field).value());
  EXPECT_EQ(field.value, 2u);
  EXPECT_FALSE(message.next(field).value());
}

TEST(Wire, breaks_of_the_format_are_told_with_their_offset) {
  EXPECT_EQ(failure("\x08\x01\x0b"s), "byte 2: m field 1: wire type 3 is not allowed");
  EXPECT_EQ(failure("\x0c"s), "byte 0: m field 1: wire type 4 is not allowed");
  EXPECT_EQ(failure("\x0e"s), "byte 0: m field 1: wire type 6 is not allowed");
  EXPECT_EQ(failure("\x00\x01"s), "byte 0: m: field number 0 does not exist");
  EXPECT_EQ(failure("\x12\x05"s + "ab"),
            "byte 0: m field 2: length 5 exceeds the 2 bytes that are left");
  EXPECT_EQ(failure("\x12"s), "byte 0: m field 2: length is cut off or too long");
  EXPECT_EQ(failure("\x1d\x01"s), "byte 0: m field 3: number is cut off");
  EXPECT_EQ(failure("\x80"s), "byte 0: m: field tag is cut off or too long");
}

TEST(Wire, a_length_is_not_cut_to_32_bits) {
  EXPECT_EQ(failure("\x12"s + proto::varint((uint64_t{1} << 32) + 1) + "a"),
            "byte 0: m field 2: length 4294967297 exceeds the 1 bytes that are left");
}

TEST(Wire, the_tenth_byte_of_a_varint_holds_one_bit) {
  const std::string nine(9, '\xff');
  EXPECT_EQ(failure("\x08" + nine + "\x01"), "");
  EXPECT_EQ(failure("\x08" + nine + "\x02"), "byte 0: m field 1: number is cut off or too long");
  EXPECT_EQ(failure("\x08" + nine + "\xff\x01"),
            "byte 0: m field 1: number is cut off or too long");
}

TEST(Wire, lists_are_packed_or_not) {
  const std::string bytes =
      proto::number(1, 7) + proto::bytes(1, proto::varint(8) + proto::varint(9));
  Message message("m", bytes, bytes.data());
  std::vector<int64_t> list;
  for (Field field; message.next(field).value();) {
    EXPECT_TRUE(message.integers(field, list).ok());
  }
  EXPECT_EQ(list, (std::vector<int64_t>{7, 8, 9}));
}

TEST(Wire, a_number_of_32_bits_is_a_sign_extension) {
  const auto read = [](uint64_t value) {
    const std::string bytes = proto::number(1, value);
    Message message("m", bytes, bytes.data());
    Field field;
    EXPECT_TRUE(message.next(field).ok());
    return message.integer32(field).ok();
  };
  EXPECT_TRUE(read(5));
  EXPECT_TRUE(read(UINT64_MAX));
  EXPECT_FALSE(read(uint64_t{1} << 31));
  EXPECT_FALSE(read(uint64_t{1} << 40));
}

}  // namespace
}  // namespace tenon::onnx
