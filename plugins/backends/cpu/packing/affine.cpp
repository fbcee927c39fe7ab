// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/packing/affine.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cstring>

namespace tenon::cpu {
namespace {

constexpr int64_t block = 32;

// Tensors of both formats: codes, zeros, scales.
struct Tensors {
  const std::byte* codes;
  const std::byte* zeros;
  const WeightTensor* scales;
  int64_t rows;
  int64_t group;  // columns

  uint32_t code_word(int64_t i) const { return word(codes, i); }
  uint32_t zero_word(int64_t i) const { return word(zeros, i); }
  float scale(int64_t g, int64_t n) const {
    return static_cast<float>(load_float(scales->bytes.data(), scales->dtype, g * rows + n));
  }

 private:
  static uint32_t word(const std::byte* data, int64_t i) {
    uint32_t made = 0;
    std::memcpy(&made, data + 4 * i, sizeof made);
    return made;
  }
};

// Eight columns of an output in a word.
AffineBlock gptq_block(const Tensors& t, int64_t n, int64_t at, uint32_t added) {
  AffineBlock made;
  for (int64_t i = 0; i < block; ++i) {
    const uint32_t codes = t.code_word((at * block + i) / 8 * t.rows + n);
    made.codes[static_cast<size_t>(i)] = static_cast<uint8_t>((codes >> (4 * (i % 8))) & 15);
  }
  const int64_t g = at * block / t.group;
  const uint32_t zero = t.zero_word(g * (t.rows / 8) + n / 8) >> (4 * (n % 8));
  made.zero = static_cast<uint8_t>((zero + added) & 15);
  made.scale = t.scale(g, n);
  return made;
}

// Eight outputs of a column in a word, in an order of their own.
AffineBlock awq_block(const Tensors& t, int64_t n, int64_t at) {
  constexpr int order[] = {0, 4, 1, 5, 2, 6, 3, 7};
  const int shift = 4 * order[n % 8];
  AffineBlock made;
  for (int64_t i = 0; i < block; ++i) {
    const uint32_t codes = t.code_word((at * block + i) * (t.rows / 8) + n / 8);
    made.codes[static_cast<size_t>(i)] = static_cast<uint8_t>((codes >> shift) & 15);
  }
  const int64_t g = at * block / t.group;
  made.zero = static_cast<uint8_t>((t.zero_word(g * (t.rows / 8) + n / 8) >> shift) & 15);
  made.scale = t.scale(g, n);
  return made;
}

int64_t option(const WeightSource& source, std::string_view name, int64_t otherwise) {
  const auto found = source.options.find(name);
  return found == source.options.end() ? otherwise : static_cast<int64_t>(found->second);
}

// Whether each column lies in the group that its place says.
bool is_ordered(const WeightTensor& groups, int64_t columns, int64_t group) {
  for (int64_t k = 0; k < columns; ++k) {
    if (load_integer(groups.bytes.data(), groups.dtype, k) != k / group) return false;
  }
  return true;
}

}  // namespace

std::optional<AffineMatrix> affine_matrix(const WeightSource& source, const QuantFormat& format) {
  const bool is_awq = format.name == "awq", is_v1 = format.name == "gptq";
  if (!is_awq && !is_v1 && format.name != "gptq_v2") return {};
  if (!is_awq && option(source, "bits", 0) != 4) return {};
  const std::vector<WeightTensor>& tensors = source.tensors;
  if (tensors.size() < 3 || source.rows % 8 != 0 || source.columns % block != 0) return {};
  const auto is_there = [](const WeightTensor& tensor) { return tensor.dtype != DType::none; };
  if (!std::all_of(tensors.begin(), tensors.begin() + 3, is_there)) return {};
  int64_t group = option(source, "group_size", -1);
  if (group <= 0) group = source.columns;
  const int64_t groups = (source.columns + group - 1) / group;
  const auto holds = [&](size_t tensor, int64_t words) {
    return tensors[tensor].dtype == DType::i32 &&
           tensors[tensor].bytes.size() >= static_cast<size_t>(words) * 4;
  };
  if (group % block != 0 || !holds(0, source.columns / 8 * source.rows) ||
      !holds(1, groups * source.rows / 8) || tensors[2].dtype != DType::f16 ||
      tensors[2].bytes.size() < static_cast<size_t>(groups * source.rows) * 2) {
    return {};
  }
  if (!is_awq && tensors.size() > 3 && is_there(tensors[3]) &&
      !is_ordered(tensors[3], source.columns, group)) {
    return {};
  }
  const Tensors t = {tensors[0].bytes.data(), tensors[1].bytes.data(), &tensors[2], source.rows,
                     group};
  AffineMatrix made = {.rows = source.rows, .columns = source.columns, .bits = 4, .block = {}};
  if (is_awq) {
    made.block = [t](int64_t n, int64_t at) { return awq_block(t, n, at); };
  } else {
    made.block = [t, added = is_v1 ? 1u : 0u](int64_t n, int64_t at) {
      return gptq_block(t, n, at, added);
    };
  }
  return made;
}

}  // namespace tenon::cpu
