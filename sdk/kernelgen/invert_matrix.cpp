// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"

// InvertMatrix: one thread a matrix eliminates by Gauss and Jordan, with the matrix beside the one
// that becomes its inverse in memory of its own.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

class Inversion {
 public:
  Inversion(const Work& work, DType wide, uint32_t memory)
      : work_(work),
        wide_(type_of(wide)),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        x_(work.read(draft_, 0)),
        pair_(draft_.operand(memory, wide, true)) {}

  Generated run(Expr matrices, Expr extent) {
    kir::Tensor inverse;
    kir::Tensor determinants;
    if (work_.has_output(0)) inverse = work_.write(draft_, 0);
    if (work_.has_output(1)) determinants = work_.write(draft_, 1);
    const Value matrix = b_.thread(0);
    b_.when(matrix < draft_.argument(matrices), [&] {
      n_ = draft_.argument(extent);
      width_ = n_ * 2;
      first_ = matrix * n_ * width_;
      read(matrix * n_ * n_);
      const Value determinant = invert();
      if (work_.has_output(1)) kir::store_element(determinants, matrix, determinant);
      if (!work_.has_output(0)) return;
      each(n_, [&](Value i) {
        each(n_, [&](Value k) {
          const Value y = b_.select(determinant == 0, real(__builtin_nan("")), get(i, n_ + k));
          kir::store_element(inverse, (matrix * n_ + i) * n_ + k, y);
        });
      });
    });
    return draft_.finish(matrices);
  }

 private:
  Value real(double value) { return b_.real(value, wide_); }
  void each(Value limit, const std::function<void(Value)>& body) {
    b_.loop(b_.integer(0), limit, b_.integer(1), body);
  }
  Value get(Value i, Value k) { return kir::load_element(pair_, first_ + i * width_ + k); }
  void set(Value i, Value k, Value value) {
    kir::store_element(pair_, first_ + i * width_ + k, value);
  }

  void read(Value from) {
    each(n_, [&](Value i) {
      each(n_, [&](Value k) {
        set(i, k, kir::convert(kir::load_element(x_, from + i * n_ + k), wide_));
        set(i, n_ + k, b_.select(i == k, real(1), real(0)));
      });
    });
  }

  Value pivot_of(Value column) {
    const kir::Variable best = b_.variable(column);
    b_.loop(column + 1, n_, b_.integer(1), [&](Value i) {
      const Value held = b_.get(best);
      const Value is_larger =
          b_.unary(kir::Op::abs, get(i, column)) > b_.unary(kir::Op::abs, get(held, column));
      b_.set(best, b_.select(is_larger, i, held));
    });
    return b_.get(best);
  }

  // The determinant; the inverse stands in the right half. Ends early at a singular matrix.
  Value invert() {
    const kir::Variable determinant = b_.variable(real(1));
    const kir::Variable goes_on = b_.variable(b_.boolean(true));
    b_.loop_while(goes_on, n_, [&](Value column) {
      const Value pivot = pivot_of(column);
      b_.when(pivot != column, [&] { swap(pivot, column, determinant); });
      const Value factor = get(column, column);
      b_.set(determinant, b_.get(determinant) * factor);
      b_.set(goes_on, factor != real(0));
      b_.when(b_.get(goes_on), [&] { eliminate(column, factor); });
    });
    return b_.get(determinant);
  }

  void swap(Value pivot, Value column, kir::Variable determinant) {
    each(width_, [&](Value k) {
      const Value above = get(column, k);
      const Value below = get(pivot, k);
      set(column, k, below);
      set(pivot, k, above);
    });
    b_.set(determinant, -b_.get(determinant));
  }

  void eliminate(Value column, Value factor) {
    each(width_, [&](Value k) { set(column, k, get(column, k) / factor); });
    each(n_, [&](Value i) {
      b_.when(i != column, [&] {
        const Value times = get(i, column);
        each(width_, [&](Value k) { set(i, k, get(i, k) - times * get(column, k)); });
      });
    });
  }

  const Work& work_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor x_, pair_;
  Value n_, width_, first_;
};

}  // namespace

Result<Kernels> invert_matrix(const Work& work) {
  if (!work.has_input(0)) return invalid("InvertMatrix: input 0 is missing");
  const std::vector<Expr> dims = work.input_dims(0);
  if (dims.size() < 2) return work.refuse("data that are no matrices");
  const DType wide = work.island().limits().has_f64 ? DType::f64 : DType::f32;
  const Expr matrices = product(work.island().pool(), std::span(dims).first(dims.size() - 2));
  const Expr extent = dims.back();
  Kernels kernels;
  const uint32_t memory = work.temporary(kernels, wide, matrices * extent * extent * 2);
  kernels.list.push_back(Inversion(work, wide, memory).run(matrices, extent));
  return kernels;
}

}  // namespace tenon::kernelgen
