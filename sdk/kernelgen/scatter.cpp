// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"

#include <fmt/format.h>

// ScatterElements and ScatterND: a copy of the data, then the updates in order, so that places
// written twice come out as ONNX says. What cannot meet goes side by side: lines along the axis,
// and the elements of a slice.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum class Mode : uint8_t { none, add, mul, max, min };

Result<Mode> mode_of(const Work& work) {
  const std::string_view word = work.word("reduction");
  if (word == "none" || word.empty()) return Mode::none;
  if (word == "add") return Mode::add;
  if (word == "mul") return Mode::mul;
  if (word == "max") return Mode::max;
  if (word == "min") return Mode::min;
  return work.refuse(fmt::format("reduction \"{}\", known are none, add, mul, max, min", word));
}

Value merged(Mode mode, Value held, Value update) {
  switch (mode) {
    case Mode::add:
      return sum_of(held, update);
    case Mode::mul:
      return product_of(held, update);
    case Mode::max:
      return larger(held, update);
    case Mode::min:
      return smaller(held, update);
    case Mode::none:
      break;
  }
  return update;
}

class Scatter {
 public:
  Scatter(const Work& work, Mode mode)
      : work_(work),
        mode_(mode),
        draft_(work.island(), work.name() + "u", {threads, 1, 1}),
        b_(draft_.builder()),
        indices_(work.read(draft_, 1)),
        updates_(work.read(draft_, 2)),
        to_(work.write(draft_)),
        dims_(work.input_dims(0)) {}

  Kernels elements() {
    const auto axis = static_cast<size_t>(work_.integer("axis"));
    const std::vector<Expr> shape = work_.input_dims(1);
    std::vector<Expr> across = shape;
    across.erase(across.begin() + static_cast<std::ptrdiff_t>(axis));
    const Expr lines = product(work_.island().pool(), across);
    const Value line = b_.thread(0);
    b_.when(line < draft_.argument(lines), [&] {
      const std::vector<Value> extents = arguments(draft_, dims_);
      const std::vector<Value> own = arguments(draft_, shape);
      std::vector<Value> at = digits(line, arguments(draft_, across));
      at.insert(at.begin() + static_cast<std::ptrdiff_t>(axis), Value());
      b_.loop(b_.integer(0), own[axis], b_.integer(1), [&](Value k) {
        at[axis] = k;
        const Value i = flatten(at, own);
        const Wrapped place = wrapped(kir::load_element(indices_, i), extents[axis]);
        at[axis] = place.index;
        b_.when(place.is_inside, [&] { apply(flatten(at, extents), i); });
      });
    });
    return finish(lines);
  }

  Kernels slices(int64_t depth) {
    const std::vector<Expr> shape = work_.input_dims(1);
    ExprPool& pool = work_.island().pool();
    const std::span<const Expr> dims(dims_);
    const auto known = static_cast<size_t>(depth);
    const Expr elements = product(pool, dims.subspan(known));
    const Value i = b_.thread(0);
    b_.when(i < draft_.argument(elements), [&] {
      const Value size = draft_.argument(elements);
      const Value count = draft_.argument(product(pool, std::span(shape).first(shape.size() - 1)));
      const std::vector<Value> extents = arguments(draft_, dims.first(known));
      b_.loop(b_.integer(0), count, b_.integer(1), [&](Value tuple) {
        Value at = b_.integer(0);
        Value is_inside = b_.boolean(true);
        for (size_t k = 0; k < known; ++k) {
          const Value index = tuple * static_cast<double>(depth) + static_cast<double>(k);
          const Wrapped place = wrapped(kir::load_element(indices_, index), extents[k]);
          at = at * extents[k] + place.index;
          is_inside = is_inside & place.is_inside;
        }
        b_.when(is_inside, [&] { apply(at * size + i, tuple * size + i); });
      });
    });
    return finish(elements);
  }

 private:
  struct Wrapped {
    Value index;
    Value is_inside;
  };

  // Negative indices count from the end; what lies outside is left out.
  Wrapped wrapped(Value index, Value extent) {
    const Value wide = kir::convert(index, Type::i64);
    const Value limit = b_.cast(extent, Type::i64);
    const Value zero = b_.integer(0, Type::i64);
    const Value is_inside = (wide >= (zero - limit)) & (wide < limit);
    const Value near = b_.cast(b_.select(is_inside, wide, zero), Type::i32);
    return {b_.select(near < 0, near + extent, near), is_inside};
  }

  void apply(Value place, Value update) {
    Value y = kir::load_element(updates_, update);
    if (mode_ != Mode::none) y = merged(mode_, kir::load_element(to_, place), y);
    kir::store_element(to_, place, y);
  }

  Kernels finish(Expr count) {
    Kernels kernels;
    kernels.list.push_back(copy());
    kernels.list.push_back(draft_.finish(count));
    return kernels;
  }

  Generated copy() {
    Draft draft(work_.island(), work_.name(), {128, 1, 1});
    kir::Builder& b = draft.builder();
    const kir::Tensor from = work_.read(draft, 0);
    const kir::Tensor to = work_.write(draft);
    const Expr count = work_.island().elements(work_.output());
    const Value i = b.thread(0);
    b.when(i < draft.argument(count),
           [&] { kir::store_element(to, i, kir::load_element(from, i)); });
    return draft.finish(count);
  }

  const Work& work_;
  Mode mode_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor indices_, updates_, to_;
  std::vector<Expr> dims_;
};

}  // namespace

Result<Kernels> scatter_elements(const Work& work) {
  TENON_TRY(work.needs(3));
  TENON_TRY_ASSIGN(const Mode mode, mode_of(work));
  const std::vector<Expr> dims = work.input_dims(0);
  TENON_TRY(split_at(work, dims, work.integer("axis")).status());
  if (work.input_dims(1).size() != dims.size())
    return work.refuse("indices of another rank than the data");
  return Scatter(work, mode).elements();
}

Result<Kernels> scatter_nd(const Work& work) {
  TENON_TRY(work.needs(3));
  TENON_TRY_ASSIGN(const Mode mode, mode_of(work));
  const std::vector<Expr> shape = work.input_dims(1);
  if (shape.empty() || !shape.back().is_constant())
    return work.refuse("index tuples of unknown length");
  const int64_t depth = shape.back().constant();
  if (depth < 0 || static_cast<size_t>(depth) > work.input_dims(0).size()) {
    return work.refuse(
        fmt::format("index tuples of {} for data of rank {}", depth, work.input_dims(0).size()));
  }
  return Scatter(work, mode).slices(depth);
}

}  // namespace tenon::kernelgen
