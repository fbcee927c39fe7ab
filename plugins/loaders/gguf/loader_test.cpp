// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include "sdk/loading/gguf_writer.h"
#include "sdk/loading/load_log.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tenon::gguf {
namespace {

using testing::GgufWriter;
using testing::LoadLog;
using testing::raw;
using testing::raw_text;

TEST(GgufLoader, hands_on_tensors_document_and_header) {
  GgufWriter writer;
  writer.add_text("general.architecture", "llama");
  writer.add_u32("llama.attention.head_count", 8);
  writer.add_array("tokenizer.ggml.tokens", ValueType::string, 1, raw_text("a"));
  writer.add_array("llama.swa", ValueType::boolean, 2, std::string("\1\0", 2));
  writer.add_tensor("plain", {2, 3}, 1, "aabbccddeeff");
  writer.add_tensor("blocks", {64, 2, 5}, 8, std::string(20 * 34, 'x'));
  const std::string file = writer.file();
  LoadLog log({{"m.gguf", file}});
  const Status status = log.load("m.gguf", load);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(log.tensors().at("plain").type, "f16[3,2]");
  EXPECT_EQ(log.tensors().at("plain").bytes, "aabbccddeeff");
  EXPECT_EQ(log.tensors().at("blocks").type, "q8_0[5,2,64]");
  EXPECT_EQ(log.documents().at("gguf"),
            R"({"general":{"architecture":"llama"},)"
            R"("llama":{"attention":{"head_count":8},"swa":[true,false]}})");
  EXPECT_EQ(log.companions().at("header.gguf"), file.substr(0, file.size() - 32 - 704));
}

TEST(GgufLoader, a_key_that_begins_others_lies_beside_them) {
  GgufWriter writer;
  writer.add_text("t.chat", "one");
  writer.add_text("t.chat.tools", "two");
  writer.add_text("t.chat2", "three");
  const std::string file = writer.file();
  LoadLog log({{"m.gguf", file}});
  ASSERT_TRUE(log.load("m.gguf", load).ok());
  EXPECT_EQ(log.documents().at("gguf"),
            R"({"t":{"chat":{"":"one","tools":"two"},"chat2":"three"}})");
}

TEST(GgufLoader, keys_of_very_many_parts_do_not_nest_deeply) {
  std::string key = "a";
  for (int i = 0; i < 30000; ++i) key += ".a";
  GgufWriter writer;
  writer.add_u32(key, 1);
  const std::string file = writer.file();
  LoadLog log({{"m.gguf", file}});
  ASSERT_TRUE(log.load("m.gguf", load).ok());
  EXPECT_EQ(std::ranges::count(log.documents().at("gguf"), '{'), 17);
}

class SplitFile : public ::testing::Test {
 protected:
  // Part `no` of `count` with one tensor.
  static std::string part(uint16_t no, uint16_t count, int32_t total) {
    GgufWriter writer;
    writer.add_u16("split.no", no);
    writer.add_u16("split.count", count);
    writer.add("split.tensors.count", ValueType::i32, raw(total));
    writer.add_tensor(fmt::format("w{}", no), {1}, 0, raw(float{1.0f * no}));
    return writer.file();
  }
  static std::string failure(const LoadLog::Files& files, const std::string& name) {
    LoadLog log(files);
    const Status status = log.load(name, load);
    return status.ok() ? "no failure" : std::string(status.message());
  }

  const std::string first = part(0, 2, 2);
  const std::string second = part(1, 2, 2);
};

TEST_F(SplitFile, is_opened_by_its_first_part) {
  LoadLog log({{"m-00001-of-00002.gguf", first}, {"m-00002-of-00002.gguf", second}});
  const Status status = log.load("m-00001-of-00002.gguf", load);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(log.tensors().size(), 2u);
}

TEST_F(SplitFile, says_which_part_is_missing_or_wrong) {
  EXPECT_EQ(failure({{"m-00001-of-00002.gguf", first}}, "m-00001-of-00002.gguf"),
            "part 2 of 2 is missing: \"m-00002-of-00002.gguf\" must lie beside the first part");
  EXPECT_EQ(failure({{"m-00001-of-00002.gguf", first}, {"m-00002-of-00002.gguf", first}},
                    "m-00001-of-00002.gguf"),
            "m-00002-of-00002.gguf: \"split.no\" is 0, its name says 1");
  EXPECT_EQ(failure({{"m-00002-of-00002.gguf", second}}, "m-00002-of-00002.gguf"),
            "this is part 2 of 2; open the first part, \"...-00001-of-00002.gguf\"");
  EXPECT_EQ(failure({{"m.gguf", first}}, "m.gguf"),
            "this is the first of 2 parts, but is named \"m.gguf\"; the names of parts end like "
            "\"-00001-of-00002.gguf\"");
  const std::string promises = part(0, 2, 3);
  EXPECT_EQ(failure({{"m-00001-of-00002.gguf", promises}, {"m-00002-of-00002.gguf", second}},
                    "m-00001-of-00002.gguf"),
            "\"split.tensors.count\" is 3, the parts hold 2");
}

}  // namespace
}  // namespace tenon::gguf
