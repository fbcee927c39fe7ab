// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/packing/matrix.h"
#include "plugins/backends/cpu/level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

// Products with packed weights against sums of products over the weights as their format says.
namespace tenon::cpu {
namespace {

// A format and where its blocks have numbers that must be finite.
struct Case {
  std::string format;
  int64_t columns;
  std::vector<size_t> halves = {};  // offsets of f16
  std::vector<size_t> powers = {};  // offsets of exponents
};

const std::vector<Case> cases = {
    {"q4_0", 96, {0}},    {"q4_1", 96, {0, 2}},  {"q5_0", 160, {0}},     {"q5_1", 96, {0, 2}},
    {"q8_0", 96, {0}},    {"iq4_nl", 128, {0}},  {"mxfp4", 96, {}, {0}}, {"q2_K", 512, {80, 82}},
    {"q3_K", 256, {108}}, {"q4_K", 512, {0, 2}}, {"q5_K", 256, {0, 2}},  {"q6_K", 512, {208}},
    {"iq4_xs", 256, {0}}, {"iq3_xxs", 256, {0}}, {"tq2_0", 256, {64}},
};

QuantFormat find_format(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(TENON_SOURCE_DIR) / "plugins/formats";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".quant") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const Result<std::vector<QuantFormat>> formats = parse_quant_formats(text.str());
    EXPECT_TRUE(formats.ok()) << entry.path();
    for (const QuantFormat& format : *formats) {
      if (format.name == name) return format;
    }
  }
  ADD_FAILURE() << "no format " << name;
  return {};
}

// A matrix and the bytes that it borrows.
struct Matrix {
  WeightSource source;
  std::vector<std::vector<std::byte>> bytes;
};

void add_tensor(Matrix& matrix, DType dtype, std::vector<int64_t> dims,
                std::vector<std::byte> bytes) {
  matrix.bytes.push_back(std::move(bytes));
  matrix.source.tensors.push_back({dtype, std::move(dims), matrix.bytes.back()});
}

void add_table(Matrix& matrix, const QuantTable& table) {
  std::vector<std::byte> bytes(static_cast<size_t>(table.elements()) * element_bytes(table.dtype));
  for (int64_t i = 0; i < table.elements(); ++i) {
    const double value = table.values[static_cast<size_t>(i)];
    if (is_float(table.dtype)) {
      store_float(bytes.data(), table.dtype, i, value);
    } else {
      store_integer(bytes.data(), table.dtype, i, static_cast<int64_t>(value));
    }
  }
  add_tensor(matrix, table.dtype, table.dims, std::move(bytes));
  matrix.source.tables.push_back(table.name);
}

Matrix random_blocks(const Case& c, int64_t rows) {
  const QuantFormat format = find_format(c.format);
  std::mt19937 random(7);
  const int64_t row_bytes = c.columns / format.block * format.bytes;
  std::vector<std::byte> bytes(static_cast<size_t>(rows * row_bytes));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 255);
  for (size_t block = 0; block < bytes.size(); block += static_cast<size_t>(format.bytes)) {
    for (const size_t at : c.halves) {
      const double value = (static_cast<double>(random() % 2001) - 1000) / 50000;
      store_float(bytes.data() + block + at, DType::f16, 0, value);
    }
    for (const size_t at : c.powers) {
      bytes[block + at] = static_cast<std::byte>(118 + random() % 12);
    }
  }
  Matrix made;
  made.source = {.rows = rows, .columns = c.columns, .tensors = {}, .code = format.code};
  made.bytes.reserve(8);
  add_tensor(made, DType::u8, {rows, row_bytes}, std::move(bytes));
  for (const QuantTable& table : format.tables) add_table(made, table);
  return made;
}

Matrix random_numbers(DType dtype, int64_t rows, int64_t columns) {
  std::mt19937 random(9);
  std::normal_distribution<double> normal;
  std::vector<std::byte> bytes(static_cast<size_t>(rows * columns) * element_bytes(dtype));
  for (int64_t i = 0; i < rows * columns; ++i) store_float(bytes.data(), dtype, i, normal(random));
  Matrix made;
  made.source = {.rows = rows, .columns = columns, .tensors = {}};
  add_tensor(made, dtype, {rows, columns}, std::move(bytes));
  return made;
}

std::vector<float> random_rows(int64_t rows, int64_t columns) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> x(static_cast<size_t>(rows * columns));
  for (float& value : x) value = normal(random);
  return x;
}

std::vector<float> product(const PackedMatrix& packed, const std::vector<float>& x, int64_t rows) {
  std::vector<uint8_t> tiles(static_cast<size_t>(rows * packed.x_bytes()));
  packed.pack_x(x.data(), packed.columns(), rows, tiles.data());
  std::vector<float> y(static_cast<size_t>(rows * packed.rows()));
  std::vector<float> part(static_cast<size_t>(rows * packed.group_rows()));
  for (int64_t group = 0; group < packed.groups(); ++group) {
    packed.multiply(group, tiles.data(), rows, part.data());
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t i = 0; i < packed.group_rows(); ++i) {
        const int64_t column = group * packed.group_rows() + i;
        if (column >= packed.rows()) break;
        y[static_cast<size_t>(r * packed.rows() + column)] =
            part[static_cast<size_t>(r * packed.group_rows() + i)];
      }
    }
  }
  return y;
}

// The largest difference as a share of the sum of magnitudes, and the norm of all differences as a
// share of the norm of the results.
struct Error {
  double largest = 0;
  double norm = 0;
};

Error error_of(const WeightSource& source, const std::vector<float>& x, int64_t rows,
               const std::vector<float>& y) {
  const Result<WeightRows> weights = WeightRows::open(source);
  EXPECT_TRUE(weights.ok()) << weights.status().message();
  std::vector<float> w(static_cast<size_t>(source.columns));
  Error error;
  double differences = 0, results = 0;
  for (int64_t n = 0; n < source.rows; ++n) {
    weights->read(n, 0, source.columns, w.data());
    for (int64_t r = 0; r < rows; ++r) {
      double sum = 0, all = 1e-30;
      for (size_t k = 0; k < w.size(); ++k) {
        const double term = double(x[static_cast<size_t>(r) * w.size() + k]) * w[k];
        sum += term;
        all += std::abs(term);
      }
      const double off = y[static_cast<size_t>(r * source.rows + n)] - sum;
      error.largest = std::max(error.largest, std::abs(off) / all);
      differences += off * off;
      results += sum * sum;
    }
  }
  error.norm = std::sqrt(differences / results);
  return error;
}

PackedMatrix packed(const Matrix& matrix, bool exact) {
  Result<PackedMatrix> made = PackedMatrix::pack(matrix.source, exact);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return std::move(*made);
}

template <class F>
void at_every_level(F f) {
  for (const Level level : {Level::sse4, Level::avx2, Level::avx512, Level::neon}) {
    if (!has_level(level)) continue;
    const WithLevel chosen(level);
    SCOPED_TRACE(to_text(level));
    f();
  }
}

TEST(PackedMatrix, exact_products_are_those_of_decoded_weights) {
  at_every_level([] {
    for (const Case& c : cases) {
      const Matrix matrix = random_blocks(c, 37);
      const std::vector<float> x = random_rows(17, c.columns);
      const Error error = error_of(matrix.source, x, 17, product(packed(matrix, true), x, 17));
      EXPECT_LT(error.largest, 1e-6) << c.format;
    }
  });
}

TEST(PackedMatrix, fast_products_with_blocks_are_off_by_less_than_one_percent) {
  at_every_level([] {
    for (const Case& c : cases) {
      const Matrix matrix = random_blocks(c, 37);
      const std::vector<float> x = random_rows(17, c.columns);
      const Error error = error_of(matrix.source, x, 17, product(packed(matrix, false), x, 17));
      EXPECT_LT(error.norm, 0.01) << c.format;
    }
  });
}

TEST(PackedMatrix, numbers_are_multiplied_as_they_are_or_as_bf16) {
  at_every_level([] {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
      for (const int64_t columns : {1, 37, 5000}) {
        const Matrix matrix = random_numbers(dtype, 45, columns);
        const std::vector<float> x = random_rows(5, columns);
        const Error exact = error_of(matrix.source, x, 5, product(packed(matrix, true), x, 5));
        EXPECT_LT(exact.largest, 1e-5) << name_of(dtype) << " " << columns;
        const Error fast = error_of(matrix.source, x, 5, product(packed(matrix, false), x, 5));
        EXPECT_LT(fast.norm, dtype == DType::f32 ? 1e-5 : 0.01) << name_of(dtype) << " " << columns;
      }
    }
  });
}

TEST(PackedMatrix, a_row_of_x_gives_the_same_bits_in_any_company) {
  at_every_level([] {
    std::vector<Matrix> matrices;
    for (const Case& c : cases) matrices.push_back(random_blocks(c, 19));
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
      matrices.push_back(random_numbers(dtype, 33, 4500));
    }
    for (const Matrix& matrix : matrices) {
      for (const bool exact : {false, true}) {
        const PackedMatrix weights = packed(matrix, exact);
        const std::vector<float> x = random_rows(64, weights.columns());
        const std::vector<float> all = product(weights, x, 64);
        for (const int64_t rows : {1, 2, 3, 5, 8, 17}) {
          const std::vector<float> few = product(weights, x, rows);
          EXPECT_EQ(0, std::memcmp(few.data(), all.data(), few.size() * 4))
              << matrix.source.code << rows << " rows";
        }
      }
    }
  });
}

// Sums of codes are whole numbers, so levels differ only in how the terms of blocks are added.
TEST(PackedMatrix, levels_agree_on_codes) {
  for (const Case& c : cases) {
    const Matrix matrix = random_blocks(c, 16);
    const std::vector<float> x = random_rows(3, c.columns);
    if (find_block_packer(find_format(c.format)) == nullptr) continue;
    const PackedMatrix weights = packed(matrix, false);
    const std::vector<float> y = product(weights, x, 3);
    double norm = 0;
    for (const float value : y) norm = std::max(norm, std::abs(double(value)));
    at_every_level([&] {
      const std::vector<float> other = product(weights, x, 3);
      for (size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(other[i], y[i], 1e-5 * norm) << c.format;
    });
  }
}

TEST(PackedMatrix, what_is_not_finite_stays_so) {
  const Matrix matrix = random_blocks(cases[0], 16);
  const PackedMatrix weights = packed(matrix, false);
  std::vector<float> x = random_rows(2, weights.columns());
  x[5] = NAN;
  const std::vector<float> y = product(weights, x, 2);
  for (size_t i = 0; i < 16; ++i) EXPECT_TRUE(std::isnan(y[i]));
  for (size_t i = 16; i < 32; ++i) EXPECT_TRUE(std::isfinite(y[i]));
}

TEST(PackedMatrix, a_format_that_cannot_be_read_is_an_error) {
  Matrix matrix = random_blocks(cases[0], 16);
  matrix.source.code = "format broken block 32 bytes 18\ncode = nothing\n";
  EXPECT_FALSE(PackedMatrix::pack(matrix.source, true).ok());
}

}  // namespace
}  // namespace tenon::cpu
