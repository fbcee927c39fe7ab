// SPDX-License-Identifier: Apache-2.0
#include "core/formats/decode.h"

#include "core/graph/text.h"
#include "core/passes/pass.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

constexpr const char* q8 =
    "format q8 block 4 bytes 6\n"
    "  code = s8(16 + 8 * e)\n"
    "  scale = f16(0)\n";

StoredTensor tensor(DType dtype, std::vector<int64_t> dims, size_t bytes, std::string format = {}) {
  const auto owner = std::make_shared<std::vector<std::byte>>(bytes);
  return {dtype, std::move(format), std::move(dims), owner, *owner};
}

TEST(Formats, the_first_file_with_a_name_has_it) {
  Formats formats;
  formats.add("a.quant", q8);
  formats.add("b.quant", q8);
  formats.add("c.quant", "format oops");
  ASSERT_TRUE(formats.find("q8") != nullptr);
  EXPECT_EQ(formats.find("q8")->path, "a.quant");
  ASSERT_EQ(formats.refused().size(), 2U);
  EXPECT_EQ(formats.refused()[0].second, "format q8 is in a.quant already");
  EXPECT_EQ(formats.refused()[1].second,
            "line 1 column 12: found the end, expected \"block\" or \"of\"");
  EXPECT_EQ(formats.get("q9").status().message(),
            "there is no quantization format \"q9\"; known are q8");
}

TEST(Formats, stored_blocks_become_a_node_that_carries_its_format) {
  Formats formats;
  formats.add("q8.quant", q8);
  Graph graph;
  auto node = decode_blocks(graph, formats, "w.weight", tensor(DType::f32, {2, 64}, 192, "q8"));
  ASSERT_TRUE(node.ok()) << node.status().message();
  graph.main().outputs = {add_decode(graph, std::move(*node), "w.weight")};
  graph.output_names = {"w"};
  // Nothing is computed before the run.
  ASSERT_TRUE(run_passes(graph, {.stop_after = "fold"}).ok());
  const std::string text = to_text(graph);
  EXPECT_NE(text.find("constant %0 \"w.weight.blocks\" u8[2, 96]"), std::string::npos) << text;
  EXPECT_NE(
      text.find("%1 \"w.weight\" f32[2, 64] = tenon::Decode(%0) \"w.weight\" {code = \"format "
                "q8 block 4 bytes 6"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("format = \"q8\""), std::string::npos) << text;
  ASSERT_TRUE(run_passes(graph, {.disabled = {"infer"}}).ok());
  EXPECT_NE(to_text(graph).find("format = \"q8\"} :"), std::string::npos) << to_text(graph);
}

TEST(Formats, stored_tensors_that_do_not_fit_are_refused) {
  Formats formats;
  formats.add("q8.quant", q8);
  Graph graph;
  const auto refusal = [&](const StoredTensor& stored) {
    return std::string(decode_blocks(graph, formats, "w", stored).status().message());
  };
  EXPECT_EQ(refusal(tensor(DType::f32, {2, 6}, 24, "q8")),
            "tensor \"w\": rows of 6 numbers, expected a multiple of the 4 in a block of q8");
  EXPECT_EQ(refusal(tensor(DType::f32, {2, 8}, 23, "q8")),
            "tensor \"w\": 23 bytes, expected 24 of format q8");
  EXPECT_EQ(refusal(tensor(DType::f32, {2, 8}, 24, "q7")),
            "tensor \"w\": there is no quantization format \"q7\"; known are q8");
}

constexpr const char* packed =
    "format small of words, scales\n"
    "  when method = x\n"
    "  option bits = bits\n"
    "  code = cols(words, n, k * bits, bits)\n"
    "  scale = scales[n]\n"
    "format large of words, scales, zeros\n"
    "  when method = x\n"
    "  when version != 2\n"
    "  option bits = groups.*.bits ?? 4\n"
    "  code = cols(words, n, k * bits, bits)\n"
    "  zero = zeros[n]\n"
    "  scale = scales[n]\n";

TEST(Formats, the_packed_format_with_most_tensors_that_fits_is_found) {
  Formats formats;
  formats.add("p.quant", packed);
  WeightFile file;
  file.tensors["m.words"] = tensor(DType::i32, {2, 1}, 8);
  file.tensors["m.scales"] = tensor(DType::f32, {2}, 8);
  file.documents["hf"] =
      *parse_json(R"({"quantization_config": {"method": "x", "groups": {"g": {"bits": 2}}}})");
  EXPECT_EQ(find_packed(formats, file, "m.weight").status().message(),
            "format small: the configuration lacks bits, which gives bits");
  file.tensors["m.zeros"] = tensor(DType::i32, {2}, 8);
  const auto large = find_packed(formats, file, "m.weight");
  ASSERT_TRUE(large.ok() && *large) << large.status().message();
  EXPECT_EQ((*large)->entry->format.name, "large");
  EXPECT_EQ((*large)->options.at("bits"), 2);
  const auto other = find_packed(formats, file, "other.weight");
  ASSERT_TRUE(other.ok());
  EXPECT_FALSE(other->has_value());
}

}  // namespace
}  // namespace tenon
