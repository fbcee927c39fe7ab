// SPDX-License-Identifier: Apache-2.0
#include "sdk/loading/gguf_writer.h"

#include "tenon/gguf.h"

#include <gtest/gtest.h>

namespace tenon::gguf {
namespace {

using testing::GgufWriter;
using testing::raw;
using testing::raw_text;

std::string failure_of(const GgufWriter& writer) {
  const std::string file = writer.file();
  const auto header = read_header(file, file.size());
  return header.ok() ? "no failure" : std::string(header.status().message());
}

TEST(GgufHeader, holds_metadata_and_tensors_in_place) {
  GgufWriter writer;
  writer.add_text("general.architecture", "llama");
  writer.add_u32("llama.block_count", 2);
  writer.add("llama.eps", ValueType::f32, raw(0.5f));
  writer.add("llama.tied", ValueType::boolean, "\1");
  writer.add_array("tokens", ValueType::string, 2, raw_text("<s>") + raw_text(""));
  writer.add_array("heads", ValueType::i16, 2, raw<int16_t>(-3) + raw<int16_t>(7));
  writer.add_tensor("a", {2, 3}, 0, std::string(24, '\1'));
  writer.add_tensor("b", {256}, 12, std::string(144, '\2'));
  const std::string file = writer.file();
  const auto header = read_header(file, file.size());
  ASSERT_TRUE(header.ok()) << header.status().message();
  EXPECT_EQ(*header->text("general.architecture"), "llama");
  EXPECT_EQ(*header->integer("llama.block_count"), 2);
  EXPECT_EQ(*header->number("llama.eps"), 0.5);
  EXPECT_EQ(*header->number("llama.block_count"), 2.0);
  EXPECT_TRUE(*header->boolean("llama.tied"));
  EXPECT_EQ(header->find("tokens")->texts(), (std::vector<std::string_view>{"<s>", ""}));
  EXPECT_EQ(header->find("heads")->integer_at(0), -3);
  EXPECT_EQ(header->find("heads")->integer_at(2), std::nullopt);
  ASSERT_EQ(header->tensors.size(), 2u);
  EXPECT_EQ(header->tensors[1].type->name, "q4_K");
  EXPECT_EQ(header->tensors[0].offset, header->bytes);
  EXPECT_EQ(file.substr(header->tensors[1].offset, header->tensors[1].bytes),
            std::string(144, '\2'));
}

TEST(GgufHeader, is_the_same_without_the_data) {
  GgufWriter writer;
  writer.add_tensor("a", {4}, 0, std::string(16, '\0'));
  const std::string file = writer.file();
  const auto whole = read_header(file, file.size());
  ASSERT_TRUE(whole.ok());
  const auto head = read_header(std::string_view(file).substr(0, whole->bytes), unknown_size);
  ASSERT_TRUE(head.ok()) << head.status().message();
  EXPECT_EQ(head->bytes, whole->bytes);
}

TEST(GgufHeader, tells_a_missing_key_from_one_of_another_kind) {
  GgufWriter writer;
  writer.add_text("x.n", "three");
  const std::string file = writer.file();
  const auto header = read_header(file, file.size());
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->integer("x.n").status().message(),
            "gguf metadata: key \"x.n\" is string, expected an integer within 64 bits");
  EXPECT_EQ(header->integer("x.m").status().message(),
            "gguf metadata: key \"x.m\" is missing, expected an integer within 64 bits");
  EXPECT_EQ(*header->integer("x.m", 5), 5);
}

TEST(GgufHeader, names_versions_that_are_not_read) {
  GgufWriter writer;
  writer.version = 1;
  EXPECT_NE(failure_of(writer).find("GGUF version 1"), std::string::npos);
  writer.version = 0x03000000;
  EXPECT_NE(failure_of(writer).find("big-endian"), std::string::npos);
  writer.version = 4;
  EXPECT_NE(failure_of(writer).find("GGUF version 4, versions 2 and 3"), std::string::npos);
}

TEST(GgufHeader, names_types_that_were_withdrawn) {
  GgufWriter writer;
  writer.add_tensor("w", {32}, 31, std::string(18, '\0'));
  EXPECT_EQ(failure_of(writer),
            "gguf header: tensor \"w\": type 31 (q4_0_4_4), which was withdrawn; convert the model "
            "again");
}

TEST(GgufHeader, refuses_rows_that_are_no_whole_blocks) {
  GgufWriter writer;
  writer.add_tensor("w", {48, 2}, 2, std::string(64, '\0'));
  EXPECT_EQ(failure_of(writer),
            "gguf header: tensor \"w\": rows of 48 elements, type q4_0 has blocks of 32");
}

TEST(GgufHeader, refuses_keys_with_empty_parts) {
  for (const char* key : {"", ".a", "a.", "a..b", "a\nb"}) {
    GgufWriter writer;
    writer.add_u32(key, 1);
    EXPECT_NE(failure_of(writer), "no failure") << key;
  }
}

TEST(GgufHeader, every_cut_of_a_header_fails) {
  GgufWriter writer;
  writer.add_text("general.architecture", "llama");
  writer.add_array("tokens", ValueType::string, 2, raw_text("ab") + raw_text("c"));
  writer.add_tensor("a", {2, 3}, 0, std::string(24, '\1'));
  const std::string file = writer.file();
  for (size_t size = 0; size + 32 < file.size(); ++size) {
    EXPECT_FALSE(read_header(std::string_view(file).substr(0, size), size).ok()) << size;
  }
}

TEST(GgufTypes, are_found_by_number_and_by_name) {
  EXPECT_EQ(tensor_type(39)->name, "mxfp4");
  EXPECT_EQ(tensor_type("iq2_xxs")->bytes, 66u);
  EXPECT_EQ(tensor_type(30)->dtype, DType::bf16);
  EXPECT_EQ(tensor_type(4), nullptr);
  EXPECT_EQ(tensor_type(43), nullptr);
  EXPECT_EQ(tensor_type("q9"), nullptr);
}

}  // namespace
}  // namespace tenon::gguf
