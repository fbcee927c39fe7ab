// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/formula/move.h"
#include "plugins/backends/cpu/formula/run.h"
#include "plugins/backends/cpu/level.h"
#include "tenon/expr.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <random>

namespace tenon::cpu {
namespace {

// "x0[index]" and "x0" are loads of operand 0, in the type that its elements widen to.
class Loads : public ExprScope {
 public:
  Loads(ExprPool& pool, std::span<const DType> dtypes) : pool_(pool), dtypes_(dtypes) {}
  Answer name(std::string_view name) override { return load(name, {}); }
  Answer element(std::string_view name, std::span<const Expr> arguments) override {
    return load(name, arguments);
  }

 private:
  Answer load(std::string_view name, std::span<const Expr> arguments) {
    if (name.size() != 2 || name[0] != 'x') return {};
    const auto operand = static_cast<size_t>(name[1] - '0');
    // x0[index, inside]
    return pool_.load(static_cast<int64_t>(operand), type_of(dtypes_[operand]),
                      arguments.empty() ? Expr() : arguments[0],
                      arguments.size() < 2 ? Expr() : arguments[1]);
  }
  ExprPool& pool_;
  std::span<const DType> dtypes_;
};

struct Case {
  std::string text;
  std::vector<int64_t> dims;
  std::vector<DType> operands;
  std::vector<int64_t> elements = {};  // of each operand; the output's where there is none
  DType result = DType::f32;
  double bound = 1e-5;  // relative
  double low = -3, high = 3;
  int64_t row_axes = -1;  // of tiles
};

int64_t product(std::span<const int64_t> dims) {
  int64_t count = 1;
  for (const int64_t extent : dims) count *= extent;
  return count;
}

class Tried {
 public:
  explicit Tried(const Case& at) : at_(at) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> values(at.low, at.high);
    for (size_t i = 0; i < at.operands.size(); ++i) {
      const int64_t count = i < at.elements.size() ? at.elements[i] : product(at.dims);
      memory_.emplace_back(static_cast<size_t>(count) * 8);
      for (int64_t k = 0; k < count; ++k) {
        store_float(memory_.back().data(), at.operands[i], k, values(random));
      }
      operands_.push_back({memory_.back().data(), at.operands[i], count});
    }
    Loads loads(pool_, at.operands);
    root_ = *parse_expr(pool_, at.text, loads);
  }

  std::vector<double> expected() const {
    auto program = StripProgram::compile(pool_.rows(), root_.id(), at_.operands.size());
    std::vector<std::byte> out(static_cast<size_t>(product(at_.dims)) * 8);
    program->run(operands_, {}, at_.dims, at_.result, out.data(), 0, product(at_.dims));
    return read(out);
  }

  std::vector<double> found(size_t* boxes) const {
    auto rows = formula_rows(pool_.rows(), root_.id(), at_.operands, at_.result);
    EXPECT_TRUE(rows.ok()) << rows.status().message();
    StripSizes sizes{.dims = at_.dims, .symbols = {}, .elements = {}};
    StripPlaces places;
    for (size_t i = 0; i < operands_.size(); ++i) {
      sizes.elements.push_back(operands_[i].elements);
      places.operands[i] = static_cast<const std::byte*>(operands_[i].data);
    }
    std::vector<std::byte> out(static_cast<size_t>(product(at_.dims)) * 8);
    places.result = out.data();
    if (at_.row_axes >= 0) {
      run_tiles(*rows, sizes, places);
      return read(out);
    }
    const std::vector<Box> all = split_output(*rows, at_.dims, {});
    for (const Box& box : all) {
      auto code = compile_strips(*rows, box, sizes);
      EXPECT_TRUE(code.ok()) << code.status().message();
      if (const auto move = find_move(*rows, *code)) {
        run_move(*move, places, 0, move->units() / 2);
        run_move(*move, places, move->units() / 2, move->units());
        continue;
      }
      // In two parts, as chunks are.
      const int64_t strips = code->strips();
      run_strips(*code, places, 0, strips / 2);
      run_strips(*code, places, strips / 2, strips);
    }
    *boxes = all.size();
    return read(out);
  }

 private:
  // Operand 0 comes in tiles of 3 rows and 40 columns with some space between the rows.
  void run_tiles(const FormulaRows& rows, const StripSizes& sizes,
                 const StripPlaces& places) const {
    auto code = compile_strips(rows, whole_box(at_.dims), sizes, at_.row_axes);
    ASSERT_TRUE(code.ok()) << code.status().message();
    const auto split = static_cast<size_t>(at_.row_axes);
    const int64_t height = product(std::span(at_.dims).first(split));
    const int64_t width = product(std::span(at_.dims).subspan(split));
    const auto* own = static_cast<const float*>(operands_[0].data);
    for (int64_t r = 0; r < height; r += 3) {
      for (int64_t c = 0; c < width; c += 40) {
        const int64_t tile_rows = std::min<int64_t>(3, height - r);
        const int64_t tile_columns = std::min<int64_t>(40, width - c);
        float tile[3 * 48] = {};
        for (int64_t i = 0; i < tile_rows; ++i) {
          std::copy_n(own + (r + i) * width + c, tile_columns, tile + i * 48);
        }
        run_tile(*code, places,
                 {.data = tile,
                  .stride = 48,
                  .first_row = r,
                  .rows = tile_rows,
                  .first_column = c,
                  .columns = tile_columns});
      }
    }
  }

  std::vector<double> read(const std::vector<std::byte>& out) const {
    std::vector<double> values;
    for (int64_t i = 0; i < product(at_.dims); ++i) {
      values.push_back(load_float(out.data(), at_.result, i));
    }
    return values;
  }

  const Case& at_;
  ExprPool pool_;
  Expr root_;
  std::vector<std::vector<std::byte>> memory_;
  std::vector<StripOperand> operands_;
};

void expect_as_plain(const Case& at, size_t boxes = 0) {
  const Tried tried(at);
  const std::vector<double> expected = tried.expected();
  for (const Level level : {Level::sse4, Level::avx2, Level::avx512, Level::neon}) {
    if (!has_level(level)) continue;
    const WithLevel with(level);
    size_t made = 0;
    const std::vector<double> found = tried.found(&made);
    EXPECT_TRUE(boxes == 0 || made == boxes) << at.text << ": " << made << " boxes";
    for (size_t i = 0; i < expected.size(); ++i) {
      if (std::isnan(expected[i]) && std::isnan(found[i])) continue;
      if (expected[i] == found[i]) continue;
      ASSERT_LE(std::fabs(found[i] - expected[i]), at.bound * (1 + std::fabs(expected[i])))
          << at.text << " at " << i << " on " << to_text(level) << ": " << found[i] << ", expected "
          << expected[i];
    }
  }
}

constexpr DType f32 = DType::f32, i64 = DType::i64;

TEST(CpuFormula, element_operators_are_those_of_the_plain_strips) {
  const char* const texts[] = {"max(x0, 0)",
                               "x0 * x1 + 2.0",
                               "x0 / x1",
                               "min(max(x0, -1.0), 1.5)",
                               "1 / (1 + exp(-x0))",
                               "x0 / (1 + exp(-x0))",
                               "x0 * (1 / (1 + exp(-x0)))",
                               "0.5 * x0 * (1 + erf(x0 * 0.7071067811865476))",
                               "x0 * (1 + erf(x0 / 1.4142135623730951)) * 0.5",
                               "x0 * max(0, min(1, x0 / 6 + 0.5))",
                               "x0 < 0 ? 0.1 * x0 : x0",
                               "x0 < x1 && x0 > -1.0 || isnan(x1) ? x0 : 3.0",
                               "pow(x0, 2.0) - abs(x1)",
                               "tanh(x0) + sin(x1) * cos(x0)",
                               "sqrt(abs(x0)) + log(abs(x1) + 0.01)",
                               "floor(x0) + ceil(x1) + round(x0) + trunc(x1)",
                               "mod(x0, 0.75) + rem(x1, 0.6)",
                               "f32(i32(x0 * 100.0) % 7 + i32(x1)) * 0.5",
                               "f32(i64(x0 * 100.0) / 3 + (i64(x1) << 2))"};
  for (const char* text : texts) {
    expect_as_plain({.text = text, .dims = {3, 341}, .operands = {f32, f32}}, 1);
    expect_as_plain({.text = text, .dims = {16}, .operands = {f32, f32}}, 1);
    expect_as_plain({.text = text, .dims = {9001}, .operands = {f32, f32}}, 1);
  }
}

TEST(CpuFormula, narrow_types_are_widened_and_rounded) {
  for (const DType dtype : {DType::f16, DType::bf16, DType::i8, DType::u8, DType::i16, DType::u16,
                            DType::i32, DType::u32, DType::i64, DType::boolean}) {
    const Case at = {.text = is_float(dtype) ? "x0 * 1.5 + x1" : "f32(x0) * 0.5 + x1",
                     .dims = {7, 65},
                     .operands = {dtype, f32},
                     .low = 0,
                     .high = 100};
    expect_as_plain(at, 1);
    Case narrow = at;
    narrow.text = "x1";
    narrow.result = dtype;
    narrow.bound = 0;
    expect_as_plain(narrow, 1);
  }
}

TEST(CpuFormula, operands_are_broadcast_along_any_axes) {
  for (const std::vector<int64_t>& dims :
       std::vector<std::vector<int64_t>>{{2, 5, 7, 9}, {2, 5, 10, 30}, {1, 3, 1, 2000}}) {
    const int64_t c = dims[1], w = dims[3];
    expect_as_plain({.text = "x0 * x1[coord(1)] + x2[coord(3)]",
                     .dims = dims,
                     .operands = {f32, f32, f32},
                     .elements = {product(dims), c, w}},
                    1);
    expect_as_plain({.text = "x0 + x1[0] * 2.0 + x1[0]",
                     .dims = dims,
                     .operands = {f32, f32},
                     .elements = {product(dims), 1}},
                    1);
    expect_as_plain({.text = "x1[coord(1)] + f32(coord(2)) + f32(linear)",
                     .dims = dims,
                     .operands = {f32, f32},
                     .elements = {product(dims), c}},
                    1);
  }
}

TEST(CpuFormula, conditions_on_positions_cut_the_output) {
  // Concat of 3 and 5 rows, Pad, and a mask by two coordinates that stays a condition.
  expect_as_plain({.text = "coord(0) < 3 ? x0[coord(0) * 70 + coord(1)] : "
                           "x1[(coord(0) - 3) * 70 + coord(1)]",
                   .dims = {8, 70},
                   .operands = {f32, f32},
                   .elements = {210, 350}},
                  2);
  expect_as_plain({.text = "x0[(coord(0) - 1) * 60 + coord(1) - 2, coord(0) >= 1 && coord(0) < 5 "
                           "&& coord(1) >= 2 && coord(1) < 62]",
                   .dims = {7, 65},
                   .operands = {f32},
                   .elements = {240}},
                  5);
  expect_as_plain({.text = "coord(1) <= coord(0) ? x0 : -10.0", .dims = {9, 70}, .operands = {f32}},
                  1);
}

TEST(CpuFormula, quotients_of_positions_cut_axes_into_blocks) {
  // Transposed and flattened: [2, 4, 6] as [6, 4, 2] in one axis; repeated; two pixels from one.
  expect_as_plain({.text = "x0[linear % 2 * 24 + linear / 2 % 4 * 6 + linear / 8]",
                   .dims = {48},
                   .operands = {f32},
                   .elements = {48}},
                  1);
  expect_as_plain({.text = "x0[coord(0) % 16]", .dims = {64}, .operands = {f32}, .elements = {16}},
                  1);
  expect_as_plain({.text = "x0[coord(0) / 2 * 50 + coord(1) / 2]",
                   .dims = {10, 100},
                   .operands = {f32},
                   .elements = {250}},
                  1);
  expect_as_plain(
      {.text = "x0[(coord(0) + 3) % 16]", .dims = {70}, .operands = {f32}, .elements = {16}});
}

TEST(CpuFormula, what_goes_along_the_columns_is_kept_for_all_rows) {
  // Temporaries of a row come before and after what is kept.
  expect_as_plain({.text = "exp(x0) * sqrt(f32(coord(1)) + 1.0) + sin(x0 + f32(coord(1)) * 0.5)",
                   .dims = {9, 100},
                   .operands = {f32}},
                  1);
  expect_as_plain({.text = "coord(1) <= coord(0) + 3 ? exp(x0) : f32(coord(1) * coord(1))",
                   .dims = {9, 100},
                   .operands = {f32}},
                  1);
}

TEST(CpuFormula, elements_of_any_type_are_moved) {
  for (const DType dtype : {f32, i64, DType::u8, DType::f16}) {
    const auto expect_moved = [&](const char* text, std::vector<int64_t> dims) {
      expect_as_plain(
          {.text = text, .dims = std::move(dims), .operands = {dtype}, .result = dtype});
    };
    expect_moved("x0[coord(1) * 70 + coord(0)]", {70, 35});
    expect_moved("x0[coord(1) * 3 + coord(0)]", {3, 600});
    expect_moved("x0[coord(1) * 600 + coord(0)]", {600, 3});
    expect_moved("x0[coord(0) * 280 + coord(2) * 140 + coord(1) * 35 + coord(3)]", {3, 4, 2, 35});
    expect_moved("x0[coord(0) * 280 + coord(2) * 70 + coord(1) * 35 + coord(3)]", {3, 2, 4, 35});
    expect_moved("x0[coord(0) * 280 + coord(3) * 140 + coord(1) * 35 + coord(2)]", {3, 4, 35, 2});
    expect_moved("x0", {5, 4096});
    expect_moved("x0[coord(0) * 4 + coord(1) * 2]", {60, 2});
  }
}

TEST(CpuFormula, rows_and_elements_are_gathered) {
  const Case rows = {.text = "x0[x1[coord(0)] * 80 + coord(1)]",
                     .dims = {9, 80},
                     .operands = {f32, i64},
                     .elements = {400, 9},
                     .low = 0,
                     .high = 4.9};
  expect_as_plain(rows, 1);
  Case outside = rows;  // reads as zero
  outside.low = -3;
  outside.high = 8;
  expect_as_plain(outside, 1);
  Case scattered = outside;
  scattered.text = "x0[x1[coord(1)] * 7 + coord(0)]";
  scattered.elements = {40, 80};
  expect_as_plain(scattered, 1);
}

TEST(CpuFormula, tiles_are_taken_as_the_first_operand) {
  const char* const texts[] = {"max(x0 + x1[coord(1)], 0)", "x0 + x2",
                               "(x0 + x1[coord(1)]) / (1 + exp(-(x0 + x1[coord(1)]))) * x2", "x0"};
  for (const char* text : texts) {
    Case at = {.text = text,
               .dims = {2, 5, 7, 13},
               .operands = {f32, f32, f32},
               .elements = {910, 5, 910},
               .row_axes = 2};
    expect_as_plain(at);
    at.row_axes = 1;
    expect_as_plain(at);
    at.row_axes = 3;
    expect_as_plain(at);
    at.result = DType::f16;
    at.bound = 1e-3;
    expect_as_plain(at);
  }
}

}  // namespace
}  // namespace tenon::cpu
