// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/sha256.h"

#include <gtest/gtest.h>

#include <string_view>

namespace tenon::files {
namespace {

std::string sum_of(std::string_view text) {
  Sha256 sum;
  sum.update(std::as_bytes(std::span(text)));
  return sum.hex();
}

TEST(Sha256, messages_have_the_sums_of_the_standard) {
  EXPECT_EQ(sum_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sum_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sum_of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, pieces_make_the_same_sum_as_the_whole) {
  const std::string text(200, 'x');
  for (const size_t size : {1u, 55u, 56u, 63u, 64u, 65u, 119u, 120u}) {
    Sha256 sum;
    for (size_t at = 0; at < text.size(); at += size) {
      sum.update(std::as_bytes(std::span(text)).subspan(at, std::min(size, text.size() - at)));
    }
    EXPECT_EQ(sum.hex(), sum_of(text)) << size;
  }
}

TEST(Sha256, a_folder_has_no_content) { EXPECT_EQ(sha256_of_file("/").status().code(), Code::io); }

}  // namespace
}  // namespace tenon::files
