// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compact.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

enum Output : size_t { unique_values, first_indices, inverse_indices, group_counts, count };

Status infer(InferContext& c) {
  const Expr found = c.found_size(count);
  Expr all = c.elements(0);
  std::vector<Expr> dims = {found};
  if (c.has_attribute("axis")) {
    TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
    c.set("axis", axis);
    all = c.dim(0, axis);
    dims = c.dims(0);
    dims[static_cast<size_t>(axis)] = found;
  }
  c.output(unique_values, c.dtype(0), dims);
  c.output(first_indices, DType::i64, {found});
  c.output(inverse_indices, DType::i64, {all});
  c.output(group_counts, DType::i64, {found});
  return {};
}

// The axes with `axis` first.
std::vector<int64_t> axis_first(int64_t axis, int64_t rank) {
  std::vector<int64_t> perm = axes_between(0, rank);
  std::rotate(perm.begin(), perm.begin() + axis, perm.begin() + axis + 1);
  return perm;
}

ValueId take(ExpandContext& c, ValueId x, ValueId places) {
  return c.add("Gather", {x, places}, {{"axis", 0}});
}

// y[places[i]] = x[i], for places that are a permutation of y's.
ValueId put(ExpandContext& c, ValueId x, ValueId places) {
  const ValueId nothing = map(c, "x * 0", {{"x", x}}, DType::i64);
  return c.add("ScatterElements", {nothing, places, x}, {{"axis", 0}});
}

// Equal rows, found from rows [m, l]. All have m entries, of which the first `found.count` count.
struct Groups {
  Found found;            // where in the order each group begins
  ValueId first = no_id;  // row that occurs first
  ValueId size = no_id;
  ValueId of_row = no_id;  // group of each row
};

// Whether each row of the order differs from the one before it.
ValueId begins(ExpandContext& c, ValueId rows, ValueId order, ValueId numbers) {
  const ValueId before = map(c, "max(i - 1, 0)", {{"i", numbers}}, DType::i64);
  const ValueId differs =
      map(c, "x == y || (x != x && y != y) ? 0 : 1",
          {{"x", take(c, rows, order)}, {"y", take(c, rows, take(c, order, before))}}, DType::i64);
  return map(c, "coord(0) == 0 ? 1 : d", {{"d", reduce_away(c, "max", differs, {1})}}, DType::i64);
}

Groups sorted_groups(ExpandContext& c, ValueId rows, Expr many) {
  Groups g;
  const ValueId numbers = count_up(c, many);
  const ValueId order = c.add("SortRows", {rows});
  const ValueId begin = begins(c, rows, order, numbers);
  g.found = find_nonzero(c, begin);
  g.first = take(c, order, g.found.positions);
  const ValueId counted = c.add("PrefixScan", {begin}, {{"axis", 0}, {"mode", "sum"}});
  g.of_row = put(c, map(c, "n - 1", {{"n", counted}}, DType::i64), order);
  const ValueId total = c.sizes({many});
  const ValueId after = map(c, "min(i + 1, m - 1)", {{"i", numbers}, {"m", total}}, DType::i64);
  g.size = map(c, "(i + 1 < n ? end : m) - begin",
               {{"i", numbers},
                {"n", g.found.count},
                {"end", take(c, g.found.positions, after)},
                {"m", total},
                {"begin", g.found.positions}},
               DType::i64);
  return g;
}

// The groups in the order in which they occur first.
Groups by_occurrence(ExpandContext& c, const Groups& g, Expr many) {
  const ValueId numbers = count_up(c, many);
  const ValueId key = map(
      c, "i < n ? f : m",
      {{"i", numbers}, {"n", g.found.count}, {"f", g.first}, {"m", c.sizes({many})}}, DType::i64);
  const ValueId order = c.add("SortRows", {reshape(c, key, {many, c.number(1)})});
  return {g.found, take(c, g.first, order), take(c, g.size, order),
          take(c, put(c, numbers, order), g.of_row)};
}

Status expand(ExpandContext& c) {
  const bool flat = !c.has_attribute("axis");
  const int64_t axis = c.integer("axis", 0);
  const std::vector<int64_t> perm = flat ? std::vector<int64_t>() : axis_first(axis, c.rank(0));
  const ValueId data = flat ? c.input(0) : transpose(c, c.input(0), perm);
  const Expr many = flat ? c.elements(0) : c.dim(0, axis);
  Expr width = c.number(1);
  std::vector<Expr> dims = {c.found_size(count)};
  for (size_t i = 1; i < perm.size(); ++i) {
    dims.push_back(c.dim(0, perm[i]));
    width = width * dims.back();
  }
  const ValueId rows = reshape(c, data, {many, width});
  Groups groups = sorted_groups(c, rows, many);
  if (c.integer("sorted", 1) == 0) groups = by_occurrence(c, groups, many);

  const Expr found = c.found_size(count);
  const auto counted = [&](ValueId x) { return slice(c, x, 0, c.number(0), found); };
  const ValueId first = counted(groups.first);
  ValueId values = reshape(c, take(c, rows, first), dims);
  if (!flat) {
    std::vector<int64_t> back(perm.size());
    for (size_t i = 0; i < perm.size(); ++i) {
      back[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
    }
    values = transpose(c, values, back);
  }
  c.output(unique_values, values);
  c.output(first_indices, first);
  c.output(inverse_indices, groups.of_row);
  c.output(group_counts, counted(groups.size));
  c.output(count, groups.found.count);
  return {};
}

}  // namespace

Op unique() {
  const SampleInput many = {.dims = {3, 5}, .dtype = DType::i32, .low = 0, .high = 4};
  return {
      .name = "Unique",
      .doc =
          "The different elements, or slices along an axis, sorted or as they occur; where each "
          "occurs first and how often, and which of them each element is.",
      .inputs = {{"x", "numeric|bool"}},
      .outputs = {{"y"},
                  {"indices", "i64", optional_operand},
                  {"inverse_indices", "i64", optional_operand},
                  {"counts", "i64", optional_operand},
                  {"count", "i64", optional_operand}},
      .attributes = {{"sorted", 1}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {many}, .outputs = 4},
                  {.inputs = {many}, .attributes = {{"sorted", 0}}, .outputs = 4},
                  {.inputs = {{.dims = {2, 6}, .dtype = DType::i32, .low = 0, .high = 2}},
                   .attributes = {{"axis", 1}},
                   .outputs = 4}},
  };
}

}  // namespace tenon::ops
