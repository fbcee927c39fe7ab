// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/recurrence.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

// One sequence of one direction; sequences are independent, so each is a chunk.
class Sequence {
 public:
  Sequence(const KernelArguments& arguments, int64_t chunk)
      : arguments_(arguments),
        r_(arguments.block<Recurrence>()),
        direction_(chunk / r_.batch),
        image_(chunk % r_.batch) {
    Scratch scratch(arguments.scratch());
    x_ = scratch.take<double>(r_.inputs);
    h_ = scratch.take<double>(r_.hidden);
    c_ = scratch.take<double>(r_.hidden);
    masked_ = scratch.take<double>(r_.hidden);
    row_ = scratch.take<double>(std::max(r_.inputs, r_.hidden));
    from_x_ = scratch.take<double>(r_.gates() * r_.hidden);
    from_h_ = scratch.take<double>(r_.gates() * r_.hidden);
  }

  void run() {
    const int64_t length = length_of();
    if (length < 0) return;
    load_state(5, h_);
    load_state(6, c_);
    for (int64_t i = 0; i < length; ++i) {
      const int64_t t = r_.backwards(direction_) ? length - 1 - i : i;
      read(0, (t * r_.batch + image_) * r_.inputs, r_.inputs, x_);
      multiply(1, x_, r_.inputs, 0, r_.gates(), from_x_);
      step();
      store(0, output_place(t), h_);
    }
    std::fill_n(row_, r_.hidden, 0.0);
    for (int64_t t = length; t < r_.steps; ++t) store(0, output_place(t), row_);
    store(1, state_place(), h_);
    store(2, state_place(), c_);
  }

 private:
  int64_t length_of() const {
    if (!arguments_.has_input(4)) return r_.steps;
    int64_t length = 0;
    widen(arguments_.input_data(4), arguments_.input_dtype(4), image_, 1, &length);
    if (length >= 0 && length <= r_.steps) return length;
    arguments_.fail(
        invalid("sequence {} has length {}, expected 0 to {}", image_, length, r_.steps));
    return -1;
  }

  // The vector of Y at step t, and of a state.
  int64_t output_place(int64_t t) const {
    return (t * r_.directions + direction_) * r_.batch + image_;
  }
  int64_t state_place() const { return direction_ * r_.batch + image_; }

  void read(size_t input, int64_t begin, int64_t count, double* to) const {
    widen(arguments_.input_data(input), arguments_.input_dtype(input), begin, count, to);
  }
  void load_state(size_t input, double* to) const {
    if (arguments_.has_input(input)) return read(input, state_place() * r_.hidden, r_.hidden, to);
    std::fill_n(to, r_.hidden, 0.0);
  }
  void store(size_t output, int64_t place, const double* from) const {
    if (!arguments_.has_output(output)) return;
    narrow(from, r_.hidden, arguments_.output_dtype(output), arguments_.output_data(output),
           place * r_.hidden);
  }
  // Element i of an optional vector of `width` numbers for each direction.
  double optional(size_t input, int64_t width, int64_t i) const {
    double value = 0;
    if (arguments_.has_input(input)) read(input, direction_ * width + i, 1, &value);
    return value;
  }

  // Gates [first, last) of W (input 1) or R (input 2) times a vector, plus its half of the bias.
  void multiply(size_t matrix, const double* vector, int64_t width, int64_t first, int64_t last,
                double* to) const {
    const int64_t rows = r_.gates() * r_.hidden;
    for (int64_t i = first * r_.hidden; i < last * r_.hidden; ++i) {
      read(matrix, (direction_ * rows + i) * width, width, row_);
      double sum = optional(3, 2 * rows, matrix == 1 ? i : rows + i);
      for (int64_t k = 0; k < width; ++k) sum += row_[k] * vector[k];
      to[i] = sum;
    }
  }

  double activate(size_t function, double x) const {
    if (r_.clip > 0) x = std::clamp(x, -r_.clip, r_.clip);
    return r_.functions[static_cast<size_t>(direction_)][function](x);
  }
  // What W and R say to a gate.
  double both(int64_t gate, int64_t i) const {
    return from_x_[gate * r_.hidden + i] + from_h_[gate * r_.hidden + i];
  }

  void step() {
    switch (r_.cell) {
      case Cell::rnn:
        return step_rnn();
      case Cell::gru:
        return step_gru();
      case Cell::lstm:
        return step_lstm();
    }
  }

  void step_rnn() {
    multiply(2, h_, r_.hidden, 0, 1, from_h_);
    for (int64_t i = 0; i < r_.hidden; ++i) h_[i] = activate(0, both(0, i));
  }

  // Gates: update z, reset r, hidden h.
  void step_gru() {
    multiply(2, h_, r_.hidden, 0, r_.reset_after ? 3 : 2, from_h_);
    for (int64_t i = 0; i < r_.hidden; ++i) masked_[i] = activate(0, both(1, i));
    if (r_.reset_after) {
      for (int64_t i = 0; i < r_.hidden; ++i) from_h_[2 * r_.hidden + i] *= masked_[i];
    } else {
      for (int64_t i = 0; i < r_.hidden; ++i) masked_[i] *= h_[i];
      multiply(2, masked_, r_.hidden, 2, 3, from_h_);
    }
    for (int64_t i = 0; i < r_.hidden; ++i) {
      const double z = activate(0, both(0, i));
      h_[i] = (1 - z) * activate(1, both(2, i)) + z * h_[i];
    }
  }

  // The hidden state as DynamicQuantizeLinear of ONNX gives it back.
  void round_state(double* to) const {
    const auto [low, high] = std::minmax_element(h_, h_ + r_.hidden);
    const float least = static_cast<float>(std::min(*low, 0.0));
    const float most = static_cast<float>(std::max(*high, 0.0));
    const float scale = most == least ? 1.0f : (most - least) / 255.0f;
    const double zero = std::nearbyint(std::clamp(-least / scale, 0.0f, 255.0f));
    for (int64_t i = 0; i < r_.hidden; ++i) {
      const double code = std::nearbyint(static_cast<float>(h_[i]) / scale) + zero;
      to[i] = (std::clamp(code, 0.0, 255.0) - zero) * scale;
    }
  }

  // Gates: input i, output o, forget f, cell c; peepholes i, o, f.
  void step_lstm() {
    if (r_.narrow_state) round_state(masked_);
    multiply(2, r_.narrow_state ? masked_ : h_, r_.hidden, 0, 4, from_h_);
    const int64_t peepholes = 3 * r_.hidden;
    for (int64_t k = 0; k < r_.hidden; ++k) {
      const double before = c_[k];
      const double input = activate(0, both(0, k) + optional(7, peepholes, k) * before);
      const double forget =
          r_.input_forget
              ? 1 - input
              : activate(0, both(2, k) + optional(7, peepholes, 2 * r_.hidden + k) * before);
      c_[k] = forget * before + input * activate(1, both(3, k));
      const double output = activate(0, both(1, k) + optional(7, peepholes, r_.hidden + k) * c_[k]);
      h_[k] = output * r_.functions[static_cast<size_t>(direction_)][2](c_[k]);
    }
  }

  const KernelArguments& arguments_;
  const Recurrence& r_;
  int64_t direction_;
  int64_t image_;
  double* x_;       // the step's input
  double* h_;       // hidden state
  double* c_;       // cell state
  double* masked_;  // gru: the reset gate, then the hidden state behind it; lstm: it rounded
  double* row_;     // one row of a matrix
  double* from_x_;  // by gate: W x + Wb
  double* from_h_;  // by gate: R h + Rb
};

void run(const KernelArguments& arguments, int64_t chunk) { Sequence(arguments, chunk).run(); }

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY_ASSIGN(const Recurrence r, recurrence_of(sizes));
  const int64_t scratch =
      r.inputs + 3 * r.hidden + std::max(r.inputs, r.hidden) + 2 * r.gates() * r.hidden;
  return KernelWork{.chunks = r.directions * r.batch, .scratch = scratch * 8, .block = keep(r)};
}

}  // namespace

Kernel recurrent() {
  return {.op = "Recurrent",
          .inputs = {float_types, float_types, float_types, float_types, index_types, float_types},
          .outputs = {float_types},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
