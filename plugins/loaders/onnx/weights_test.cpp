// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

#include "mock_host.h"
#include "proto_text.h"

#include <gtest/gtest.h>

namespace tenon::onnx {
namespace {

using namespace proto;
using namespace std::string_literals;

using Files = std::map<std::string, std::string>;

// The weight's line, or the failure.
std::string loaded(const std::string& tensor, Files files = {}) {
  MockHost host(tensor, std::move(files));
  const Status status = host.load("tensor");
  if (!status.ok()) return std::string(status.message());
  return host.text().substr(0, host.text().find('\n'));
}

std::string external(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string text = number(14, 1);
  for (const auto& [key, value] : entries) text += bytes(13, bytes(1, key) + bytes(2, value));
  return text;
}

TEST(Weights, raw_data_stays_in_place) {
  EXPECT_EQ(loaded(tensor("w", TENON_I32, {2}, raw("\x01\0\0\0\xff\xff\xff\xff"s))),
            "w = i32[2] {1,-1}");
  EXPECT_EQ(loaded(tensor("w", TENON_F32, {0, 3}, raw(""))), "w = f32[0,3] {}");
}

TEST(Weights, typed_fields_are_decoded) {
  EXPECT_EQ(loaded(tensor("w", TENON_I64, {2}, bytes(7, varint(5) + varint(UINT64_MAX)))),
            "w = i64[2] {5,-1}");
  EXPECT_EQ(loaded(tensor("w", TENON_I8, {2}, number(5, 1) + number(5, UINT64_MAX))),
            "w = i8[2] {1,-1}");
  EXPECT_EQ(loaded(tensor("w", TENON_F32, {1}, bytes(4, "\0\0\x80\x3f"s))), "w = f32[1] {1}");
  EXPECT_EQ(loaded(tensor("w", TENON_F32, {2}, "\x25\0\0\x80\x3f\x25\0\0\0\x40"s)),
            "w = f32[2] {1,2}");
  EXPECT_EQ(loaded(tensor("w", TENON_F64, {}, bytes(10, "\0\0\0\0\0\0\xf0\x3f"s))),
            "w = f64[] {1}");
  EXPECT_EQ(loaded(tensor("w", TENON_BOOL, {2}, number(5, 1) + number(5, 0))), "w = bool[2] {1,0}");
}

TEST(Weights, types_smaller_than_a_byte_are_unpacked) {
  EXPECT_EQ(loaded(tensor("w", TENON_U4, {3}, raw("\x21\x03"s))), "w = u4[3] {1,2,3}");
  EXPECT_EQ(loaded(tensor("w", TENON_I4, {3}, raw("\xf7\x08"s))), "w = i4[3] {7,-1,-8}");
  EXPECT_EQ(loaded(tensor("w", TENON_U2, {5}, raw("\xe4\x02"s))), "w = u2[5] {0,1,2,3,2}");
  EXPECT_EQ(loaded(tensor("w", TENON_I2, {4}, raw("\xe4"s))), "w = i2[4] {0,1,-2,-1}");
  EXPECT_EQ(loaded(tensor("w", TENON_I4, {2}, number(5, 0xF7))), "w = i4[2] {7,-1}");
}

TEST(Weights, a_true_is_one) {
  EXPECT_EQ(loaded(tensor("w", TENON_BOOL, {3}, raw("\0\1\7"s))), "w = bool[3] {0,1,1}");
}

TEST(Weights, bytes_and_dims_must_agree) {
  EXPECT_EQ(loaded(tensor("w", TENON_F32, {2}, raw("1234"))),
            "tensor \"w\": byte 9: raw_data has 4 bytes, 2 f32 elements need 8");
  EXPECT_EQ(loaded(tensor("w", TENON_I64, {3}, bytes(7, varint(1)))),
            "tensor \"w\": 1 entries, expected 3");
  EXPECT_EQ(loaded(tensor("w", TENON_U8, {1}, number(5, 256))),
            "tensor \"w\": entry 0 is 256, expected 0 to 255");
  EXPECT_EQ(loaded(tensor("w", TENON_I64, {1}, number(5, 1))),
            "tensor \"w\": its 1 elements of type i64 are in a field for another type");
  EXPECT_EQ(loaded(tensor("w", TENON_F32, {1}, "")),
            "tensor \"w\": its 1 elements of type f32 are missing");
  EXPECT_EQ(loaded(tensor("w", TENON_F32, {1}, raw("1234") + number(5, 1))),
            "tensor \"w\" has its elements in more than one place");
}

TEST(Weights, dims_that_lie_allocate_nothing) {
  const int64_t huge = int64_t{1} << 40;
  EXPECT_EQ(loaded(tensor("w", TENON_I8, {huge}, number(5, 1))),
            "tensor \"w\": 14 bytes cannot hold 1099511627776 entries");
  EXPECT_EQ(loaded(tensor("w", TENON_I8, {huge, huge}, number(5, 1))),
            "tensor \"w\": the number of its elements overflows");
  EXPECT_EQ(loaded(tensor("w", TENON_F64, {int64_t{1} << 62}, number(5, 1))),
            "tensor \"w\": the number of its bytes overflows");
  EXPECT_EQ(loaded(tensor("w", TENON_F32, {-1}, raw(""))),
            "tensor \"w\": extent -1 is not in [0, 2^62]");
}

TEST(Weights, unknown_types_are_refused) {
  EXPECT_EQ(loaded(tensor("w", 27, {1}, raw("1"))), "tensor \"w\": element type 27 does not exist");
}

TEST(Weights, texts_are_as_many_as_the_dims_say) {
  EXPECT_EQ(loaded(tensor("w", TENON_STRING, {2}, bytes(6, "x") + bytes(6, "yz"))),
            "w = string[2] {\"x\",\"yz\"}");
  EXPECT_EQ(loaded(tensor("w", TENON_STRING, {2}, bytes(6, "x"))),
            "tensor \"w\": 1 texts, its dims need 2");
  EXPECT_EQ(loaded(tensor("w", TENON_STRING, {1}, raw("x"))),
            "tensor \"w\": texts stand in string_data only");
}

TEST(Weights, external_data_is_read_from_a_sibling) {
  const Files files = {{"w.bin", "0123\x01\0\0\0\x02\0\0\0"s}};
  EXPECT_EQ(loaded(tensor("w", TENON_I32, {2}, external({{"location", "w.bin"}, {"offset", "4"}})),
                   files),
            "w = i32[2] {1,2}");
  EXPECT_EQ(loaded(tensor("w", TENON_U4, {2}, external({{"location", "w.bin"}})), files),
            "w = u4[2] {0,3}");
  EXPECT_EQ(loaded(tensor("w", TENON_I32, {2}, external({{"location", "w.bin"}, {"offset", "8"}})),
                   files),
            "tensor \"w\": external data 8+8 is beyond the end of \"w.bin\" at 12");
  EXPECT_EQ(loaded(tensor("w", TENON_I32, {2}, external({{"location", "w.bin"}, {"length", "4"}})),
                   files),
            "tensor \"w\": external data length 4, 2 i32 elements need 8");
}

TEST(Weights, external_names_stay_in_the_folder) {
  for (const char* name :
       {"", "/etc/passwd", "../w", "a/../w", "./w", "a//w", "c:w", "a\\w", "~w"}) {
    EXPECT_EQ(loaded(tensor("w", TENON_U8, {1}, external({{"location", name}})), {{name, "1"}}),
              fmt::format("tensor \"w\": external data \"{}\" is no relative name inside the "
                          "model's folder",
                          name));
  }
}

TEST(Weights, external_entries_are_strict) {
  EXPECT_EQ(loaded(tensor("w", TENON_U8, {1}, external({{"offset", "0"}}))),
            "tensor \"w\": external_data has no location");
  EXPECT_EQ(loaded(tensor("w", TENON_U8, {1}, external({{"location", "w"}, {"offset", "+1"}}))),
            "tensor \"w\": external_data offset is \"+1\", expected 1 to 20 decimal digits");
  EXPECT_EQ(loaded(tensor("w", TENON_U8, {1}, external({{"location", "w"}, {"location", "v"}}))),
            "tensor \"w\": external_data has location twice");
}

}  // namespace
}  // namespace tenon::onnx
