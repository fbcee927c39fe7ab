// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/mat_product.h"
#include "plugins/backends/cpu/scratch.h"
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

// Which matrix of an operand belongs to each matrix of the output; extents of 1 are repeated.
Result<std::vector<int64_t>> matrices_of(std::span<const int64_t> operand,
                                         std::span<const int64_t> output) {
  std::vector<int64_t> indices = {0};
  for (size_t axis = 0; axis < output.size(); ++axis) {
    const size_t missing = output.size() - operand.size();
    const int64_t extent = axis < missing ? 1 : operand[axis - missing];
    if (extent != 1 && extent != output[axis]) {
      return invalid("batch axis {} is {}, the output has {}", axis, extent, output[axis]);
    }
    std::vector<int64_t> finer;
    finer.reserve(indices.size() * static_cast<size_t>(output[axis]));
    for (const int64_t index : indices) {
      for (int64_t i = 0; i < output[axis]; ++i) {
        finer.push_back(index * extent + (extent == 1 ? 0 : i));
      }
    }
    indices = std::move(finer);
  }
  return indices;
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  std::span<const int64_t> a = sizes.input(0);
  std::span<const int64_t> b = sizes.input(1);
  if (a.empty() || b.empty()) return invalid("an operand of rank 0");
  const int64_t inner = a.back();
  int64_t rows = a.size() > 1 ? a[a.size() - 2] : 1;
  const int64_t columns = b.size() > 1 ? b.back() : 1;
  const int64_t b_inner = b.size() > 1 ? b[b.size() - 2] : b[0];
  if (b_inner != inner) return invalid("inner sizes {} and {} differ", inner, b_inner);
  const size_t vectors = (a.size() > 1 ? 1 : 0) + (b.size() > 1 ? 1 : 0);
  const std::span<const int64_t> batch = sizes.output(0).first(sizes.output(0).size() - vectors);
  a = a.first(a.size() - std::min<size_t>(a.size(), 2));
  b = b.first(b.size() - std::min<size_t>(b.size(), 2));
  if (a.size() > batch.size() || b.size() > batch.size()) return invalid("ranks do not fit");
  std::vector<int64_t> of_a, of_b;
  if (std::ranges::all_of(b, [](int64_t extent) { return extent == 1; }) &&
      std::ranges::equal(a, batch)) {
    // One matrix b for all: the matrices of a are one tall one.
    for (const int64_t extent : batch) rows *= extent;
    of_a = of_b = {0};
  } else {
    TENON_TRY_ASSIGN(of_a, matrices_of(a, batch));
    TENON_TRY_ASSIGN(of_b, matrices_of(b, batch));
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
