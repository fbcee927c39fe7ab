// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/npy.h"

#include <gtest/gtest.h>

#include <array>

namespace tenon::files {
namespace {

std::vector<std::byte> bytes_from(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

// A version 1 file with this header text and these bytes.
std::vector<std::byte> npy(std::string header, std::string_view data) {
  header += '\n';
  std::string text = "\x93NUMPY";
  text += {'\x01', '\x00', static_cast<char>(header.size()), '\x00'};
  return bytes_from(text + header + std::string(data));
}

std::string message(std::string header, std::string_view data = {}) {
  const auto tensor = read_npy("x.npy", npy(std::move(header), data));
  return tensor.ok() ? "read" : std::string(tensor.status().message());
}

TEST(Npy, what_is_written_is_read_again) {
  const std::array<float, 6> values = {1, 2, 3, 4, 5, -6.5f};
  const Tensor tensor = Tensor::of_f32({2, 3}, values);
  const auto written = write_npy(tensor);
  ASSERT_TRUE(written.ok()) << written.status().message();
  EXPECT_EQ(written->size(), 128 + 24u);
  const auto again = read_npy("x.npy", *written);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->dtype, TENON_F32);
  EXPECT_EQ(again->dims, tensor.dims);
  EXPECT_EQ(again->data, tensor.data);
}

TEST(Npy, keys_may_come_in_any_order_and_either_quote) {
  const auto tensor =
      read_npy("x.npy", npy(R"({"shape":(2L,),"fortran_order":False,'descr':"|u1"})", "\x07\x08"));
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_EQ(tensor->dims, (std::vector<int64_t>{2}));
  EXPECT_EQ(tensor->dtype, TENON_U8);
}

TEST(Npy, column_major_data_become_row_major) {
  const auto tensor = read_npy(
      "x.npy", npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", "\1\4\2\5\3\6"));
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_EQ(tensor->data, bytes_from("\1\2\3\4\5\6"));
}

TEST(Npy, big_endian_numbers_are_turned) {
  const auto tensor = read_npy(
      "x.npy", npy("{'descr': '>u2', 'fortran_order': False, 'shape': (2,), }", "\1\2\3\4"));
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_EQ(tensor->data, bytes_from("\2\1\4\3"));
}

TEST(Npy, a_scalar_has_no_axes) {
  const auto tensor =
      read_npy("x.npy", npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", "\1"));
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_TRUE(tensor->dims.empty());
}

TEST(Npy, types_that_the_format_lacks_are_widened) {
  Tensor bf16{{}, TENON_BF16, {1}, bytes_from("\x80\x3f")};
  const auto again = read_npy("x.npy", *write_npy(bf16));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->dtype, TENON_F32);
  EXPECT_EQ(again->as<float>()[0], 1);
  EXPECT_EQ(read_npy("x.npy", *write_npy({{}, TENON_I4, {1}, bytes_from("\x07")}))->dtype,
            TENON_I8);
  EXPECT_FALSE(write_npy({{}, TENON_STRING, {1}, {}}).ok());
}

TEST(Npy, headers_are_read_by_a_strict_grammar) {
  EXPECT_EQ(message("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
            "x.npy: header: element type \"|O\", expected numbers or booleans");
  EXPECT_EQ(message("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }"),
            "x.npy: header: a size that is no whole number");
  EXPECT_EQ(message("{'descr': '|u1', 'fortran_order': maybe, 'shape': (1,), }"),
            "x.npy: header: neither True nor False");
  EXPECT_EQ(message("{'descr': '|u1', 'shape': (1,), }"), "x.npy: header: a key is missing");
  EXPECT_EQ(message("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (), }"),
            "x.npy: header: key \"descr\" is unknown or given twice");
  EXPECT_EQ(message("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"),
            "x.npy: header: no quoted text");
  EXPECT_EQ(message("__import__('os').system('true')"), "x.npy: header: no {");
  EXPECT_EQ(message("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), } + 1", "1"),
            "x.npy: header: text behind the closing brace");
}

TEST(Npy, the_file_is_as_long_as_the_header_says) {
  EXPECT_EQ(message("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", "123"),
            "x.npy: 3 bytes of data, f32[2,2] needs 16");
  EXPECT_EQ(message("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", "12"),
            "x.npy: 2 bytes of data, u8[1] needs 1");
  EXPECT_EQ(message("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 8, 0"
                    "), }",
                    "1"),
            "x.npy: 1 bytes of data, f64[4611686018427387904,8,0] needs more than there can be");
}

TEST(Npy, every_truncation_is_refused) {
  const auto whole = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "abc");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_npy("x.npy", std::span(whole).first(size)).ok()) << size;
  }
}

}  // namespace
}  // namespace tenon::files
