// SPDX-License-Identifier: Apache-2.0
#include "window.h"

#include <fmt/format.h>

namespace tenon::kernelgen {
namespace {

// Far beyond real sizes, and products of two with an extent stay inside the 32-bit indices.
constexpr int64_t most = 1 << 24;

Result<std::vector<int64_t>> counts(const Work& work, std::string_view name, size_t axes) {
  TENON_TRY_ASSIGN(std::vector<int64_t> all, work.constants(name));
  if (all.size() != axes) {
    return work.refuse(fmt::format("{} has {} numbers, expected {}", name, all.size(), axes));
  }
  for (const int64_t number : all) {
    if (number < 1 || number > most)
      return work.refuse(fmt::format("{} has {}, expected 1 to {}", name, number, most));
  }
  return all;
}

Status check_numbers(const Work& work, std::string_view name, std::span<const Expr> all,
                     size_t count) {
  if (all.size() != count) {
    return work.refuse(fmt::format("{} has {} numbers, expected {}", name, all.size(), count));
  }
  for (const Expr& number : all) {
    if (number.is_constant() && (number.constant() < -most || number.constant() > most)) {
      return work.refuse(
          fmt::format("{} has {}, expected {} to {}", name, number.constant(), -most, most));
    }
  }
  return {};
}

bool is_constant(const Expr& expression, int64_t value) {
  return expression.is_constant() && expression.constant() == value;
}

}  // namespace

Result<WindowSizes> window_sizes(const Work& work) {
  const size_t rank = work.input_dims(0).size();
  if (rank < 3 || rank > 5) {
    return work.refuse(
        fmt::format("input 0 has rank {}, expected 3 to 5: one to three spatial axes", rank));
  }
  if (work.output_dims().size() != rank)
    return work.refuse("output has another rank than the input");
  const size_t axes = rank - 2;
  WindowSizes sizes;
  TENON_TRY_ASSIGN(sizes.strides, counts(work, "strides", axes));
  TENON_TRY_ASSIGN(sizes.dilations, counts(work, "dilations", axes));
  sizes.kernel = work.list("kernel_shape");
  sizes.pads = work.list("pads");
  TENON_TRY(check_numbers(work, "kernel_shape", sizes.kernel, axes));
  TENON_TRY(check_numbers(work, "pads", sizes.pads, 2 * axes));
  return sizes;
}

std::vector<WindowAxis> window_axes(Draft& draft, const WindowSizes& sizes,
                                    std::span<const Expr> in, std::span<const Expr> out) {
  std::vector<WindowAxis> axes;
  const size_t count = sizes.strides.size();
  for (size_t i = 0; i < count; ++i) {
    axes.push_back({.in = draft.argument(in[i]),
                    .out = draft.argument(out[i]),
                    .kernel = draft.size(sizes.kernel[i]),
                    .stride = sizes.strides[i],
                    .dilation = sizes.dilations[i],
                    .pad_begin = draft.size(sizes.pads[i]),
                    .pad_end = draft.size(sizes.pads[count + i]),
                    .is_plain = is_constant(sizes.kernel[i], 1) && sizes.strides[i] == 1 &&
                                is_constant(sizes.pads[i], 0) &&
                                is_constant(sizes.pads[count + i], 0)});
  }
  return axes;
}

Value origin(const WindowAxis& axis, Value o) {
  return o * static_cast<double>(axis.stride) - axis.pad_begin;
}

Taps taps_between(const WindowAxis& axis, Value at, Value begin, Value end) {
  kir::Builder& b = at.builder();
  const Value zero = b.integer(0);
  // Taps before a border, rounded up and kept inside the window.
  const auto before = [&](Value border) {
    const Value steps =
        (border - at + static_cast<double>(axis.dilation - 1)) / static_cast<double>(axis.dilation);
    const Value some = b.select(at >= border, zero, steps);
    return b.binary(kir::Op::min, some, axis.kernel);
  };
  return {before(begin), before(end)};
}

Taps taps_inside(const WindowAxis& axis, Value at) {
  kir::Builder& b = at.builder();
  if (axis.is_plain) return {b.integer(0), b.integer(1)};
  return taps_between(axis, at, b.integer(0), axis.in);
}

}  // namespace tenon::kernelgen
