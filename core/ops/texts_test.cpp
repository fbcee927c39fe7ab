// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/texts.h"
#include "core/ops/framework/host_test.h"

#include <cmath>

namespace tenon::ops {
namespace {

using Words = std::vector<std::string>;
using Dims = std::vector<int64_t>;
using Integers = std::vector<int64_t>;
using Floats = std::vector<float>;

TEST(Texts, numbers_are_written_with_the_fewest_digits) {
  EXPECT_EQ(text_of(0.1f), "0.1");
  EXPECT_EQ(text_of(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(text_of(100000.0f), "100000");
  EXPECT_EQ(text_of(1e10f), "1e+10");
  EXPECT_EQ(text_of(-1.5e-7f), "-1.5e-07");
  EXPECT_EQ(text_of(0.0f), "0");
  EXPECT_EQ(text_of(-HUGE_VALF), "-INF");
  EXPECT_EQ(text_of(std::nan("")), "NaN");
}

TEST(Texts, numbers_are_read_whole_or_not_at_all) {
  EXPECT_EQ(*real_of(" +1.5e3 "), 1500);
  EXPECT_EQ(*real_of("-INF"), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(*real_of("nan")));
  EXPECT_EQ(*real_of("1e999"), HUGE_VAL);
  EXPECT_EQ(*real_of("-1e-999"), 0);
  EXPECT_EQ(*integer_of("-12"), -12);
  EXPECT_EQ(*integer_of("3.0"), 3);
  EXPECT_EQ(real_of("1,5").status().message(), "\"1,5\" is no number");
  EXPECT_EQ(real_of("").status().message(), "\"\" is no number");
  EXPECT_EQ(integer_of("1.5").status().message(), "\"1.5\" is no integer");
  EXPECT_FALSE(integer_of("99999999999999999999").ok());
}

TEST(StringConcat, broadcasts) {
  HostOp op("StringConcat");
  const auto made = op.run({op.texts({2, 1}, {"a", "b"}), op.texts({3}, {"x", "y", "z"})});
  ASSERT_EQ(made.size(), 1u) << op.message();
  EXPECT_EQ(made[0].tensor.dims, (Dims{2, 3}));
  EXPECT_EQ(op.words(made[0]), (Words{"ax", "ay", "az", "bx", "by", "bz"}));
}

TEST(StringConcat, dims_that_differ_are_an_error) {
  HostOp op("StringConcat");
  op.run({op.texts({2}, {"a", "b"}), op.texts({3}, {"x", "y", "z"})});
  EXPECT_EQ(op.message(), "extents 2 and 3 do not broadcast");
}

TEST(StringSplit, splits_at_spaces_and_keeps_the_rest_behind_the_last) {
  HostOp op("StringSplit");
  op.set("maxsplit", 1);
  const auto made = op.run({op.texts({2}, {"  a  b c ", ""})}, 2);
  ASSERT_EQ(made.size(), 2u) << op.message();
  EXPECT_EQ(made[0].tensor.dims, (Dims{2, 2}));
  EXPECT_EQ(op.words(made[0]), (Words{"a", "b c", "", ""}));
  EXPECT_EQ(HostOp::elements<int64_t>(made[1]), (Integers{2, 0}));
}

TEST(StringSplit, delimiters_leave_empty_parts) {
  HostOp op("StringSplit");
  op.set("delimiter", "--");
  const auto made = op.run({op.texts({}, {"--a----b"})}, 2);
  ASSERT_EQ(made.size(), 2u) << op.message();
  EXPECT_EQ(op.words(made[0]), (Words{"", "a", "", "b"}));
  EXPECT_EQ(made[1].tensor.dims, Dims());
}

TEST(StringNormalizer, stops_words_of_any_case_and_changes_case) {
  HostOp op("StringNormalizer");
  op.set("stopwords", Words{"MONDAY"}).set("case_change_action", "UPPER");
  const auto made = op.run({op.texts({1, 3}, {"monday", "\xC3\xA9t\xC3\xA9", "Monday"})});
  ASSERT_EQ(made.size(), 1u) << op.message();
  EXPECT_EQ(made[0].tensor.dims, (Dims{1, 1}));
  EXPECT_EQ(op.words(made[0]), (Words{"\xC3\x89T\xC3\x89"}));
}

TEST(StringNormalizer, wrong_uses_are_errors) {
  HostOp op("StringNormalizer");
  op.run({op.texts({2, 1}, {"a", "b"})});
  EXPECT_EQ(op.message(), "2 rows of texts, expected 1");
  EXPECT_EQ(op.complaint(DType::string, 3), "texts of rank 3, expected 1 or 2");
  op.set("case_change_action", "Lower");
  EXPECT_EQ(op.complaint(DType::string, 1),
            "attribute case_change_action is \"Lower\", expected NONE, LOWER or UPPER");
}

TEST(Tokenizer, separators_cut_one_after_the_other) {
  HostOp op("Tokenizer", "com.microsoft");
  op.set("separators", Words{" ", "[,;]+"})
      .set("mincharnum", 2)
      .set("mark", 1)
      .set("pad_value", "#");
  const auto made = op.run({op.texts({2}, {"one two,,three", "a bc"})});
  ASSERT_EQ(made.size(), 1u) << op.message();
  EXPECT_EQ(made[0].tensor.dims, (Dims{2, 5}));
  EXPECT_EQ(op.words(made[0]),
            (Words{"\x02", "one", "two", "three", "\x03", "\x02", "bc", "\x03", "#", "#"}));
}

TEST(Tokenizer, characters_are_tokens_of_the_empty_separator) {
  HostOp op("Tokenizer", "com.microsoft");
  op.set("separators", Words{""}).set("mincharnum", 1);
  const auto made = op.run({op.texts({1}, {"a\xE4\xB8\xAD"})});
  ASSERT_EQ(made.size(), 1u) << op.message();
  EXPECT_EQ(op.words(made[0]), (Words{"a", "\xE4\xB8\xAD"}));
}

TEST(Tokenizer, needs_one_way_to_cut) {
  HostOp op("Tokenizer", "com.microsoft");
  EXPECT_EQ(op.complaint(DType::string, 1),
            "one of the attributes separators and tokenexp is expected");
  op.set("tokenexp", "[").set("mincharnum", 1);
  EXPECT_EQ(op.complaint(DType::string, 1), "pattern, byte 1: a [ without its ]");
}

TEST(TfIdfVectorizer, counts_runs_with_gaps) {
  HostOp op("TfIdfVectorizer");
  op.set("mode", "TF").set("min_gram_length", 1).set("max_gram_length", 2).set("max_skip_count", 1);
  op.set("ngram_counts", Integers{0, 2}).set("ngram_indexes", Integers{0, 1, 2});
  op.set("pool_strings", Words{"a", "b", "a", "b"});
  const auto made = op.run({op.texts({2, 3}, {"a", "b", "c", "a", "c", "b"})});
  ASSERT_EQ(made.size(), 1u) << op.message();
  EXPECT_EQ(made[0].tensor.dims, (Dims{2, 3}));
  EXPECT_EQ(HostOp::elements<float>(made[0]), (Floats{1, 1, 1, 1, 1, 1}));
}

TEST(TfIdfVectorizer, pools_that_do_not_fit_are_errors) {
  HostOp op("TfIdfVectorizer");
  op.set("mode", "TF").set("min_gram_length", 1).set("max_gram_length", 2);
  op.set("ngram_counts", Integers{0, 2}).set("ngram_indexes", Integers{0, 1, 2});
  op.set("pool_int64s", Integers{1, 2, 3});
  EXPECT_EQ(op.complaint(DType::i64, 1), "1 tokens of the pool are no runs of 2");
  op.set("ngram_counts", Integers{0, 9});
  EXPECT_EQ(op.complaint(DType::i64, 1), "ngram_counts has 9 for a pool of 3 tokens");
  op.set("ngram_indexes", Integers{0, 1, -2});
  EXPECT_EQ(op.complaint(DType::i64, 1), "ngram_indexes has -2");
}

TEST(CastText, writes_and_reads) {
  HostOp to("CastText", "tenon");
  to.set("to", int64_t{TENON_STRING});
  const auto written = to.run({to.numbers<float>(DType::f32, {2}, {1.5f, -2})});
  ASSERT_EQ(written.size(), 1u) << to.message();
  EXPECT_EQ(to.words(written[0]), (Words{"1.5", "-2"}));
  HostOp from("CastText", "tenon");
  from.set("to", int64_t{TENON_I32});
  from.run({from.texts({1}, {"one"})});
  EXPECT_EQ(from.message(), "\"one\" is no number");
}

TEST(KnownPlaces, tell_what_is_no_category) {
  HostOp op("KnownPlaces", "tenon");
  op.set("count", 2);
  EXPECT_EQ(op.run({op.numbers<int64_t>(DType::i64, {2}, {1, 0})}).size(), 1u);
  op.run({op.numbers<int64_t>(DType::i64, {2}, {1, 2})});
  EXPECT_EQ(op.message(), "element 1 is none of the 2 categories");
}

TEST(Maps, become_rows_and_rows_become_maps) {
  HostOp zip("ZipMap", "ai.onnx.ml");
  zip.set("classlabels_strings", Words{"cat", "dog"});
  const auto maps = zip.run({zip.numbers<float>(DType::f32, {2, 2}, {1, 2, 3, 4})});
  ASSERT_EQ(maps.size(), 1u) << zip.message();
  ASSERT_EQ(maps[0].items.size(), 2u);
  EXPECT_EQ(zip.words(maps[0].items[1].items[0]), (Words{"cat", "dog"}));
  EXPECT_EQ(HostOp::elements<float>(maps[0].items[1].items[1]), (Floats{3, 4}));

  HostOp row("DictVectorizer", "ai.onnx.ml");
  row.set("string_vocabulary", Words{"dog", "cow", "cat"});
  const auto made = row.run(
      {HostOp::map(row.texts({2}, {"cat", "dog"}), row.numbers<float>(DType::f32, {2}, {5, 7}))});
  ASSERT_EQ(made.size(), 1u) << row.message();
  EXPECT_EQ(HostOp::elements<float>(made[0]), (Floats{7, 0, 5}));
}

TEST(Maps, casts_go_by_rising_key_or_into_columns) {
  HostOp dense("CastMap", "ai.onnx.ml");
  dense.set("cast_to", "TO_STRING");
  const auto input = HostOp::map(dense.numbers<int64_t>(DType::i64, {3}, {4, 1, 9}),
                                 dense.numbers<float>(DType::f32, {3}, {0.5f, 2, 3}));
  const auto words = dense.run({input});
  ASSERT_EQ(words.size(), 1u) << dense.message();
  EXPECT_EQ(dense.words(words[0]), (Words{"2", "0.5", "3"}));
  HostOp sparse("CastMap", "ai.onnx.ml");
  sparse.set("map_form", "SPARSE").set("max_map", 5);
  const auto made = sparse.run({input});
  ASSERT_EQ(made.size(), 1u) << sparse.message();
  EXPECT_EQ(HostOp::elements<float>(made[0]), (Floats{0, 2, 0, 0, 0.5f}));
}

TEST(Maps, other_values_are_errors) {
  HostOp op("DictVectorizer", "ai.onnx.ml");
  op.set("int64_vocabulary", Integers{1});
  op.run({op.numbers<float>(DType::f32, {1}, {1})});
  EXPECT_EQ(op.message(), "input 0: f32[1], expected a map to numbers or texts");
  op.run({HostOp::map(op.texts({1}, {"a"}), op.numbers<float>(DType::f32, {1}, {1}))});
  EXPECT_EQ(op.message(), "keys of type string for a vocabulary of integers");
  op.run({HostOp::map(op.numbers<int64_t>(DType::i64, {1}, {1}),
                      op.numbers<float>(DType::f32, {2}, {1, 2}))});
  EXPECT_EQ(op.message(), "input 0: 1 keys and 2 values");
}

}  // namespace
}  // namespace tenon::ops
