// SPDX-License-Identifier: Apache-2.0
#include "core/base/hash.h"
#include "core/base/text.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Text, split_leaves_out_empty_parts) {
  EXPECT_EQ(split("a::b:", ':'), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_TRUE(split("", ':').empty());
}

TEST(Text, quotes_escape_control_bytes_and_cuts) {
  EXPECT_EQ(in_quotes("a\x1b\"b"), "\"a\\x1b\\\"b\"");
  EXPECT_EQ(in_quotes(std::string(300, 'x')).size(), 200u + 5);
  // 199 bytes and a two-byte character: the character is not cut in half.
  EXPECT_EQ(in_quotes(std::string(199, 'x') + "\xC3\xA9yy").size(), 199u + 5);
}

TEST(Text, globs_match_whole_names) {
  EXPECT_TRUE(matches_glob("org.tenon.opencl", "*opencl"));
  EXPECT_TRUE(matches_glob("abcabc", "a*c?bc"));
  EXPECT_TRUE(matches_glob("abcabc", "a*b?"));
  EXPECT_TRUE(matches_glob("", "*"));
  EXPECT_FALSE(matches_glob("opencl2", "opencl"));
}

// Vectors of the published reference implementation: key 00..0f, message 00, 01, ...
TEST(Hash, is_siphash_2_4_with_128_bits) {
  std::string message;
  EXPECT_EQ(hash_of(message).text(), "a3817f04ba25a8e66df67214c7550293");
  message.push_back('\0');
  EXPECT_EQ(hash_of(message).text(), "da87c1d86b99af44347659119b22fc45");
  for (char c = 1; c < 15; ++c) message.push_back(c);
  EXPECT_EQ(hash_of(message).text(), "5493e99933b0a8117e08ec0f97cfc3d9");
}

TEST(Hash, does_not_depend_on_how_the_bytes_were_cut) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Hasher hasher;
    hasher.add(std::as_bytes(std::span(text).first(cut)));
    hasher.add(std::as_bytes(std::span(text).subspan(cut)));
    EXPECT_EQ(hasher.finish(), hash_of(text)) << cut;
  }
}

TEST(Hash, fields_keep_their_borders) {
  EXPECT_NE(Hasher().add_field("ab").add_field("c").finish(),
            Hasher().add_field("a").add_field("bc").finish());
}

}  // namespace
}  // namespace tenon
