// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/mat_product.h"
#include "plugins/backends/cpu/scratch.h"
#include "plugins/backends/reference/product_sizes.h"
#include "tenon/kernels.h"

// MatMul of f32.
namespace tenon::cpu {
namespace {

struct Prepared {
  std::vector<float> packed;  // b, where it is one constant matrix
  Ending ending;
};

struct MatMul {
  MatProduct product;
  // For each product: which matrix of a and of b.
  std::vector<int64_t> a;
  std::vector<int64_t> b;
  int64_t a_floats;
  int64_t b_floats;
  int64_t c_floats;
  int64_t rows;
  BoundEnding ending;
};

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  Prepared prepared;
  TENON_TRY_ASSIGN(prepared.ending, Ending::make(node));
  const std::span<const std::byte> bytes = constants.bytes(1);
  const std::span<const tenon_dim> dims = node.input_dims(1);
  if (!bytes.empty() && dims.size() == 2) {
    const auto* const b = reinterpret_cast<const float*>(bytes.data());
    prepared.packed = pack_columns(b, dims[0], dims[1], false);
  }
  return keep(std::move(prepared));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY_ASSIGN(const reference::ProductSizes known, reference::product_sizes(sizes));
  const int64_t inner = known.inner, columns = known.columns;
  int64_t rows = known.rows;
  std::vector<int64_t> of_a, of_b;
  if (std::ranges::all_of(known.b, [](int64_t extent) { return extent == 1; }) &&
      std::ranges::equal(known.a, known.batch)) {
    // One matrix b for all: the matrices of a are one tall one.
    for (const int64_t extent : known.batch) rows *= extent;
    of_a = of_b = {0};
  } else {
    TENON_TRY_ASSIGN(of_a, reference::matrices_of(known.a, known.batch));
    TENON_TRY_ASSIGN(of_b, reference::matrices_of(known.b, known.batch));
  }
  const MatProduct product(rows, inner, columns, static_cast<int64_t>(of_a.size()));
  const size_t row_axes = sizes.output(0).size() - (sizes.input(1).size() > 1 ? 1 : 0);
  TENON_TRY_ASSIGN(BoundEnding ending,
                   BoundEnding::make(sizes.state<Prepared>().ending, sizes, row_axes));
  return KernelWork{.chunks = product.chunks(),
                    .scratch = product.scratch_floats() * 4,
                    .block = keep(MatMul{.product = product,
                                         .a = std::move(of_a),
                                         .b = std::move(of_b),
                                         .a_floats = rows * inner,
                                         .b_floats = inner * columns,
                                         .c_floats = rows * columns,
                                         .rows = rows,
                                         .ending = std::move(ending)})};
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& m = arguments.block<MatMul>();
  const auto& prepared = arguments.state<Prepared>();
  MatOperands operands = {.packed = prepared.packed.empty() ? nullptr : prepared.packed.data(),
                          .scratch = floats(arguments.scratch()),
                          .finish = {m.ending, arguments}};
  m.product.for_chunk(chunk, [&](int64_t i, int64_t part) {
    const auto at = static_cast<size_t>(i);
    operands.a = arguments.input<float>(0).data() + m.a[at] * m.a_floats;
    operands.b = arguments.input<float>(1).data() + m.b[at] * m.b_floats;
    operands.c = arguments.output<float>(0).data() + i * m.c_floats;
    operands.first_row = i * m.rows;
    m.product.run(operands, part);
  });
}

}  // namespace

Kernel mat_mul() {
  return {.op = "MatMul",
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .match = finishes_in_place,
          .prepare = prepare,
          .shape = shape,
          .run = run,
          .takes_epilogue = true};
}

}  // namespace tenon::cpu
