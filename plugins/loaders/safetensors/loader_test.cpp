// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include "header.h"
#include "sdk/loading/gguf_writer.h"
#include "sdk/loading/load_log.h"

#include <gtest/gtest.h>

namespace tenon::safetensors {
namespace {

using testing::LoadLog;

std::string file_of(std::string_view header, std::string_view data) {
  return testing::raw<uint64_t>(header.size()) + std::string(header) + std::string(data);
}

std::string failure(const LoadLog::Files& files, const std::string& name) {
  LoadLog log(files);
  const Status status = log.load(name, load);
  return status.ok() ? "no failure" : std::string(status.message());
}

std::string failure_of_file(std::string_view header, std::string_view data) {
  const std::string file = file_of(header, data);
  return failure({{"m.safetensors", file}}, "m.safetensors");
}

TEST(Safetensors, tensors_documents_and_metadata_are_handed_on) {
  const std::string file = file_of(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[3,7]},)"
      R"("\u00e9\ud83d\ude00":{"shape":[3],"data_offsets":[0,3],"dtype":"F8_E4M3"}}  )",
      "abcdefg");
  LoadLog log({{"m.safetensors", file},
               {"config.json", R"({"model_type":"llama"})"},
               {"generation_config.json", R"({"top_k":4})"}});
  const Status status = log.load("m.safetensors", load);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(log.tensors().at("b").type, "bf16[2,1]");
  EXPECT_EQ(log.tensors().at("b").bytes, "defg");
  EXPECT_EQ(log.tensors().at("\u00e9\U0001F600").type, "f8e4m3fn[3]");
  EXPECT_EQ(log.documents().at("safetensors"), R"({"format":"pt"})");
  EXPECT_EQ(log.documents().at("hf"), R"({"model_type":"llama"})");
  EXPECT_EQ(log.documents().at("generation"), R"({"top_k":4})");
}

TEST(Safetensors, every_element_type_of_the_format_is_known) {
  const struct {
    const char* name;
    int bits;
    const char* shown;
  } types[] = {{"BOOL", 8, "bool"},
               {"U8", 8, "u8"},
               {"I8", 8, "i8"},
               {"F8_E5M2", 8, "f8e5m2"},
               {"F8_E4M3", 8, "f8e4m3fn"},
               {"F8_E8M0", 8, "f8e8m0"},
               {"F8_E4M3FNUZ", 8, "f8e4m3fnuz"},
               {"F8_E5M2FNUZ", 8, "f8e5m2fnuz"},
               {"I16", 16, "i16"},
               {"U16", 16, "u16"},
               {"F16", 16, "f16"},
               {"BF16", 16, "bf16"},
               {"I32", 32, "i32"},
               {"U32", 32, "u32"},
               {"F32", 32, "f32"},
               {"I64", 64, "i64"},
               {"U64", 64, "u64"},
               {"F64", 64, "f64"},
               {"C64", 64, "c64"},
               {"F4", 4, "f4e2m1"},
               {"F6_E2M3", 6, "f6_e2m3"},
               {"F6_E3M2", 6, "f6_e3m2"}};
  for (const auto& type : types) {
    const std::string file =
        file_of(fmt::format(R"({{"a":{{"dtype":"{}","shape":[2,4],"data_offsets":[0,{}]}}}})",
                            type.name, type.bits),
                std::string(static_cast<size_t>(type.bits), 'x'));
    LoadLog log({{"m.safetensors", file}});
    const Status status = log.load("m.safetensors", load);
    ASSERT_TRUE(status.ok()) << type.name << ": " << status.message();
    EXPECT_EQ(log.tensors().at("a").type, fmt::format("{}[2,4]", type.shown));
  }
}

TEST(Safetensors, says_where_a_header_is_wrong) {
  EXPECT_EQ(failure_of_file(R"({"a":{"dtype":"F33","shape":[],"data_offsets":[0,4]}})", "1234"),
            "tensor \"a\": header at 19: unknown dtype \"F33\"");
  EXPECT_EQ(failure_of_file(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234"),
            "tensor \"a\": 4 bytes, its shape and type F32 need 8");
  EXPECT_EQ(failure_of_file(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "12345"),
            "1 bytes behind the last tensor");
  EXPECT_EQ(failure_of_file(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", "12"),
            "tensor \"a\": 12 bits are no whole bytes");
}

TEST(Safetensors, strict_json_only) {
  for (const char* header :
       {R"({"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}})",
        R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})",
        R"({"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}})",
        R"({"a":{"dtype":"U8","shape":[1,],"data_offsets":[0,1]}})",
        R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},})",
        R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}x)",
        R"({"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
        R"({"\x61":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
        R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"dtype":"U8"}})",
        "{\"a\n\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"}) {
    EXPECT_NE(failure_of_file(header, "x"), "no failure") << header;
  }
}

class Sharded : public ::testing::Test {
 protected:
  const std::string one = file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x");
  const std::string two = file_of(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "y");
  static constexpr const char* entry = "model.safetensors.index.json";
};

TEST_F(Sharded, all_files_of_the_index_are_one_model) {
  LoadLog log({{entry, R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})"},
               {"1.safetensors", one},
               {"2.safetensors", two}});
  const Status status = log.load(entry, load);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(log.tensors().at("a").bytes, "x");
  EXPECT_EQ(log.tensors().at("b").bytes, "y");
}

TEST_F(Sharded, an_index_that_the_files_contradict_is_refused) {
  EXPECT_EQ(failure({{entry, R"({"weight_map":{"a":"../1.safetensors"}})"}}, entry),
            "weight_map: \"a\" lies in \"../1.safetensors\"; expected NAME.safetensors in the same "
            "directory");
  EXPECT_EQ(failure({{entry, R"({"weight_map":{"a":"1.safetensors"}})"}}, entry),
            "\"1.safetensors\": is missing beside the index, or cannot be opened");
  EXPECT_EQ(
      failure({{entry, R"({"weight_map":{"c":"1.safetensors"}})"}, {"1.safetensors", one}}, entry),
      "\"1.safetensors\": lacks tensor \"c\", which the index places there");
  EXPECT_EQ(failure({{entry, R"({"weight_map":{"a":"2.safetensors","b":"2.safetensors",)"
                             R"("c":"1.safetensors"}})"},
                     {"1.safetensors", one},
                     {"2.safetensors", two}},
                    entry),
            "\"1.safetensors\": holds tensor \"a\", which the index places in \"2.safetensors\"");
}

TEST(SafetensorsProbe, looks_at_content_first) {
  const std::string file = file_of("{}", "");
  EXPECT_EQ(probe(file, file.size(), "anything"), 95u);
  EXPECT_EQ(probe("{}", 2, "m.safetensors.index.json"), 90u);
  EXPECT_EQ(probe("", 0, "m.safetensors"), 5u);
  EXPECT_EQ(probe("GGUF", 4, "m"), 0u);
}

}  // namespace
}  // namespace tenon::safetensors
