// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"

// CouplePairs: one thread a row minimises the sum over pairs of (r_ji p_i - r_ij p_j)^2.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;
constexpr int64_t least_rounds = 100;

// Memory of one row.
struct Numbers {
  kir::Tensor tensor;
  Value first;
  Value operator[](Value i) const { return kir::load_element(tensor, first + i); }
  void set(Value i, Value value) const { kir::store_element(tensor, first + i, value); }
};

class Coupling {
 public:
  Coupling(const Work& work, const std::array<uint32_t, 4>& memory)
      : work_(work),
        wide_(work.island().limits().has_f64 ? Type::f64 : Type::f32),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()) {
    const DType dtype = wide_ == Type::f64 ? DType::f64 : DType::f32;
    given_.tensor = work.read(draft_, 0);
    Numbers* const numbers[] = {&r_, &q_, &p_, &qp_};
    for (size_t k = 0; k < memory.size(); ++k) {
      numbers[k]->tensor = draft_.operand(memory[k], dtype, true);
    }
    y_.tensor = work.write(draft_);
  }

  Generated run() {
    const Expr rows = work_.input_dims(0)[0];
    const Value row = b_.thread(0);
    b_.when(row < draft_.argument(rows), [&] {
      n_ = draft_.argument(work_.output_dims()[1]);
      given_.first = row * draft_.argument(work_.input_dims(0)[1]);
      r_.first = q_.first = row * n_ * n_;
      p_.first = qp_.first = y_.first = row * n_;
      read_pairs();
      set_up();
      solve();
      each([&](Value t) { y_.set(t, p_[t]); });
    });
    return draft_.finish(rows);
  }

 private:
  void each(const std::function<void(Value)>& body) {
    b_.loop(b_.integer(0), n_, b_.integer(1), body);
  }
  Value real(double value) { return b_.real(value, wide_); }
  Value at(Value i, Value j) { return i * n_ + j; }

  // Pairs (i, j) with i < j, in order: the probability that i is right and not j.
  void read_pairs() {
    const kir::Variable next = b_.variable(b_.integer(0));
    each([&](Value i) {
      b_.loop(i + 1, n_, b_.integer(1), [&](Value j) {
        const Value pair = b_.get(next);
        const Value given = kir::convert(given_[pair], wide_);
        r_.set(at(i, j), given);
        r_.set(at(j, i), real(1) - given);
        b_.set(next, pair + 1);
      });
    });
  }

  void set_up() {
    each([&](Value t) {
      p_.set(t, real(1) / b_.cast(n_, wide_));
      const kir::Variable sum = b_.variable(real(0));
      each([&](Value j) {
        b_.when(j != t, [&] {
          const Value against = r_[at(j, t)];
          b_.set(sum, b_.get(sum) + against * against);
          q_.set(at(t, j), -against * r_[at(t, j)]);
        });
      });
      q_.set(at(t, t), b_.get(sum));
    });
  }

  void solve() {
    const Value enough = real(0.005) / b_.cast(n_, wide_);
    const kir::Variable goes_on = b_.variable(b_.boolean(true));
    const Value rounds = b_.binary(kir::Op::max, n_, b_.integer(least_rounds));
    const kir::Variable pqp = b_.variable(real(0));
    b_.loop_while(goes_on, rounds, [&](Value) {
      b_.set(goes_on, !(multiply(pqp) < enough));
      b_.when(b_.get(goes_on), [&] { each([&](Value t) { improve(t, pqp); }); });
    });
  }

  // qp = Q p and pqp = p Q p; how far the worst class is from balance.
  Value multiply(kir::Variable pqp) {
    b_.set(pqp, real(0));
    each([&](Value t) {
      const kir::Variable sum = b_.variable(real(0));
      each([&](Value j) { b_.set(sum, b_.get(sum) + q_[at(t, j)] * p_[j]); });
      qp_.set(t, b_.get(sum));
      b_.set(pqp, b_.get(pqp) + p_[t] * b_.get(sum));
    });
    const Value total = b_.get(pqp);
    const kir::Variable worst = b_.variable(real(0));
    each([&](Value t) {
      const Value error = b_.unary(kir::Op::abs, qp_[t] - total);
      const Value held = b_.get(worst);
      b_.set(worst, b_.select(held < error, error, held));
    });
    return b_.get(worst);
  }

  // One step along class t.
  void improve(Value t, kir::Variable pqp) {
    const Value own = q_[at(t, t)];
    const Value before = qp_[t];
    const Value total = b_.get(pqp);
    const Value step = (total - before) / own;
    p_.set(t, p_[t] + step);
    const Value scale = step + 1;
    b_.set(pqp, (total + step * (step * own + before * 2)) / scale / scale);
    each([&](Value j) {
      qp_.set(j, (qp_[j] + step * q_[at(t, j)]) / scale);
      p_.set(j, p_[j] / scale);
    });
  }

  const Work& work_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  Numbers given_, r_, q_, p_, qp_, y_;  // r[i][j]: i and not j
  Value n_;
};

}  // namespace

Result<Kernels> couple_pairs(const Work& work) {
  TENON_TRY(work.needs(1));
  if (work.input_dims(0).size() != 2 || work.output_dims().size() != 2) {
    return work.refuse("pairs or probabilities that are no matrix");
  }
  const DType wide = work.island().limits().has_f64 ? DType::f64 : DType::f32;
  const Expr rows = work.output_dims()[0];
  const Expr classes = work.output_dims()[1];
  Kernels kernels;
  const uint32_t r = work.temporary(kernels, wide, rows * classes * classes);
  const uint32_t q = work.temporary(kernels, wide, rows * classes * classes);
  const uint32_t p = work.temporary(kernels, wide, rows * classes);
  const uint32_t qp = work.temporary(kernels, wide, rows * classes);
  kernels.list.push_back(Coupling(work, {r, q, p, qp}).run());
  return kernels;
}

}  // namespace tenon::kernelgen
