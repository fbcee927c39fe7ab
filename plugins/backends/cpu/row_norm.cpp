// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/row_norm.h"

#include "plugins/backends/cpu/math/norms.h"
#include "plugins/backends/cpu/rows.h"

#include <algorithm>

namespace tenon::cpu {
namespace {

struct Shape {
  RowNorm norm;
  int64_t n = 1;
};

bool has(const KernelArguments& arguments, size_t input) {
  return input != no_operand && arguments.has_input(input);
}
bool wants(const KernelArguments& arguments, size_t output) {
  return output != no_operand && arguments.has_output(output);
}

Result<size_t> axis_of(const NodeView& node, const RowNorm& norm) {
  const auto rank = static_cast<int64_t>(node.input_rank(0));
  int64_t axis = norm.has_axis ? node.attr_int("axis", -1) : -1;
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return invalid("axis {} of a tensor of rank {}", axis, rank);
  return static_cast<size_t>(axis);
}

// The operands of one run, the narrow ones copied to the scratch; six rows of it.
class Rows {
 public:
  Rows(const KernelArguments& arguments, const Shape& shape)
      : arguments_(arguments),
        norm_(shape.norm),
        n_(shape.n),
        scratch_(reinterpret_cast<float*>(arguments.scratch().data())) {
    scale_ = whole(norm_.scale, 0);
    shift_ = whole(norm_.shift, 1);
    bias_ = whole(norm_.bias, 2);
  }

  void run(int64_t row) {
    const float* x = read_row(arguments_, 0, row * n_, n_, place(3));
    if (norm_.skip != no_operand) x = summed(x, row);
    float mean = 0, inverse = 0;
    if (norm_.is_centred) {
      norms().moments(x, n_, norm_.epsilon, &mean, &inverse);
    } else {
      inverse = norms().inverse_root(x, n_, norm_.epsilon);
    }
    float* const y = begin_row(arguments_, 0, row * n_, place(4));
    norms().scaled(x, mean, inverse, scale_, shift_, n_, y);
    end_row(arguments_, 0, row * n_, n_, y);
    store(norm_.mean, row, mean);
    store(norm_.inverse, row, inverse);
  }

 private:
  float* place(int64_t i) const { return scratch_ + i * n_; }

  const float* whole(size_t input, int64_t i) const {
    return has(arguments_, input) ? read_row(arguments_, input, 0, n_, place(i)) : nullptr;
  }

  const float* summed(const float* x, int64_t row) const {
    const float* const skip = read_row(arguments_, norm_.skip, row * n_, n_, place(4));
    const bool stores = wants(arguments_, norm_.sum);
    float* const sum = stores ? begin_row(arguments_, norm_.sum, row * n_, place(5)) : place(5);
    norms().sum(x, skip, bias_, n_, sum);
    if (stores) end_row(arguments_, norm_.sum, row * n_, n_, sum);
    return sum;
  }

  void store(size_t output, int64_t row, float value) const {
    if (wants(arguments_, output))
      arguments_.output<float>(output)[static_cast<size_t>(row)] = value;
  }

  const KernelArguments& arguments_;
  const RowNorm& norm_;
  int64_t n_;
  float* scratch_;
  const float* scale_;
  const float* shift_;
  const float* bias_;
};

}  // namespace

Status match_row_norm(const NodeView& node, const RowNorm& norm) {
  TENON_TRY_ASSIGN(const size_t axis, axis_of(node, norm));
  const std::span<const tenon_dim> dims = node.input_dims(0);
  for (size_t i = 0; i < node.inputs(); ++i) {
    if (!node.has_input(i)) continue;
    if (!row_types.contains(node.input_dtype(i))) {
      return unsupported("input {} of {}", i, name_of(node.input_dtype(i)));
    }
    // A row, or as many rows as there are.
    const auto wanted = i == 0 || i == norm.skip ? dims : dims.subspan(axis);
    if (!std::ranges::equal(node.input_dims(i), wanted)) {
      return unsupported("input {} is broadcast", i);
    }
  }
  for (const size_t output : {size_t{0}, norm.sum}) {
    if (output == no_operand || !node.has_output(output)) continue;
    if (!row_types.contains(node.output_dtype(output))) {
      return unsupported("output {} of {}", output, name_of(node.output_dtype(output)));
    }
  }
  return {};
}

Result<KernelWork> shape_row_norm(const KernelSizes& sizes, const RowNorm& norm) {
  TENON_TRY_ASSIGN(const size_t axis, axis_of(sizes.node(), norm));
  Shape shape{.norm = norm};
  shape.norm.epsilon =
      static_cast<float>(sizes.node().attr_float("epsilon", static_cast<double>(norm.epsilon)));
  for (const int64_t extent : sizes.input(0).subspan(axis)) shape.n *= extent;
  KernelWork work = in_rows_of(sizes.output_elements(0) / shape.n, shape.n);
  work.scratch = 6 * 4 * shape.n;
  work.block = keep(shape);
  return work;
}

void run_row_norm(const KernelArguments& arguments, int64_t chunk) {
  const auto& shape = arguments.block<Shape>();
  Rows rows(arguments, shape);
  for (const int64_t row : arguments.rows_of(chunk)) rows.run(row);
}

}  // namespace tenon::cpu
