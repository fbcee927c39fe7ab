// SPDX-License-Identifier: Apache-2.0
#include "templates.h"
#include "window.h"

#include "tenon/kernelgen/math.h"

#include <fmt/format.h>

namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum class Mode : uint8_t { max, average, lp };

// One thread an output element: visits the taps of its window that lie inside the input.
class Pool {
 public:
  Pool(const Work& work, Mode mode, const WindowSizes& sizes)
      : work_(work),
        mode_(mode),
        sizes_(sizes),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()) {}

  // with_indices: output 1 gets the places of the maxima.
  Kernels run(bool with_indices) {
    from_ = work_.read(draft_, 0);
    const kir::Tensor to = work_.write(draft_, 0);
    kir::Tensor places;
    if (with_indices) places = work_.write(draft_, 1);
    const Expr count = work_.island().elements(work_.output());
    const Value i = b_.thread(0);
    b_.when(i < draft_.argument(count), [&] {
      prepare(i);
      kir::store_element(to, i, with_indices ? maximum() : element());
      if (with_indices) kir::store_element(places, i, b_.cast(place(), Type::i64));
    });
    Kernels kernels;
    kernels.list.push_back(draft_.finish(count));
    return kernels;
  }

 private:
  void prepare(Value i) {
    const std::vector<Expr> in = work_.input_dims(0);
    const std::vector<Expr> out = work_.output_dims();
    axes_ = window_axes(draft_, sizes_, std::span(in).subspan(2), std::span(out).subspan(2));
    // Planes lead, whatever images and channels they are of.
    std::vector<Value> extents = {b_.integer(0)};
    for (const WindowAxis& axis : axes_) extents.push_back(axis.out);
    const std::vector<Value> at = digits(i, extents);
    plane_ = at[0];
    for (size_t axis = 0; axis < axes_.size(); ++axis) {
      origins_.push_back(origin(axes_[axis], at[axis + 1]));
      taps_.push_back(taps_inside(axes_[axis], origins_.back()));
    }
  }

  using Body = std::function<void(std::span<const Value> coordinates)>;

  void visit(const Body& body) {
    std::vector<Value> coordinates;
    visit_from(coordinates, body);
  }

  void visit_from(std::vector<Value>& coordinates, const Body& body) {
    const size_t axis = coordinates.size();
    if (axis == axes_.size()) return body(coordinates);
    b_.loop(taps_[axis].first, taps_[axis].last, b_.integer(1), [&](Value tap) {
      coordinates.push_back(origins_[axis] + tap * static_cast<double>(axes_[axis].dilation));
      visit_from(coordinates, body);
      coordinates.pop_back();
    });
  }

  Value index(std::span<const Value> coordinates) {
    Value flat = plane_;
    for (size_t axis = 0; axis < axes_.size(); ++axis)
      flat = flat * axes_[axis].in + coordinates[axis];
    return flat;
  }
  Value load(std::span<const Value> coordinates) {
    return kir::load_element(from_, index(coordinates));
  }

  Value element() {
    if (mode_ == Mode::max) return extreme();
    const Type type = type_of(from_.dtype);
    const kir::Variable total = b_.variable(b_.real(0, type));
    const bool has_f64 = work_.island().limits().has_f64;
    const auto p = static_cast<double>(work_.integer("p", 2));
    visit([&](std::span<const Value> at) {
      Value x = load(at);
      if (mode_ == Mode::lp) x = powered(b_.unary(kir::Op::abs, x), p, has_f64);
      b_.set(total, b_.get(total) + x);
    });
    if (mode_ == Mode::lp) return powered(b_.get(total), 1 / p, has_f64);
    return b_.get(total) / b_.cast(divisor(), type);
  }

  Value powered(Value x, double exponent, bool has_f64) {
    if (exponent == 1) return x;
    if (exponent == 2) return x * x;
    if (exponent == 0.5) return b_.unary(kir::Op::sqrt, x);
    return kir::elementary(kir::Function::pow, x, b_.real(exponent, x.type()), has_f64);
  }

  Value divisor() {
    const bool with_padding = work_.integer("count_include_pad") != 0;
    Value count = b_.integer(1);
    for (size_t i = 0; i < axes_.size(); ++i) {
      const WindowAxis& axis = axes_[i];
      const Taps taps = with_padding
                            ? taps_between(axis, origins_[i], b_.integer(0) - axis.pad_begin,
                                           axis.in + axis.pad_end)
                            : taps_[i];
      count = count * b_.binary(kir::Op::max, taps.last - taps.first, b_.integer(0));
    }
    return count;
  }

  Value extreme() {
    const kir::Variable best = b_.variable(lowest(b_, from_.dtype));
    visit([&](std::span<const Value> at) { b_.set(best, larger(b_.get(best), load(at))); });
    return b_.get(best);
  }

  // Also finds where the first of the largest lies.
  Value maximum() {
    const kir::Variable best = b_.variable(lowest(b_, from_.dtype));
    where_ = b_.variable(b_.integer(-1));
    visit([&](std::span<const Value> at) {
      const Value x = load(at);
      const Value held = b_.get(best);
      Value takes = (x > held) | (b_.get(where_) < 0);
      if (is_float(x.type())) takes = takes | ((x != x) & (held == held));
      b_.set(best, b_.select(takes, x, held));
      b_.set(where_, b_.select(takes, index(at), b_.get(where_)));
    });
    return b_.get(best);
  }

  // ONNX counts places row by row, or, in storage order 1, column by column within the plane.
  Value place() {
    const Value flat = b_.binary(kir::Op::max, b_.get(where_), b_.integer(0));
    if (work_.integer("storage_order") == 0) return flat;
    std::vector<Value> extents = {b_.integer(0)};
    for (const WindowAxis& axis : axes_) extents.push_back(axis.in);
    const std::vector<Value> at = digits(flat, extents);
    Value turned = at[0];
    for (size_t i = axes_.size(); i-- > 0;) turned = turned * extents[i + 1] + at[i + 1];
    return turned;
  }

  const Work& work_;
  Mode mode_;
  const WindowSizes& sizes_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor from_;
  std::vector<WindowAxis> axes_;
  Value plane_;
  std::vector<Value> origins_;
  std::vector<Taps> taps_;
  kir::Variable where_;
};

}  // namespace

Result<Kernels> pool(const Work& work) {
  TENON_TRY(work.needs(1));
  const std::string_view mode = work.word("mode");
  if (mode != "max" && mode != "average" && mode != "lp") {
    return work.refuse(fmt::format("mode \"{}\", known are max, average, lp", mode));
  }
  if (work.input_dtype(0) == DType::boolean) return work.refuse("windows of bool");
  if (mode != "max" && !is_float(work.input_dtype(0))) return work.refuse("this mode of integers");
  TENON_TRY_ASSIGN(const WindowSizes sizes, window_sizes(work));
  const Mode known = mode == "max" ? Mode::max : mode == "average" ? Mode::average : Mode::lp;
  return Pool(work, known, sizes).run(false);
}

Result<Kernels> pool_indices(const Work& work) {
  TENON_TRY(work.needs(1));
  if (!work.has_output(1)) return pool(work);
  if (work.input_dtype(0) == DType::boolean) return work.refuse("windows of bool");
  TENON_TRY_ASSIGN(const WindowSizes sizes, window_sizes(work));
  return Pool(work, Mode::max, sizes).run(true);
}

}  // namespace tenon::kernelgen
