// SPDX-License-Identifier: Apache-2.0
#include "tenon/quant_format.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace tenon {
namespace {

std::string complaint(std::string_view text) {
  const auto formats = parse_quant_formats(text);
  return formats.ok() ? "" : std::string(formats.status().message());
}

QuantFormat only(std::string_view text) {
  auto formats = parse_quant_formats(text);
  EXPECT_TRUE(formats.ok()) << formats.status().message();
  return formats.ok() && formats->size() == 1 ? formats->front() : QuantFormat();
}

// One row of blocks.
class Blocks : public QuantReader {
 public:
  Blocks(ExprPool& pool, const QuantFormat& format) : pool_(pool), format_(format) {}
  Expr byte(Expr position, Expr inside) override {
    return pool_.load(0, Type::u32, position, inside);
  }
  bool has(size_t) const override { return true; }
  const std::vector<Expr>& dims(size_t) const override { return none_; }
  Expr load(size_t, std::span<const Expr>, Expr) override { return {}; }
  Expr table(size_t table, Expr position, Expr inside) override {
    const auto operand = static_cast<int64_t>(1 + table);
    return pool_.load(operand, type_of(format_.tables[table].dtype), position, inside);
  }

 private:
  ExprPool& pool_;
  const QuantFormat& format_;
  std::vector<Expr> none_;
};

// The weights of a row of blocks, or of the text's first mistake one NaN.
std::vector<float> decoded(std::string_view text, const std::vector<uint8_t>& bytes) {
  const QuantFormat format = only(text);
  if (format.block == 0) return {std::nanf("")};
  ExprPool pool;
  Blocks reader(pool, format);
  const auto columns = static_cast<int64_t>(bytes.size()) / format.bytes * format.block;
  const auto parts = quant_parts(pool, format, reader,
                                 {.n = pool.integer(0),
                                  .k = pool.coordinate(0),
                                  .outputs = pool.integer(1),
                                  .inputs = pool.integer(columns)});
  EXPECT_TRUE(parts.ok()) << parts.status().message();
  if (!parts.ok()) return {std::nanf("")};
  std::vector<StripOperand> operands = {
      {bytes.data(), DType::u8, static_cast<int64_t>(bytes.size())}};
  std::vector<std::vector<float>> tables;
  for (const QuantTable& table : format.tables) {
    tables.emplace_back(table.values.size());
    for (size_t i = 0; i < table.values.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      if (is_float(table.dtype)) {
        store_float(tables.back().data(), table.dtype, at, table.values[i]);
      } else {
        store_integer(tables.back().data(), table.dtype, at, static_cast<int64_t>(table.values[i]));
      }
    }
    operands.push_back({tables.back().data(), table.dtype, table.elements()});
  }
  const auto program = StripProgram::compile(pool.rows(), parts->value.id(), operands.size());
  EXPECT_TRUE(program.ok()) << program.status().message();
  std::vector<float> out(static_cast<size_t>(columns));
  const int64_t dims[] = {columns};
  if (program.ok()) program->run(operands, {}, dims, DType::f32, out.data(), 0, columns);
  return out;
}

using Floats = std::vector<float>;

TEST(QuantFormat, a_value_is_scale_times_code_less_zero_less_minimum) {
  EXPECT_EQ(decoded("format x block 2 bytes 2\n"
                    "code = u(8 * e, 8)\nscale = 0.5\nzero = 3\nmin = 10",
                    {5, 255, 0, 3}),
            (Floats{-9, 116, -11.5, -10}));
}

TEST(QuantFormat, fields_may_cross_bytes_at_places_that_are_computed) {
  // Five fields of 7 bits from bit 3 on.
  const uint64_t bits = uint64_t{5} | uint64_t{1} << 3 | uint64_t{127} << 10 | uint64_t{64} << 17 |
                        uint64_t{3} << 24 | uint64_t{85} << 31;
  std::vector<uint8_t> bytes(5);
  for (size_t i = 0; i < 5; ++i) bytes[i] = static_cast<uint8_t>(bits >> 8 * i);
  EXPECT_EQ(decoded("format x block 5 bytes 5\ncode = u(3 + 7 * e, 7)", bytes),
            (Floats{1, 127, 64, 3, 85}));
  EXPECT_EQ(decoded("format x block 5 bytes 5\ncode = s(3 + 7 * e, 7)", bytes),
            (Floats{1, -1, -64, 3, -43}));
}

TEST(QuantFormat, floats_of_16_and_32_bits_keep_every_kind_of_number) {
  // 1, -2, the least of all, the largest that is not normal, infinity, NaN.
  const std::vector<uint8_t> halves = {0, 0x3C, 0, 0xC0, 1, 0, 0xFF, 0x03, 0x00, 0x7C, 0x01, 0xFE};
  const Floats found = decoded("format x block 1 bytes 2\ncode = f16(0)", halves);
  const Floats expected = {1, -2, 0x1p-24F, 1023 * 0x1p-24F, INFINITY};
  EXPECT_EQ(Floats(found.begin(), found.begin() + 5), expected);
  EXPECT_TRUE(std::isnan(found[5]));
  EXPECT_EQ(decoded("format x block 1 bytes 2\ncode = half(u(0, 16))", halves)[2], 0x1p-24F);
  EXPECT_EQ(decoded("format x block 1 bytes 2\ncode = bf16(0)", {0x80, 0xBF}), Floats{-1});
  EXPECT_EQ(decoded("format x block 1 bytes 5\ncode = f32(8)", {9, 0, 0, 0x80, 0x7F}),
            Floats{INFINITY});
}

TEST(QuantFormat, powers_of_two_reach_the_smallest_floats) {
  EXPECT_EQ(decoded("format x block 1 bytes 1\ncode = exp2(u(0, 8) - 128)", {0, 1, 2, 128, 255}),
            (Floats{0x1p-128F, 0x1p-127F, 0x1p-126F, 1, 0x1p127F}));
}

TEST(QuantFormat, tables_have_rows_of_digits_or_numbers) {
  const char* text =
      "table grid of -1 0 7 = 021 110\n"
      "table odd = 0.5 -300\n"
      "  1e3\n"
      "format x block 3 bytes 1  # a comment\n"
      "code = grid[u(0, 1), e]\n"
      "scale = odd[u(1, 2)]";
  EXPECT_EQ(decoded(text, {0, 1 + 2 * 1}), (Floats{-0.5, 3.5, 0, 0, 0, 300}));
  // Beyond the table is zero.
  EXPECT_EQ(decoded(text, {6}), (Floats{-0.0, 0, 0}));
}

TEST(QuantFormat, what_is_read_outside_a_block_is_zero) {
  EXPECT_EQ(decoded("format x block 2 bytes 1\ncode = u(u(0, 8), 1) + e", {1, 255, 7}),
            (Floats{0, 1, 0, 1, 0, 1}));
}

TEST(QuantFormat, parity_counts_bits) {
  EXPECT_EQ(
      decoded("format x block 1 bytes 2\ncode = parity(u(0, 16))", {3, 0, 1, 0, 1, 3, 255, 127}),
      (Floats{0, 1, 1, 1}));
}

TEST(QuantFormat, lines_go_on_and_the_code_reads_back) {
  const QuantFormat format = only(
      "# what it is\n"
      "table t = 1 2\n"
      "table other = 3\n"
      "format packed of qweight, weight.absmax as absmax, g_idx?\n"
      "  when quant_method = gptq\n"
      "  when version != v2\n"
      "  settings weight.state\n"
      "  option bits = bits ?? w_bit ?? 4\n"
      "  g = given(g_idx)\n"
      "    ? g_idx[k] : k / 32  # two lines\n"
      "  code = rows(qweight, n, k * bits, bits) * t[g % 2]\n"
      "  scale = absmax[g]\n");
  ASSERT_EQ(format.tensors.size(), 3U);
  EXPECT_EQ(format.tensors[1].suffix, "weight.absmax");
  EXPECT_EQ(format.tensors[1].name, "absmax");
  EXPECT_TRUE(format.tensors[2].optional);
  ASSERT_EQ(format.options.size(), 1U);
  EXPECT_EQ(format.options[0].paths, (std::vector<std::string>{"bits", "w_bit"}));
  EXPECT_EQ(format.options[0].otherwise, 4);
  ASSERT_EQ(format.conditions.size(), 2U);
  EXPECT_FALSE(format.conditions[1].equal);
  ASSERT_EQ(format.tables.size(), 1U);
  const auto again = parse_quant_code(format.code, format.tables);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->code, format.code);
  EXPECT_EQ(again->lines.size(), 3U);
}

struct Mistake {
  const char* text;
  const char* message;
};

class QuantMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(QuantMistakes, are_named_with_line_and_column) {
  EXPECT_EQ(complaint(GetParam().text), GetParam().message) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    texts, QuantMistakes,
    testing::Values(
        Mistake{"code = 1", "line 1 column 1: found \"code\", expected \"format\" or \"table\""},
        Mistake{"format x", "line 1 column 9: found the end, expected \"block\" or \"of\""},
        Mistake{"format x block 0 bytes 1",
                "line 1 column 16: found \"0\", expected weights of a block, a number from 1 to "
                "65536"},
        Mistake{"\nformat x block 4 bytes 1\n  scale = 1",
                "line 2 column 1: format x has no line \"code = ...\""},
        Mistake{"format x block 4 bytes 1\n  code = u(2 * e, 2) +\n    * 3",
                "line 3 column 5: found \"*\", expected a number, a name or \"(\""},
        Mistake{"format x block 4 bytes 1\n  code = u(8 + e, 2)",
                "line 2 column 10: bit 8 and the 1 after it are not in a block of 1 bytes"},
        Mistake{"format x block 4 bytes 1\n  code = u(e, e)",
                "line 2 column 10: a width must be a number from 1 to 24"},
        Mistake{"format x block 4 bytes 1\n  code = foo(e)",
                "line 2 column 10: unknown function \"foo\""},
        Mistake{"format x block 4 bytes 1\n  e = 1", "line 2: \"e\" is the name of something else"},
        Mistake{"format x block 4 bytes 1\n  code = t[e]\ntable t = 1 2 x",
                "line 3 column 15: found \"x\", expected a number"},
        Mistake{"table t of 1 2 =\n  010 01",
                "line 2 column 7: a row of 2 digits, expected 3 as in "
                "the first"},
        Mistake{"table t of 1 2 =\n  012", "line 2 column 3: \"2\" in a row of digits from 0 to 1"},
        Mistake{"format x of a b", "line 1 column 15: found \"b\", expected the end of the line"},
        Mistake{"format x of a.b",
                "line 1 column 13: \"a.b\" is no name for formulas, add \"as\" "
                "and one"},
        Mistake{"format x of a\n  code = a", "line 1 column 1: a tensor is used without an index"},
        Mistake{"format x of a\n  code = rows(k, n, k, 4)",
                "line 2 column 10: rows takes a tensor first"},
        Mistake{"format x of a\n  option b = c ?? d e",
                "line 2 column 21: found \"e\", expected \"??\" or the end of the line"},
        Mistake{"format x of a\n  when b < c",
                "line 2 column 10: found \"<\", expected \"=\" or "
                "\"!=\""},
        Mistake{"format x block 4 bytes 1\n code = 1\nformat x block 4 bytes 1\n code = 1",
                "line 3 column 8: format \"x\" stands here twice"}));

}  // namespace
}  // namespace tenon
