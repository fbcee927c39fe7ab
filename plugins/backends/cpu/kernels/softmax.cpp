// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/kernels/softmax.h"

#include "plugins/backends/cpu/math/row_softmax.h"
#include "plugins/backends/cpu/rows.h"
#include "plugins/backends/reference/axes.h"

namespace tenon::cpu {
namespace {

struct Shape {
  reference::AxisSplit axis;
  int64_t blocks = 1;  // of the inner extent
  bool is_log = false;
};

// Rows of narrow types go through the scratch; columns do not.
Status match(const NodeView& node) {
  if (node.input_dtype(0) == DType::f32) return {};
  const auto rank = static_cast<int64_t>(node.input_rank(0));
  const int64_t axis = node.attr_int("axis", -1);
  if (axis == -1 || axis + 1 == rank) return {};
  return unsupported("{} along an axis that is not the last", name_of(node.input_dtype(0)));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  Shape shape;
  const auto rank = static_cast<int64_t>(sizes.input(0).size());
  int64_t axis = sizes.node().attr_int("axis", -1);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return invalid("axis {} of a tensor of rank {}", axis, rank);
  shape.axis = reference::split_at(sizes.input(0), static_cast<size_t>(axis));
  shape.is_log = sizes.node().op() == "LogSoftmax";
  const auto [outer, extent, inner] = shape.axis;
  if (inner > 1) shape.blocks = (inner + row_softmax().block - 1) / row_softmax().block;
  const int64_t width = inner > 1 ? std::min(inner, row_softmax().block) : 1;
  KernelWork work = in_rows_of(outer * shape.blocks, extent * width, 8192);
  if (sizes.node().input_dtype(0) != DType::f32) work.scratch = 2 * 4 * extent;
  work.block = keep(shape);
  return work;
}

void run_rows(const KernelArguments& arguments, const Shape& shape, RowRange rows) {
  const int64_t n = shape.axis.extent;
  const auto compute = shape.is_log ? row_softmax().log_rows : row_softmax().rows;
  if (arguments.input_dtype(0) == DType::f32) {
    compute(arguments.input<float>(0).data() + rows.first * n,
            arguments.output<float>(0).data() + rows.first * n, rows.size(), n);
    return;
  }
  auto* const scratch = reinterpret_cast<float*>(arguments.scratch().data());
  for (const int64_t row : rows) {
    const float* x = read_row(arguments, 0, row * n, n, scratch);
    compute(x, scratch + n, 1, n);
    end_row(arguments, 0, row * n, n, scratch + n);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& shape = arguments.block<Shape>();
  const auto [outer, extent, inner] = shape.axis;
  if (inner == 1) return run_rows(arguments, shape, arguments.rows_of(chunk));
  const auto compute = shape.is_log ? row_softmax().log_columns : row_softmax().columns;
  for (const int64_t part : arguments.rows_of(chunk)) {
    const int64_t first = part % shape.blocks * row_softmax().block;
    const int64_t at = part / shape.blocks * extent * inner + first;
    compute(arguments.input<float>(0).data() + at, arguments.output<float>(0).data() + at, extent,
            inner, std::min(row_softmax().block, inner - first));
  }
}

}  // namespace

Kernel softmax_kernel(std::string_view op) {
  return {.op = op,
          .inputs = {row_types},
          .outputs = {row_types},
          .match = match,
          .shape = shape,
          .run = run};
}

Kernel softmax() { return softmax_kernel("Softmax"); }

}  // namespace tenon::cpu
