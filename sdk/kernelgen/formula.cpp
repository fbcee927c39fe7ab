// SPDX-License-Identifier: Apache-2.0
#include "formula.h"

#include "axes.h"

#include <algorithm>
#include <numeric>

namespace tenon::kernelgen {

Formula::Formula(const Work& work, Draft& draft, const tenon_node& node,
                 std::vector<uint32_t>& further)
    : work_(work),
      island_(work.island()),
      draft_(draft),
      b_(draft.builder()),
      node_(node),
      further_(further),
      dims_(island_.dims(island_.graph().outputs(node)[0])),
      count_(product(island_.pool(), dims_)) {}

Result<Value> Formula::at(Value linear, const std::function<Value(int64_t)>& coordinate) {
  const kir::Surroundings around = {
      .rows = island_.graph().exprs(),
      .coordinate = coordinate,
      .coordinate_limit = [this](int64_t axis) { return limit(axis); },
      .linear = linear,
      .linear_limit = count_.is_constant() ? count_.constant() - 1 : INT32_MAX - 1,
      .operand = [this](int64_t k) { return operand(k); },
      .uniform = [this](int32_t row) { return uniform(row); },
      .is_uniform = [this](int32_t row) { return island_.is_uniform(row); },
      .has_f64 = island_.limits().has_f64,
      .inlined = [&](int64_t k, int32_t index_row,
                     Value index) { return inlined(k, index_row, index, coordinate); },
  };
  return kir::lower(around, static_cast<int32_t>(node_.formula));
}

Result<Value> Formula::at(const FormulaPlace& place) {
  return at(place.linear, [&](int64_t axis) {
    const auto i = static_cast<size_t>(axis);
    return i < place.coordinates.size() ? place.coordinates[i] : b_.integer(0);
  });
}

int64_t Formula::limit(int64_t axis) const {
  if (axis < 0 || static_cast<size_t>(axis) >= dims_.size()) return 0;
  const Expr& extent = dims_[static_cast<size_t>(axis)];
  return extent.is_constant() ? extent.constant() - 1 : INT32_MAX - 1;
}

Result<kir::Loadable> Formula::operand(int64_t k) {
  if (const auto found = operands_.find(k); found != operands_.end()) return found->second;
  const std::span<const uint32_t> inputs = island_.graph().inputs(node_);
  const auto i = static_cast<size_t>(k);
  if (k < 0 || i >= inputs.size() || inputs[i] == TENON_NONE)
    return invalid("formula reads operand {}, which is missing", k);
  const uint32_t value = inputs[i];
  TENON_TRY(island_.check_value(value));
  const Expr elements = island_.elements(value);
  const kir::Loadable made = {
      .tensor = draft_.operand(slot(value), island_.graph().dtype(value), false),
      .elements = b_.bitcast(draft_.argument(elements), Type::u32),
      .known = elements.is_constant() ? elements.constant() : -1,
      .like_output = elements.same(count_),
  };
  operands_.emplace(k, made);
  return made;
}

uint32_t Formula::slot(uint32_t value) {
  const std::span<const uint32_t> inputs = work_.graph().inputs(work_.node());
  if (const auto own = std::ranges::find(inputs, value); own != inputs.end()) {
    return static_cast<uint32_t>(own - inputs.begin());
  }
  const auto found = std::ranges::find(further_, value);
  const auto place = static_cast<uint32_t>(found - further_.begin());
  if (found == further_.end()) further_.push_back(value);
  return first_further + place;
}

Result<Value> Formula::uniform(int32_t row) {
  if (const auto found = uniforms_.find(row); found != uniforms_.end()) return found->second;
  const Expr copied = island_.pool().copy(island_.graph().exprs(), row);
  TENON_TRY_ASSIGN(const Value made, draft_.number(copied));
  uniforms_.emplace(row, made);
  return made;
}

Formula& Formula::source(int64_t k, const tenon_node& node) {
  std::unique_ptr<Formula>& made = sources_[k];
  if (made == nullptr) made = std::make_unique<Formula>(work_, draft_, node, further_);
  return *made;
}

std::optional<Result<Value>> Formula::inlined(int64_t k, int32_t index_row, Value index,
                                              const std::function<Value(int64_t)>& coordinate) {
  const std::span<const uint32_t> inputs = island_.graph().inputs(node_);
  const auto i = static_cast<size_t>(k);
  if (k < 0 || i >= inputs.size() || inputs[i] == TENON_NONE) return std::nullopt;
  const tenon_node* node = island_.source_of(inputs[i]);
  if (node == nullptr) return std::nullopt;
  Formula& other = source(k, *node);
  return other.at(other.place_in(*this, index_row, index, coordinate));
}

// An index that is a permutation of the reader's coordinates needs no division.
FormulaPlace Formula::place_in(const Formula& reader, int32_t index_row, Value index,
                               const std::function<Value(int64_t)>& coordinate) {
  FormulaPlace place = {.coordinates = {}, .linear = index};
  ExprPool& pool = island_.pool();
  std::vector<size_t> axes(dims_.size());
  std::iota(axes.begin(), axes.end(), size_t{0});
  const bool is_here =
      index_row < 0 && reader.dims_.size() == dims_.size() &&
      std::ranges::equal(reader.dims_, dims_, [](Expr a, Expr c) { return a.same(c); });
  constexpr size_t most_axes = 4;  // permutations that are tried
  bool found = is_here;
  if (index_row >= 0 && dims_.size() <= most_axes) {
    const Expr wanted = pool.copy(island_.graph().exprs(), index_row);
    do {
      Expr linear = pool.integer(0);
      for (size_t axis = 0; axis < axes.size(); ++axis) {
        linear = linear * dims_[axis] + pool.coordinate(static_cast<int64_t>(axes[axis]));
      }
      found = linear.same(wanted);
    } while (!found && std::ranges::next_permutation(axes).found);
  }
  if (found) {
    for (const size_t axis : axes) {
      place.coordinates.push_back(coordinate(static_cast<int64_t>(axis)));
    }
    return place;
  }
  std::vector<Value> extents;
  for (const Expr& dim : dims_) {
    extents.push_back(draft_.size(maximum(dim, pool.integer(1))));
  }
  place.coordinates = digits(index, extents);
  return place;
}

}  // namespace tenon::kernelgen
