// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tenon::reference {
namespace {

struct SelectBoxes {
  int64_t classes = 0;
  int64_t boxes = 0;
  int64_t most = 0;
  bool centered = false;
};

struct Box {
  float x0, y0, x1, y1;
  float area() const { return (x1 - x0) * (y1 - y0); }
};

// A box is two opposite corners, or its center and its extents.
Box box_of(const SelectBoxes& select, const float* at) {
  if (select.centered) {
    return {at[0] - at[2] / 2, at[1] - at[3] / 2, at[0] + at[2] / 2, at[1] + at[3] / 2};
  }
  return {std::min(at[0], at[2]), std::min(at[1], at[3]), std::max(at[0], at[2]),
          std::max(at[1], at[3])};
}

bool overlap(const Box& a, const Box& b, float threshold) {
  const float width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  const float height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (!(width > 0) || !(height > 0)) return false;
  const float common = width * height;
  const float together = a.area() + b.area() - common;
  return together > 0 && common / together > threshold;
}

float threshold(const KernelArguments& arguments, size_t input, float otherwise) {
  return arguments.has_input(input) ? arguments.input<float>(input)[0] : otherwise;
}

// Indices of the boxes whose score counts, greatest first.
std::span<int64_t> candidates(const KernelArguments& arguments, std::span<const float> scores,
                              int64_t* room) {
  const bool all = !arguments.has_input(3);
  const float least = threshold(arguments, 3, 0);
  int64_t* end = room;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (all || scores[i] > least) *end++ = static_cast<int64_t>(i);
  }
  const auto key = [&](int64_t i) {
    const float score = scores[static_cast<size_t>(i)];
    return score == score ? score : -std::numeric_limits<float>::infinity();
  };
  std::sort(room, end,
            [&](int64_t i, int64_t j) { return key(i) == key(j) ? i < j : key(i) > key(j); });
  return {room, static_cast<size_t>(end - room)};
}

void run_class(const KernelArguments& arguments, const SelectBoxes& select, int64_t row) {
  const float* const boxes =
      arguments.input<float>(0).data() + row / select.classes * select.boxes * 4;
  const std::span<const float> scores = arguments.input<float>(1, row);
  const std::span<int64_t> selected = arguments.output<int64_t>(0, row);
  const float limit = threshold(arguments, 2, 0);
  Scratch scratch(arguments.scratch());
  size_t count = 0;
  for (const int64_t i : candidates(arguments, scores, scratch.take<int64_t>(select.boxes))) {
    if (count == selected.size()) break;
    const Box box = box_of(select, boxes + i * 4);
    const bool passed = std::ranges::any_of(selected.first(count), [&](int64_t chosen) {
      return overlap(box, box_of(select, boxes + chosen * 4), limit);
    });
    if (!passed) selected[count++] = i;
  }
  std::ranges::fill(selected.subspan(count), -1);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& select = arguments.block<SelectBoxes>();
  for (const int64_t row : arguments.rows_of(chunk)) run_class(arguments, select, row);
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const std::span<const int64_t> boxes = sizes.input(0);
  const std::span<const int64_t> scores = sizes.input(1);
  const std::span<const int64_t> selected = sizes.output(0);
  if (boxes.size() != 3 || scores.size() != 3 || selected.size() != 3 || boxes[0] != scores[0] ||
      boxes[1] != scores[2] || boxes[2] != 4 || selected[0] != scores[0] ||
      selected[1] != scores[1]) {
    return invalid("expected boxes [b, n, 4], scores [b, c, n] and an output [b, c, most]");
  }
  for (size_t i = 2; i < 4; ++i) {
    if (!sizes.has_input(i)) continue;
    int64_t elements = 1;
    for (const int64_t extent : sizes.input(i)) elements = wrapping_multiply(elements, extent);
    if (elements != 1) return invalid("a threshold of {} elements, expected 1", elements);
  }
  SelectBoxes select{scores[1], boxes[1], selected[2],
                     sizes.node().attr_int("center_point_box", 0) != 0};
  KernelWork work = in_rows(scores[0] * scores[1], 1);
  work.scratch = boxes[1] * 8;
  work.block = keep(select);
  return work;
}

}  // namespace

Kernel select_boxes() {
  return {.op = "SelectBoxes",
          .inputs = {DType::f32},
          .outputs = {DType::i64},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
