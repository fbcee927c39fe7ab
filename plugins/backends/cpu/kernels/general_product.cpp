// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/mat_product.h"
#include "plugins/backends/cpu/scratch.h"
#include "tenon/kernels.h"

#include <algorithm>

// Gemm of f32 whole: a·b + c, b turned or not.
namespace tenon::cpu {
namespace {

struct Prepared {
  std::vector<float> packed;  // b, where it is constant
  Ending ending;
};

struct General {
  MatProduct product;
  int64_t columns;
  int64_t c_row;  // elements from row to row of c, and from column to column: 0 repeats one
  int64_t c_column;
  BoundEnding ending = {};
};

Status match(const NodeView& node) {
  if (node.attr_int("transA", 0) != 0) return unsupported("a is transposed");
  if (node.attr_float("alpha", 1) != 1) return unsupported("alpha is not 1");
  if (node.has_input(2) && node.attr_float("beta", 1) != 1) return unsupported("beta is not 1");
  return finishes_in_place(node);
}

bool is_turned(const NodeView& node) { return node.attr_int("transB", 0) != 0; }

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  Prepared prepared;
  TENON_TRY_ASSIGN(prepared.ending, Ending::make(node));
  const std::span<const std::byte> bytes = constants.bytes(1);
  if (!bytes.empty()) {
    const bool turned = is_turned(node);
    const std::span<const tenon_dim> dims = node.input_dims(1);
    const auto* const b = reinterpret_cast<const float*>(bytes.data());
    prepared.packed = pack_columns(b, dims[turned ? 1 : 0], dims[turned ? 0 : 1], turned);
  }
  return keep(std::move(prepared));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const bool turned = is_turned(sizes.node());
  const std::span<const int64_t> a = sizes.input(0), b = sizes.input(1), y = sizes.output(0);
  if (a.size() != 2 || b.size() != 2 || y.size() != 2) return invalid("operands are no matrices");
  if (a[1] != b[turned ? 1 : 0] || y[0] != a[0] || y[1] != b[turned ? 0 : 1]) {
    return invalid("{} x {} and {} x {} do not make {} x {}", a[0], a[1], b[0], b[1], y[0], y[1]);
  }
  General general = {.product = MatProduct(a[0], a[1], y[1], 1, turned),
                     .columns = y[1],
                     .c_row = 0,
                     .c_column = 0};
  if (sizes.has_input(2)) {
    const std::span<const int64_t> c = sizes.input(2);
    const int64_t columns = c.empty() ? 1 : c.back();
    const int64_t rows = c.size() < 2 ? 1 : c[c.size() - 2];
    if (c.size() > 2 || (columns != 1 && columns != y[1]) || (rows != 1 && rows != y[0])) {
      return invalid("c does not fit {} x {}", y[0], y[1]);
    }
    general.c_row = rows == 1 ? 0 : columns;
    general.c_column = columns == 1 ? 0 : 1;
  }
  TENON_TRY_ASSIGN(general.ending, BoundEnding::make(sizes.state<Prepared>().ending, sizes, 1));
  return KernelWork{.chunks = general.product.chunks(),
                    .scratch = general.product.scratch_floats() * 4,
                    .block = keep(std::move(general))};
}

// Sums start from c.
void start(const KernelArguments& arguments, const General& general, int64_t part) {
  const float* const c = arguments.input<float>(2).data();
  float* const y = arguments.output<float>(0).data();
  const MatProduct::Place place = general.product.place_of(part);
  for (int64_t i = place.row; i < place.row + place.rows; ++i) {
    const float* const from = c + i * general.c_row + place.column * general.c_column;
    float* const to = y + i * general.columns + place.column;
    if (general.c_column == 0) {
      std::fill_n(to, place.columns, *from);
    } else {
      std::copy_n(from, place.columns, to);
    }
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& general = arguments.block<General>();
  const auto& prepared = arguments.state<Prepared>();
  if (arguments.has_input(2)) start(arguments, general, chunk);
  general.product.run({.a = arguments.input<float>(0).data(),
                       .b = arguments.input<float>(1).data(),
                       .packed = prepared.packed.empty() ? nullptr : prepared.packed.data(),
                       .c = arguments.output<float>(0).data(),
                       .accumulate = arguments.has_input(2),
                       .scratch = floats(arguments.scratch()),
                       .finish = {general.ending, arguments}},
                      chunk);
}

}  // namespace

Kernel general_product() {
  return {.op = "Gemm",
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run,
          .takes_epilogue = true};
}

}  // namespace tenon::cpu
