// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/generate.h"

#include <algorithm>
#include <numeric>

// Operators that move elements: any type, any shape.
namespace tenon::random_graphs {

namespace {

int64_t rank_of(Builder& b, size_t slot) { return static_cast<int64_t>(b.dims(slot).size()); }

int64_t random_axis(Builder& b, int64_t rank) {
  const int64_t axis = b.random().between(0, rank - 1);
  return b.random().chance(30) ? axis - rank : axis;
}

size_t forward(int64_t axis, int64_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + rank : axis);
}

bool transpose(Builder& b) {
  Node node{.op = "Transpose", .inputs = {b.operand(all_types)}};
  std::vector<int64_t> order(b.dims(node.inputs[0]).size());
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[b.random().next() % i]);
  }
  if (b.random().chance(80)) node.attributes["perm"] = order;
  return b.add(node);
}

// Other dims with as many elements.
std::vector<int64_t> regrouped(Builder& b, const Dims& dims) {
  std::vector<int64_t> made;
  int64_t rest = elements(dims);
  if (rest == 0) return {};
  while (rest > 1 && made.size() < 4) {
    int64_t part = rest;
    for (const int64_t prime : {2, 3, 5, 7}) {
      if (rest % prime == 0 && b.random().chance(50)) part = prime;
    }
    made.push_back(part);
    rest /= part;
  }
  if (rest > 1) made.push_back(rest);
  if (made.size() < 5 && b.random().chance(30)) {
    made.insert(made.begin() + b.random().between(0, static_cast<int64_t>(made.size())), 1);
  }
  return made;
}

bool reshape(Builder& b) {
  const size_t first = b.operand(all_types);
  const Dims dims = b.dims(first);
  std::vector<int64_t> wanted = regrouped(b, dims);
  if (elements(dims) == 0) {
    wanted = dims;
    std::ranges::reverse(wanted);
    return b.add({.op = "Reshape",
                  .inputs = {first, b.whole(wanted)},
                  .attributes = {{"allowzero", int64_t{1}}}});
  }
  if (!wanted.empty() && b.random().chance(50)) wanted[b.random().next() % wanted.size()] = -1;
  const size_t both = std::min(wanted.size(), dims.size());
  for (size_t i = 0; i < both; ++i) {
    if (wanted[i] == dims[i] && b.random().chance(40)) wanted[i] = 0;
  }
  const size_t shape = b.whole(wanted);
  // Now and then the sizes are read from an input while the graph runs.
  if (b.random().chance(12)) {
    b.graph().slots[shape].kind = Slot::Kind::input;
    b.free_sizes();
  }
  return b.add({.op = "Reshape", .inputs = {first, shape}});
}

// To the shape of another value, which the graph computes.
bool like_another(Builder& b) {
  const size_t first = b.operand(all_types);
  const int64_t count = elements(b.dims(first));
  const auto fits = [&](const Value& value) { return elements(value.dims) == count; };
  const size_t other = b.operand(fits, DType::f32, b.dims(first));
  if (count == 0 || !b.add({.op = "Shape", .inputs = {other}})) return false;
  return b.add({.op = "Reshape", .inputs = {first, b.graph().slots.size() - 1}});
}

bool flatten(Builder& b) {
  Node node{.op = "Flatten", .inputs = {b.operand(all_types)}};
  node.attributes["axis"] = b.random().between(0, rank_of(b, node.inputs[0]));
  return b.add(node);
}

bool squeeze(Builder& b) {
  const size_t first = b.operand(all_types);
  std::vector<int64_t> axes;
  for (size_t i = 0; i < b.dims(first).size(); ++i) {
    if (b.dims(first)[i] == 1) axes.push_back(static_cast<int64_t>(i));
  }
  if (axes.empty()) return false;
  Node node{.op = "Squeeze", .inputs = {first}};
  // Which axes are 1 must be known when axes are left to the shape.
  if (b.has_free_sizes() || b.random().chance(70))
    node.inputs.push_back(b.whole({b.random().one_of(axes)}));
  return b.add(node);
}

bool unsqueeze(Builder& b) {
  const size_t first = b.operand(all_types, 0, 4);
  const int64_t axis = random_axis(b, rank_of(b, first) + 1);
  return b.add({.op = "Unsqueeze", .inputs = {first, b.whole({axis})}});
}

bool slice(Builder& b) {
  const size_t first = b.operand(all_types, 1);
  std::vector<int64_t> starts, ends, axes, steps;
  for (int64_t i = 0; i < rank_of(b, first); ++i) {
    if (!b.random().chance(60)) continue;
    const int64_t extent = b.dims(first)[static_cast<size_t>(i)];
    const int64_t step = b.random().one_of<int64_t>({1, 1, 1, 2, 3, -1, -2});
    const int64_t low = b.random().between(-extent - 1, extent);
    const int64_t high =
        b.random().chance(30) ? INT64_MAX : b.random().between(-extent, extent + 1);
    starts.push_back(step > 0 ? low : high);
    ends.push_back(step > 0 ? high : b.random().chance(30) ? INT64_MIN : low);
    axes.push_back(i);
    steps.push_back(step);
  }
  if (starts.empty()) return false;
  const size_t begin = b.whole(starts), end = b.whole(ends), which = b.whole(axes);
  return b.add({.op = "Slice", .inputs = {first, begin, end, which, b.whole(steps)}});
}

bool concat(Builder& b) {
  Node node{.op = "Concat", .inputs = {b.operand(all_types, 1)}};
  const DType dtype = b.value(node.inputs[0]).dtype;
  const int64_t rank = rank_of(b, node.inputs[0]);
  const int64_t axis = random_axis(b, rank);
  const size_t at = forward(axis, rank);
  node.attributes["axis"] = axis;
  for (int64_t more = b.random().between(0, 2); more > 0; --more) {
    const Dims dims = b.dims(node.inputs[0]);
    const auto fits = [&](const Value& value) {
      if (value.dtype != dtype || value.dims.size() != dims.size()) return false;
      for (size_t i = 0; i < dims.size(); ++i) {
        if (i != at && value.dims[i] != dims[i]) return false;
      }
      return true;
    };
    Dims other = dims;
    other[at] = b.random().between(0, 3);
    node.inputs.push_back(b.operand(fits, dtype, other));
  }
  return b.add(node);
}

bool split(Builder& b) {
  const size_t first = b.operand(all_types, 1);
  const int64_t axis = random_axis(b, rank_of(b, first));
  const int64_t extent = b.dims(first)[forward(axis, rank_of(b, first))];
  const int64_t cut = b.random().between(0, extent);
  Node node{.op = "Split", .inputs = {first, b.whole({cut, extent - cut})}};
  node.attributes["axis"] = axis;
  return b.add(node, 2);
}

bool pad(Builder& b) {
  const size_t first = b.operand(number_types, 1, 4);
  const Dims dims = b.dims(first);
  const std::string mode =
      b.random().one_of<std::string>({"constant", "constant", "edge", "reflect", "wrap"});
  std::vector<int64_t> pads;
  for (size_t i = 0; i < 2 * dims.size(); ++i) {
    const int64_t extent = dims[i % dims.size()];
    // Other modes repeat what is there, which must be enough.
    const int64_t most = mode == "constant" ? 2 : std::clamp<int64_t>(extent - 1, 0, 2);
    const int64_t least = mode == "constant" && extent > 2 ? -1 : 0;
    pads.push_back(b.random().between(least, most));
  }
  Node node{.op = "Pad", .inputs = {first, b.whole(pads)}};
  node.attributes["mode"] = mode;
  if (mode == "constant" && b.random().chance(60)) {
    Value fill = blank(b.value(first).dtype, {});
    fill.x[0] = static_cast<Real>(b.random().between(0, 3));
    node.inputs.push_back(b.constant(fill));
  }
  return b.add(node);
}

bool tile(Builder& b) {
  const size_t first = b.operand(all_types, 0, 4);
  std::vector<int64_t> repeats;
  for (int64_t i = 0; i < rank_of(b, first); ++i) {
    repeats.push_back(b.random().one_of<int64_t>({1, 1, 1, 2, 3, 0}));
  }
  return b.add({.op = "Tile", .inputs = {first, b.whole(repeats)}});
}

bool expand(Builder& b) {
  const size_t first = b.operand(all_types, 0, 4);
  std::vector<int64_t> shape = b.dims(first);
  for (int64_t& extent : shape) {
    if (extent == 1 && b.random().chance(70)) extent = b.random().between(1, 3);
    if (b.random().chance(20)) extent = 1;
  }
  if (b.random().chance(30)) shape.insert(shape.begin(), b.random().between(1, 3));
  return b.add({.op = "Expand", .inputs = {first, b.whole(shape)}});
}

// Indices into an axis, from both ends; a constant or an input.
size_t random_indices(Builder& b, Dims dims, int64_t extent) {
  Value indices = blank(b.random().chance(50) ? DType::i64 : DType::i32, std::move(dims));
  for (Real& x : indices.x) x = static_cast<Real>(b.random().between(-extent, extent - 1));
  const size_t slot = b.constant(indices);
  if (b.random().chance(50)) b.graph().slots[slot].kind = Slot::Kind::input;
  return slot;
}

bool gather(Builder& b) {
  const size_t first = b.operand(all_types, 1, 4);
  const int64_t axis = random_axis(b, rank_of(b, first));
  const int64_t extent = b.dims(first)[forward(axis, rank_of(b, first))];
  if (extent == 0) return false;
  Node node{.op = "Gather", .inputs = {first, random_indices(b, b.random_dims(0, 2), extent)}};
  node.attributes["axis"] = axis;
  return b.add(node);
}

bool gather_elements(Builder& b) {
  const size_t first = b.operand(all_types, 1, 4);
  const int64_t axis = random_axis(b, rank_of(b, first));
  const size_t at = forward(axis, rank_of(b, first));
  const int64_t extent = b.dims(first)[at];
  if (extent == 0) return false;
  Dims dims = b.dims(first);
  dims[at] = b.random().between(0, 4);
  Node node{.op = "GatherElements", .inputs = {first, random_indices(b, dims, extent)}};
  node.attributes["axis"] = axis;
  return b.add(node);
}

bool trilu(Builder& b) {
  const size_t first = b.operand(all_types, 2);
  Node node{.op = "Trilu", .inputs = {first}};
  node.attributes["upper"] = b.random().between(0, 1);
  if (b.random().chance(60)) {
    Value k = blank(DType::i64, {});
    k.x[0] = static_cast<Real>(b.random().between(-3, 3));
    node.inputs.push_back(b.constant(k));
  }
  return b.add(node);
}

}  // namespace

std::vector<Family> movement_families() {
  return {transpose, transpose, reshape, reshape, like_another, flatten,
          squeeze,   unsqueeze, slice,   slice,   concat,       split,
          pad,       tile,      expand,  gather,  trilu,        gather_elements};
}

}  // namespace tenon::random_graphs
