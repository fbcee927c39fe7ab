// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

// One row: minimises the sum over pairs of (r_ji p_i - r_ij p_j)^2 with the p summing to one.
class Coupling {
 public:
  Coupling(int64_t classes, Scratch& scratch)
      : n_(classes),
        r_(scratch.take<double>(classes * classes)),
        q_(scratch.take<double>(classes * classes)),
        p_(scratch.take<double>(classes)),
        qp_(scratch.take<double>(classes)) {}

  // pairs: the probability that i is right and not j, for i < j in order.
  const double* solve(const double* pairs) {
    for (int64_t i = 0; i < n_; ++i) {
      for (int64_t j = i + 1; j < n_; ++j) {
        at(r_, i, j) = *pairs;
        at(r_, j, i) = 1 - *pairs++;
      }
    }
    set_up();
    const double enough = 0.005 / static_cast<double>(n_);
    for (int64_t round = 0; round < std::max<int64_t>(100, n_); ++round) {
      if (multiply() < enough) break;
      for (int64_t t = 0; t < n_; ++t) improve(t);
    }
    return p_;
  }

 private:
  double& at(double* matrix, int64_t i, int64_t j) const { return matrix[i * n_ + j]; }

  void set_up() {
    for (int64_t t = 0; t < n_; ++t) {
      p_[t] = 1.0 / static_cast<double>(n_);
      at(q_, t, t) = 0;
      for (int64_t j = 0; j < n_; ++j) {
        if (j == t) continue;
        at(q_, t, t) += at(r_, j, t) * at(r_, j, t);
        at(q_, t, j) = -at(r_, j, t) * at(r_, t, j);
      }
    }
  }

  // qp = Q p and pqp = p Q p; how far the worst class is from balance.
  double multiply() {
    pqp_ = 0;
    for (int64_t t = 0; t < n_; ++t) {
      qp_[t] = 0;
      for (int64_t j = 0; j < n_; ++j) qp_[t] += at(q_, t, j) * p_[j];
      pqp_ += p_[t] * qp_[t];
    }
    double worst = 0;
    for (int64_t t = 0; t < n_; ++t) worst = std::max(worst, std::fabs(qp_[t] - pqp_));
    return worst;
  }

  // One step along class t.
  void improve(int64_t t) {
    const double step = (pqp_ - qp_[t]) / at(q_, t, t);
    p_[t] += step;
    const double scale = 1 + step;
    pqp_ = (pqp_ + step * (step * at(q_, t, t) + 2 * qp_[t])) / scale / scale;
    for (int64_t j = 0; j < n_; ++j) {
      qp_[j] = (qp_[j] + step * at(q_, t, j)) / scale;
      p_[j] /= scale;
    }
  }

  int64_t n_;
  double* r_;  // r[i][j]: i and not j
  double* q_;
  double* p_;
  double* qp_;
  double pqp_ = 0;
};

struct Pairs {
  int64_t classes = 0;
  int64_t pairs = 0;
};

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& [classes, pairs] = arguments.block<Pairs>();
  for (const int64_t row : arguments.rows_of(chunk)) {
    Scratch scratch(arguments.scratch());
    auto* const given = scratch.take<double>(pairs);
    widen(arguments.input_data(0), arguments.input_dtype(0), row * pairs, pairs, given);
    Coupling coupling(classes, scratch);
    narrow(coupling.solve(given), classes, arguments.output_dtype(0), arguments.output_data(0),
           row * classes);
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  constexpr int64_t most_classes = 1 << 12;
  if (sizes.input(0).size() != 2 || sizes.output(0).size() != 2) {
    return invalid("pairs of rank {}, expected 2", sizes.input(0).size());
  }
  const int64_t classes = sizes.output(0)[1];
  if (classes < 2 || classes > most_classes || sizes.input(0)[1] != classes * (classes - 1) / 2 ||
      sizes.input(0)[0] != sizes.output(0)[0]) {
    return invalid("{} pairs of {} classes", sizes.input(0)[1], classes);
  }
  const int64_t pairs = sizes.input(0)[1];
  KernelWork work = in_rows(sizes.input(0)[0], std::max<int64_t>(1, 256 / classes));
  work.scratch = (pairs + 2 * classes * classes + 2 * classes) * 8;
  work.block = keep(Pairs{classes, pairs});
  return work;
}

}  // namespace

Kernel couple_pairs() {
  return {.op = "CouplePairs",
          .inputs = {DTypes{DType::f32, DType::f64}},
          .outputs = {DTypes{DType::f32, DType::f64}},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
