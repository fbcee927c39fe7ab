// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/recurrent_steps.h"

namespace tenon::cpu {
namespace {

enum Input : size_t {
  x,
  w,
  r,
  b,
  lengths,
  first_h,
  first_c,
  peepholes,
  w_scale,
  w_zero,
  r_scale,
  r_zero
};

Status match(const NodeView& node) {
  for (const size_t i : {w, r, b, peepholes, w_scale, w_zero, r_scale, r_zero}) {
    if (node.has_input(i) && !is_constant(node, i)) return unsupported("input {} may change", i);
  }
  for (const size_t i : {x, w, r}) {
    if (node.input_rank(i) != 3) return unsupported("input {} has no rank 3", i);
  }
  return has_usual_functions(node, reference::Cell::lstm);
}

// [directions, from, 4 * hidden] codes as [directions, 4 * hidden, from] numbers. A scale and zero
// point belongs to a direction or to one of its columns.
Result<std::vector<float>> weights_of(const NodeView& node, const KernelConstants& constants,
                                      size_t codes, size_t scale, size_t zero) {
  const std::span<const tenon_dim> dims = node.input_dims(codes);
  const DType dtype = node.input_dtype(codes);
  const std::span<const std::byte> bytes = constants.bytes(codes);
  const std::span<const std::byte> zeros = constants.bytes(zero);
  const std::vector<float> scales = numbers_of<float>(constants, scale);
  const auto directions = static_cast<size_t>(dims[0]);
  const auto from = static_cast<size_t>(dims[1]);
  const auto columns = static_cast<size_t>(dims[2]);
  const size_t each = scales.size() == directions ? 1 : columns;
  if (bytes.size() != directions * from * columns || scales.size() != directions * each ||
      zeros.size() != scales.size()) {
    return invalid("codes, scales or zero points of a wrong count");
  }
  std::vector<float> made(bytes.size());
  const std::byte* code = bytes.data();
  for (size_t direction = 0; direction < directions; ++direction) {
    for (size_t row = 0; row < from; ++row) {
      for (size_t column = 0; column < columns; ++column, ++code) {
        const size_t at = direction * each + (each == 1 ? 0 : column);
        const int32_t centered = code_of(*code, dtype) - code_of(zeros[at], dtype);
        made[(direction * columns + column) * from + row] =
            static_cast<float>(centered) * scales[at];
      }
    }
  }
  return made;
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  CellNumbers numbers;
  numbers.cell = reference::Cell::lstm;
  numbers.directions = node.input_dims(r)[0];
  numbers.hidden = node.input_dims(r)[1];
  numbers.inputs = node.input_dims(w)[1];
  TENON_TRY_ASSIGN(numbers.w, weights_of(node, constants, w, w_scale, w_zero));
  TENON_TRY_ASSIGN(numbers.r, weights_of(node, constants, r, r_scale, r_zero));
  numbers.b = numbers_of<float>(constants, b);
  numbers.p = numbers_of<float>(constants, peepholes);
  TENON_TRY_ASSIGN(PackedCells cells, pack_cells(numbers));
  return keep(std::move(cells));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const NodeView& node = sizes.node();
  const auto& cells = sizes.state<PackedCells>();
  const std::string_view direction = node.attr_string("direction", "forward");
  RecurrentShape s;
  s.rounds_input = true;
  s.r.cell = reference::Cell::lstm;
  s.r.steps = sizes.input(x)[0];
  s.r.batch = sizes.input(x)[1];
  s.r.inputs = cells.inputs;
  s.r.hidden = cells.hidden;
  s.r.directions = sizes.input(r)[0];
  s.r.reverse = direction == "reverse";
  s.r.input_forget = node.attr_int("input_forget", 0) != 0;
  s.r.narrow_state = true;
  s.r.clip = node.attr_float("clip", 0);
  const int64_t state = s.r.directions * s.r.batch * cells.hidden;
  const auto is_state = [&](size_t input) {
    int64_t count = 1;
    for (const int64_t extent : sizes.input(input)) count *= extent;
    return !sizes.has_input(input) || count == state;
  };
  if (sizes.input(x)[2] != cells.inputs ||
      s.r.directions != (direction == "bidirectional" ? 2 : 1) || !is_state(first_h) ||
      !is_state(first_c) || (sizes.has_input(lengths) && sizes.input(lengths)[0] != s.r.batch)) {
    return invalid("data, states, lengths or directions do not fit the weights");
  }
  return shape_recurrent(cells, s);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  run_recurrent(arguments, arguments.state<PackedCells>(), chunk);
}

}  // namespace

Kernel dynamic_quantize_lstm() {
  const DTypes bytes = {DType::i8, DType::u8};
  return {.op = "DynamicQuantizeLSTM",
          .inputs = {DType::f32, bytes, bytes, DType::f32, DType::i32, DType::f32, DType::f32,
                     DType::f32, DType::f32, bytes, DType::f32, bytes},
          .outputs = {DType::f32},
          .domain = "com.microsoft",
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
