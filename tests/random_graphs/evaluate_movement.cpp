// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/evaluate.h"

#include <algorithm>
#include <functional>

// Operators that move elements and compute none.
namespace tenon::random_graphs {

namespace {

using Operands = std::vector<const Value*>;

std::vector<int64_t> whole_numbers(const Value& value) {
  std::vector<int64_t> numbers;
  for (const Real x : value.x) numbers.push_back(static_cast<int64_t>(x));
  return numbers;
}

size_t axis_of(int64_t axis, size_t rank) {
  return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank) : axis);
}

// A result whose element at an index is element from(index) of `a`; -1 leaves 0.
Value moved(const Value& a, Dims dims, const std::function<int64_t(const Dims&)>& from) {
  Value y = blank(a.dtype, std::move(dims));
  for (size_t i = 0; i < y.x.size(); ++i) {
    const int64_t source = from(index_of(y.dims, i));
    if (source < 0) continue;
    y.x[i] = a.x[static_cast<size_t>(source)];
    y.error[i] = a.error[static_cast<size_t>(source)];
  }
  return y;
}

int64_t place(const Value& a, const Dims& index) {
  return static_cast<int64_t>(place_of(a.dims, index));
}

Value transpose(const Node& node, const Value& a) {
  std::vector<int64_t> order;
  if (const auto found = node.attributes.find("perm"); found != node.attributes.end()) {
    order = std::get<std::vector<int64_t>>(found->second);
  } else {
    for (size_t i = a.dims.size(); i-- > 0;) order.push_back(static_cast<int64_t>(i));
  }
  Dims dims;
  for (const int64_t axis : order) dims.push_back(a.dims[static_cast<size_t>(axis)]);
  return moved(a, dims, [&](const Dims& index) {
    Dims from(index.size());
    for (size_t i = 0; i < order.size(); ++i) from[static_cast<size_t>(order[i])] = index[i];
    return place(a, from);
  });
}

Value with_dims(const Value& a, Dims dims) {
  Value y = a;
  y.dims = std::move(dims);
  return y;
}

Value reshape(const Node& node, const Value& a, const Value& shape) {
  Dims dims = whole_numbers(shape);
  int64_t rest = elements(a.dims);
  int64_t* open = nullptr;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && node.integer("allowzero", 0) == 0) dims[i] = a.dims[i];
    if (dims[i] < 0) {
      open = &dims[i];
    } else if (dims[i] > 0) {
      rest /= dims[i];
    }
  }
  if (open != nullptr) *open = rest;
  return with_dims(a, dims);
}

Value flatten(const Node& node, const Value& a) {
  const size_t axis = axis_of(node.integer("axis", 1), a.dims.size());
  const auto middle = a.dims.begin() + static_cast<ptrdiff_t>(axis);
  return with_dims(a, {elements({a.dims.begin(), middle}), elements({middle, a.dims.end()})});
}

Value squeeze(const Value& a, const Value* axes) {
  Dims dims;
  for (size_t i = 0; i < a.dims.size(); ++i) {
    bool dropped = axes == nullptr && a.dims[i] == 1;
    for (const int64_t axis : axes == nullptr ? Dims() : whole_numbers(*axes)) {
      dropped = dropped || axis_of(axis, a.dims.size()) == i;
    }
    if (!dropped) dims.push_back(a.dims[i]);
  }
  return with_dims(a, dims);
}

Value unsqueeze(const Value& a, const Value& axes) {
  Dims dims(a.dims.size() + axes.x.size(), 0);
  std::vector<bool> added(dims.size());
  for (const int64_t axis : whole_numbers(axes)) added[axis_of(axis, dims.size())] = true;
  size_t next = 0;
  for (size_t i = 0; i < dims.size(); ++i) dims[i] = added[i] ? 1 : a.dims[next++];
  return with_dims(a, dims);
}

Value slice(const Operands& operands) {
  const Value& a = *operands[0];
  const std::vector<int64_t> starts = whole_numbers(*operands[1]);
  const std::vector<int64_t> ends = whole_numbers(*operands[2]);
  Dims dims = a.dims, first(a.dims.size(), 0), step(a.dims.size(), 1);
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t axis = operands.size() > 3 && operands[3] != nullptr
                            ? axis_of(static_cast<int64_t>(operands[3]->x[i]), a.dims.size())
                            : i;
    const int64_t by =
        operands.size() > 4 && operands[4] != nullptr ? static_cast<int64_t>(operands[4]->x[i]) : 1;
    const int64_t extent = a.dims[axis];
    int64_t begin = starts[i] < 0 ? starts[i] + extent : starts[i];
    int64_t end = ends[i] < 0 ? ends[i] + extent : ends[i];
    if (by > 0) {
      begin = std::clamp<int64_t>(begin, 0, extent);
      end = std::clamp<int64_t>(end, 0, extent);
    } else {
      begin = std::clamp<int64_t>(begin, 0, extent - 1);
      end = std::clamp<int64_t>(end, -1, extent - 1);
    }
    int64_t count = 0;
    for (int64_t at = begin; extent > 0 && (by > 0 ? at < end : at > end); at += by) ++count;
    dims[axis] = count;
    first[axis] = begin;
    step[axis] = by;
  }
  return moved(a, dims, [&](const Dims& index) {
    Dims from(index.size());
    for (size_t i = 0; i < index.size(); ++i) from[i] = first[i] + index[i] * step[i];
    return place(a, from);
  });
}

Value concat(const Node& node, const Operands& operands) {
  const size_t axis = axis_of(node.integer("axis", 0), operands[0]->dims.size());
  Dims dims = operands[0]->dims;
  dims[axis] = 0;
  for (const Value* operand : operands) dims[axis] += operand->dims[axis];
  Value y = blank(operands[0]->dtype, dims);
  int64_t begin = 0;
  for (const Value* operand : operands) {
    for (size_t i = 0; i < operand->x.size(); ++i) {
      Dims index = index_of(operand->dims, i);
      index[axis] += begin;
      y.x[place_of(dims, index)] = operand->x[i];
      y.error[place_of(dims, index)] = operand->error[i];
    }
    begin += operand->dims[axis];
  }
  return y;
}

std::vector<Value> split(const Node& node, const Value& a, const Value& sizes) {
  const size_t axis = axis_of(node.integer("axis", 0), a.dims.size());
  std::vector<Value> parts;
  int64_t begin = 0;
  for (const int64_t size : whole_numbers(sizes)) {
    Dims dims = a.dims;
    dims[axis] = size;
    parts.push_back(moved(a, dims, [&](Dims index) {
      index[axis] += begin;
      return place(a, index);
    }));
    begin += size;
  }
  return parts;
}

// Where a padded index reads; -1 in the padding itself.
int64_t padded_from(int64_t at, int64_t extent, const std::string& mode) {
  if (at >= 0 && at < extent) return at;
  if (mode == "edge") return at < 0 ? 0 : extent - 1;
  if (mode == "wrap") return ((at % extent) + extent) % extent;
  if (mode == "constant") return -1;
  const int64_t period = std::max<int64_t>(2 * (extent - 1), 1);
  const int64_t in = ((at % period) + period) % period;
  return in < extent ? in : period - in;
}

Value pad(const Node& node, const Operands& operands) {
  const Value& a = *operands[0];
  const std::vector<int64_t> pads = whole_numbers(*operands[1]);
  const Real fill = operands.size() > 2 && operands[2] != nullptr ? operands[2]->x[0] : 0;
  const std::string mode = node.word("mode", "constant");
  const size_t rank = a.dims.size();
  Dims dims = a.dims;
  for (size_t i = 0; i < rank; ++i) dims[i] += pads[i] + pads[rank + i];
  Value y = blank(a.dtype, dims);
  for (size_t i = 0; i < y.x.size(); ++i) {
    Dims from = index_of(dims, i);
    bool inside = true;
    for (size_t axis = 0; axis < rank; ++axis) {
      from[axis] = padded_from(from[axis] - pads[axis], a.dims[axis], mode);
      inside = inside && from[axis] >= 0;
    }
    y.x[i] = inside ? a.x[place_of(a.dims, from)] : fill;
    y.error[i] = inside ? a.error[place_of(a.dims, from)] : 0;
  }
  return y;
}

Value tile(const Value& a, const Value& repeats) {
  Dims dims = a.dims;
  for (size_t i = 0; i < dims.size(); ++i) dims[i] *= static_cast<int64_t>(repeats.x[i]);
  return moved(a, dims, [&](Dims index) {
    for (size_t i = 0; i < index.size(); ++i) index[i] %= a.dims[i];
    return place(a, index);
  });
}

Value expand(const Value& a, const Value& shape) {
  return moved(a, broadcast(a.dims, whole_numbers(shape)),
               [&](const Dims& index) { return static_cast<int64_t>(source_of(a.dims, index)); });
}

int64_t wrapped_index(const Value& indices, size_t i, int64_t extent) {
  const auto index = static_cast<int64_t>(indices.x[i]);
  return index < 0 ? index + extent : index;
}

Value gather(const Node& node, const Value& a, const Value& indices) {
  const size_t axis = axis_of(node.integer("axis", 0), a.dims.size());
  Dims dims(a.dims.begin(), a.dims.begin() + static_cast<ptrdiff_t>(axis));
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), a.dims.begin() + static_cast<ptrdiff_t>(axis) + 1, a.dims.end());
  const size_t rank = indices.dims.size();
  return moved(a, dims, [&](const Dims& index) {
    const auto at = index.begin() + static_cast<ptrdiff_t>(axis);
    const auto rest = at + static_cast<ptrdiff_t>(rank);
    Dims from(index.begin(), at);
    from.push_back(wrapped_index(indices, place_of(indices.dims, Dims(at, rest)), a.dims[axis]));
    from.insert(from.end(), rest, index.end());
    return place(a, from);
  });
}

Value gather_elements(const Node& node, const Value& a, const Value& indices) {
  const size_t axis = axis_of(node.integer("axis", 0), a.dims.size());
  return moved(a, indices.dims, [&](Dims index) {
    index[axis] = wrapped_index(indices, place_of(indices.dims, index), a.dims[axis]);
    return place(a, index);
  });
}

Value trilu(const Node& node, const Value& a, const Value* k) {
  const int64_t shift = k == nullptr ? 0 : static_cast<int64_t>(k->x[0]);
  const bool upper = node.integer("upper", 1) != 0;
  return moved(a, a.dims, [&](const Dims& index) {
    const int64_t row = index[index.size() - 2], column = index.back();
    const bool kept = upper ? column - row >= shift : column - row <= shift;
    return kept ? place(a, index) : int64_t{-1};
  });
}

Value shape_of(const Value& a) {
  Value y = blank(DType::i64, {static_cast<int64_t>(a.dims.size())});
  for (size_t i = 0; i < a.dims.size(); ++i) y.x[i] = static_cast<Real>(a.dims[i]);
  return y;
}

}  // namespace

std::vector<Value> movement(const Node& node, const std::vector<const Value*>& operands) {
  const std::string& op = node.op;
  const Value& a = *operands[0];
  const Value* second = operands.size() > 1 ? operands[1] : nullptr;
  if (op == "Transpose") return {transpose(node, a)};
  if (op == "Reshape") return {reshape(node, a, *second)};
  if (op == "Flatten") return {flatten(node, a)};
  if (op == "Squeeze") return {squeeze(a, second)};
  if (op == "Unsqueeze") return {unsqueeze(a, *second)};
  if (op == "Slice") return {slice(operands)};
  if (op == "Concat") return {concat(node, operands)};
  if (op == "Split") return split(node, a, *second);
  if (op == "Pad") return {pad(node, operands)};
  if (op == "Tile") return {tile(a, *second)};
  if (op == "Expand") return {expand(a, *second)};
  if (op == "Gather") return {gather(node, a, *second)};
  if (op == "GatherElements") return {gather_elements(node, a, *second)};
  if (op == "Trilu") return {trilu(node, a, second)};
  if (op == "Shape") return {shape_of(a)};
  return {};
}

}  // namespace tenon::random_graphs
