// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/packing/product.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <vector>

// x times a matrix in blocks of 4 or 8 bits that lie by outputs, with a scale and a zero each.
namespace tenon::cpu {
namespace {

constexpr size_t b = 1, scales = 2, zeros = 3, order = 4, bias = 5;

struct Blocks {
  int64_t columns, rows, bits, size;  // of a block
  const std::byte* codes = nullptr;
  const std::byte* zeros = nullptr;  // null: in the middle
  std::vector<float> scales = {};

  int64_t blocks() const { return (columns + size - 1) / size; }
  // Number `place` of numbers that begin at a byte.
  int64_t number(const std::byte* from, int64_t place) const {
    const int64_t a_byte = 8 / bits;
    const auto byte = std::to_integer<int64_t>(from[place / a_byte]);
    return (byte >> (place % a_byte * bits)) & ((int64_t{1} << bits) - 1);
  }
  int64_t zero(int64_t row, int64_t block) const {
    if (zeros == nullptr) return int64_t{1} << (bits - 1);
    const int64_t row_bytes = (blocks() * bits + 7) / 8;
    return number(zeros + row * row_bytes, block);
  }
  float scale(int64_t row, int64_t block) const {
    return scales[static_cast<size_t>(row * blocks() + block)];
  }
  const std::byte* row(int64_t row) const { return codes + row * blocks() * size * bits / 8; }

  AffineBlock affine(int64_t n, int64_t at) const {
    AffineBlock made;
    for (int64_t i = 0; i < 32; ++i) {
      const int64_t k = at * 32 + i;
      made.codes[static_cast<size_t>(i)] =
          k < columns ? static_cast<uint8_t>(number(row(n), k)) : uint8_t{0};
    }
    made.scale = scale(n, at * 32 / size);
    made.zero = static_cast<uint8_t>(zero(n, at * 32 / size));
    return made;
  }
  void read(int64_t n, int64_t begin, int64_t end, float* to) const {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t block = k / size;
      const auto code = static_cast<float>(number(row(n), k) - zero(n, block));
      *to++ = code * scale(n, block);
    }
  }
};

Status match(const NodeView& node) {
  TENON_TRY(Epilogue::make(node).status());
  const int64_t bits = node.attr_int("bits", 4), size = node.attr_int("block_size", 0);
  if (bits != 4 && bits != 8) return unsupported("{} bits", bits);
  if (size < 32 || size % 32 != 0) return unsupported("blocks of {}", size);
  if (node.has_input(order)) return unsupported("reordered groups");
  if (node.has_input(bias)) return unsupported("a bias");
  if (node.has_input(zeros) && node.input_dtype(zeros) != DType::u8) {
    return unsupported("zeros of type {}", name_of(node.input_dtype(zeros)));
  }
  for (size_t i = b; i <= zeros; ++i) {
    if (!node.has_input(i)) continue;
    if (node.graph().value(node.input_value(i)).kind != TENON_VALUE_CONSTANT) {
      return unsupported("weights that are no constant");
    }
  }
  return {};
}

Result<Blocks> blocks_of(const NodeView& node, const KernelConstants& constants) {
  Blocks made = {.columns = node.attr_int("K", 0),
                 .rows = node.attr_int("N", 0),
                 .bits = node.attr_int("bits", 4),
                 .size = node.attr_int("block_size", 32)};
  const int64_t blocks = made.rows * made.blocks();
  const DType dtype = node.input_dtype(scales);
  const auto is_short = [&](size_t input, int64_t bytes) {
    return static_cast<int64_t>(constants.bytes(input).size()) < bytes;
  };
  const int64_t zero_bytes = made.rows * ((made.blocks() * made.bits + 7) / 8);
  if (is_short(b, blocks * made.size * made.bits / 8) ||
      is_short(scales, blocks * static_cast<int64_t>(element_bytes(dtype))) ||
      (node.has_input(zeros) && is_short(zeros, zero_bytes))) {
    return invalid("weights are shorter than {} by {}", made.rows, made.columns);
  }
  made.codes = constants.bytes(b).data();
  if (node.has_input(zeros)) made.zeros = constants.bytes(zeros).data();
  for (int64_t i = 0; i < blocks; ++i) {
    made.scales.push_back(static_cast<float>(load_float(constants.bytes(scales).data(), dtype, i)));
  }
  return made;
}

bool are_halves(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float value) {
    uint16_t half = 0;
    store_float(&half, DType::f16, 0, value);
    return load_float(&half, DType::f16, 0) == value;
  });
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  TENON_TRY_ASSIGN(const Blocks blocks, blocks_of(node, constants));
  TENON_TRY_ASSIGN(Epilogue epilogue, Epilogue::make(node));
  const auto pack = [&]() -> Result<PackedMatrix> {
    // Packed scales are halves.
    if (constants.exact() && !are_halves(blocks.scales)) {
      return PackedMatrix::pack(blocks.rows, blocks.columns, PanelKind::floats,
                                [&](int64_t n, int64_t begin, int64_t end, float* to) {
                                  blocks.read(n, begin, end, to);
                                });
    }
    const AffineMatrix affine = {
        .rows = blocks.rows,
        .columns = blocks.columns,
        .bits = static_cast<int>(blocks.bits),
        .block = [&](int64_t n, int64_t at) { return blocks.affine(n, at); }};
    return PackedMatrix::pack(affine, constants.exact());
  };
  TENON_TRY_ASSIGN(PackedMatrix weights, pack());
  return keep(PackedProduct{std::move(weights), std::move(epilogue)});
}

}  // namespace

Kernel mat_mul_n_bits() {
  return {.op = "MatMulNBits",
          .inputs = {DType::f32, DType::u8, float_types, plain_types},
          .outputs = {DType::f32},
          .domain = "com.microsoft",
          .match = match,
          .prepare = prepare,
          .shape = shape_product,
          .run = run_product,
          .takes_epilogue = true};
}

}  // namespace tenon::cpu
