// SPDX-License-Identifier: Apache-2.0
#include "recurrence.h"

#include "axes.h"
#include "templates.h"

#include <fmt/format.h>

#include <optional>

// Recurrent: what W says to all steps at once, a thread for each number; then one work-group for
// each sequence of a direction goes through the steps with the state in shared memory.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum Input : size_t {
  x_input,
  w_input,
  r_input,
  bias_input,
  lengths_input,
  h_input,
  c_input,
  p_input
};

DType wide_dtype(Type type) { return type == Type::f64 ? DType::f64 : DType::f32; }

// W x + Wb for every direction, step, sequence and row of the gates, in this order.
Generated project(const Work& work, const Recurrence& r, Type wide, uint32_t to_operand) {
  Draft draft(work.island(), work.name() + "x", {threads, 1, 1});
  kir::Builder& b = draft.builder();
  const kir::Tensor x = work.read(draft, x_input);
  const kir::Tensor w = work.read(draft, w_input);
  kir::Tensor bias;
  if (work.has_input(bias_input)) bias = work.read(draft, bias_input);
  const kir::Tensor to = draft.operand(to_operand, wide_dtype(wide), true);
  const std::vector<Expr> dims = work.input_dims(x_input);
  const int64_t rows = r.gates() * r.hidden;
  const Expr count = dims[0] * dims[1] * (rows * r.directions);
  const Value i = b.thread(0);
  b.when(i < draft.argument(count), [&] {
    const Value vectors = draft.argument(dims[0] * dims[1]);
    const Value width = draft.argument(dims[2]);
    const Value row = i % b.integer(rows);
    const Value vector = i / b.integer(rows) % vectors;
    const Value direction = i / b.integer(rows) / vectors;
    const Value first = direction * static_cast<double>(2 * rows) + row;
    const kir::Variable sum =
        b.variable(bias.dtype == DType::none ? b.real(0, wide)
                                             : kir::convert(kir::load_element(bias, first), wide));
    const Value at = (direction * static_cast<double>(rows) + row) * width;
    b.loop(b.integer(0), width, b.integer(1), [&](Value k) {
      const Value weight = kir::convert(kir::load_element(w, at + k), wide);
      const Value number = kir::convert(kir::load_element(x, vector * width + k), wide);
      b.set(sum, b.fma(weight, number, b.get(sum)));
    });
    kir::store_element(to, i, b.get(sum));
  });
  return draft.finish(count);
}

class Sequence {
 public:
  Sequence(const Work& work, const Recurrence& r, Type wide, int64_t direction, uint32_t projected)
      : work_(work),
        r_(r),
        wide_(wide),
        direction_(direction),
        draft_(work.island(), fmt::format("{}d{}", work.name(), direction), {threads, 1, 1}),
        b_(draft_.builder()),
        rows_(r.gates() * r.hidden),
        projected_(draft_.operand(projected, wide_dtype(wide), false)),
        weights_(work.read(draft_, r_input)),
        bias_(optional(bias_input)),
        peepholes_(optional(p_input)) {
    for (size_t i = 0; i < 3; ++i) {
      if (work.has_output(i)) outputs_[i] = work.write(draft_, i);
    }
    h_ = shared(r.hidden);
    gates_ = shared(rows_);
    if (r.cell == Cell::lstm) c_ = shared(r.hidden);
    if (r.cell == Cell::gru || r.narrow_state) masked_ = shared(r.hidden);
  }

  Generated run() {
    const std::vector<Expr> dims = work_.input_dims(x_input);
    steps_ = draft_.argument(dims[0]);
    batch_ = draft_.argument(dims[1]);
    self_ = b_.local(0);
    image_ = b_.group(0);
    state_ = (b_.integer(direction_) * batch_ + image_) * b_.integer(r_.hidden);
    const Value length = length_of();
    each(0, r_.hidden, [&](Value i) {
      b_.store(h_, i, initial(h_input, i));
      if (r_.cell == Cell::lstm) b_.store(c_, i, initial(c_input, i));
    });
    b_.barrier();
    b_.loop(b_.integer(0), length, b_.integer(1), [&](Value s) {
      step_ = r_.backwards(direction_) ? length - 1 - s : s;
      step();
      b_.barrier();
    });
    each(0, r_.hidden, [&](Value i) {
      b_.loop(length, steps_, b_.integer(1), [&](Value t) { store_y(t, i, b_.real(0, wide_)); });
      store_state(1, i, h_);
      if (r_.cell == Cell::lstm) store_state(2, i, c_);
    });
    return draft_.finish(dims[1] * static_cast<int64_t>(threads));
  }

  // Bytes of shared memory.
  static uint64_t shared_bytes(const Recurrence& r, Type wide) {
    const int64_t vectors = r.gates() + (r.cell == Cell::rnn ? 1 : 2) + (r.narrow_state ? 1 : 0);
    return static_cast<uint64_t>(vectors * r.hidden) * (kir::bits_in(wide) / 8);
  }

 private:
  kir::Shared shared(int64_t count) { return b_.shared(wide_, static_cast<uint32_t>(count)); }
  kir::Tensor optional(size_t input) {
    return work_.has_input(input) ? work_.read(draft_, input) : kir::Tensor();
  }
  Value number(kir::Tensor tensor, Value index) {
    return kir::convert(kir::load_element(tensor, index), wide_);
  }

  // The thread's share of [first, last).
  void each(int64_t first, int64_t last, const std::function<void(Value)>& body) {
    b_.loop(self_ + static_cast<double>(first), b_.integer(last), b_.integer(threads), body);
  }

  Value length_of() {
    if (!work_.has_input(lengths_input)) return steps_;
    const kir::Tensor lengths = work_.read(draft_, lengths_input);
    const Value length = kir::convert(kir::load_element(lengths, image_), Type::i32);
    const Value within = b_.binary(kir::Op::max, length, b_.integer(0));
    return b_.binary(kir::Op::min, within, steps_);
  }

  Value initial(size_t input, Value i) {
    if (!work_.has_input(input)) return b_.real(0, wide_);
    if (!initial_[input - h_input].has_value())
      initial_[input - h_input] = work_.read(draft_, input);
    return number(*initial_[input - h_input], state_ + i);
  }

  void store_y(Value t, Value i, Value value) {
    if (!work_.has_output(0)) return;
    const Value vector =
        (t * static_cast<double>(r_.directions) + static_cast<double>(direction_)) * batch_ +
        image_;
    kir::store_element(outputs_[0], vector * static_cast<double>(r_.hidden) + i, value);
  }
  void store_state(size_t output, Value i, kir::Shared state) {
    if (work_.has_output(output))
      kir::store_element(outputs_[output], state_ + i, b_.load(state, i));
  }

  // Rows [first, last) of R times a vector, plus their half of the bias, into the gates.
  void multiply(kir::Shared vector, int64_t first, int64_t last) {
    each(first * r_.hidden, last * r_.hidden, [&](Value j) {
      const Value at =
          (j + static_cast<double>(direction_ * rows_)) * static_cast<double>(r_.hidden);
      const kir::Variable sum =
          b_.variable(bias_.dtype == DType::none
                          ? b_.real(0, wide_)
                          : number(bias_, j + static_cast<double>((2 * direction_ + 1) * rows_)));
      b_.loop(b_.integer(0), b_.integer(r_.hidden), b_.integer(1), [&](Value k) {
        b_.set(sum, b_.fma(number(weights_, at + k), b_.load(vector, k), b_.get(sum)));
      });
      b_.store(gates_, j, b_.get(sum));
    });
    b_.barrier();
  }

  Value from_x(int64_t gate, Value i) {
    const Value vector = (b_.integer(direction_) * steps_ + step_) * batch_ + image_;
    const Value row = i + static_cast<double>(gate * r_.hidden);
    return kir::load_element(projected_, vector * static_cast<double>(rows_) + row);
  }
  Value from_h(int64_t gate, Value i) {
    return b_.load(gates_, i + static_cast<double>(gate * r_.hidden));
  }
  // What W and R say to a gate.
  Value both(int64_t gate, Value i) { return from_x(gate, i) + from_h(gate, i); }

  Value activate(size_t function, Value x) {
    if (r_.clip > 0) {
      const Value clip = b_.real(r_.clip, wide_);
      x = b_.select(x > clip, clip, b_.select(x < -clip, -clip, x));
    }
    return r_.functions[static_cast<size_t>(direction_)][function](x);
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

  void keep(Value i, Value h) {
    b_.store(h_, i, h);
    store_y(step_, i, h);
  }

  void step_rnn() {
    multiply(h_, 0, 1);
    each(0, r_.hidden, [&](Value i) { keep(i, activate(0, both(0, i))); });
  }

  // Gates: update z, reset r, hidden h.
  void step_gru() {
    multiply(h_, 0, r_.reset_after ? 3 : 2);
    if (!r_.reset_after) {
      each(0, r_.hidden,
           [&](Value i) { b_.store(masked_, i, activate(0, both(1, i)) * b_.load(h_, i)); });
      b_.barrier();
      multiply(masked_, 2, 3);
    }
    each(0, r_.hidden, [&](Value i) {
      Value hidden = from_h(2, i);
      if (r_.reset_after) hidden = hidden * activate(0, both(1, i));
      const Value z = activate(0, both(0, i));
      const Value candidate = activate(1, from_x(2, i) + hidden);
      keep(i, (b_.real(1, wide_) - z) * candidate + z * b_.load(h_, i));
    });
  }

  // What the state says to a gate by itself: i, o, f.
  Value peephole(int64_t gate, Value i, Value state) {
    if (peepholes_.dtype == DType::none) return b_.real(0, wide_);
    const int64_t first = (3 * direction_ + gate) * r_.hidden;
    return number(peepholes_, i + static_cast<double>(first)) * state;
  }

  // The hidden state as DynamicQuantizeLinear of ONNX gives it back. Each thread looks for its
  // range by itself.
  void round_state() {
    const kir::Variable low = b_.variable(b_.real(0));
    const kir::Variable high = b_.variable(b_.real(0));
    b_.loop(b_.integer(0), b_.integer(r_.hidden), b_.integer(1), [&](Value i) {
      const Value h = b_.cast(b_.load(h_, i), Type::f32);
      b_.set(low, smaller(b_.get(low), h));
      b_.set(high, larger(b_.get(high), h));
    });
    const Value range = b_.get(high) - b_.get(low);
    const Value scale = b_.select(range == 0, b_.real(1), range / 255);
    const Value zero = b_.unary(kir::Op::round, code_of(-b_.get(low) / scale));
    each(0, r_.hidden, [&](Value i) {
      const Value h = b_.cast(b_.load(h_, i), Type::f32);
      const Value code = code_of(b_.unary(kir::Op::round, h / scale) + zero);
      b_.store(masked_, i, b_.cast((code - zero) * scale, wide_));
    });
    b_.barrier();
  }
  Value code_of(Value x) { return smaller(larger(x, b_.real(0)), b_.real(255)); }

  // Gates: input i, output o, forget f, cell c.
  void step_lstm() {
    if (r_.narrow_state) round_state();
    multiply(r_.narrow_state ? masked_ : h_, 0, 4);
    each(0, r_.hidden, [&](Value k) {
      const Value before = b_.load(c_, k);
      const Value input = activate(0, both(0, k) + peephole(0, k, before));
      const Value forget = r_.input_forget ? b_.real(1, wide_) - input
                                           : activate(0, both(2, k) + peephole(2, k, before));
      const Value after = forget * before + input * activate(1, both(3, k));
      const Value output = activate(0, both(1, k) + peephole(1, k, after));
      b_.store(c_, k, after);
      keep(k, output * r_.functions[static_cast<size_t>(direction_)][2](after));
    });
  }

  const Work& work_;
  const Recurrence& r_;
  Type wide_;
  int64_t direction_;
  Draft draft_;
  kir::Builder& b_;
  int64_t rows_;  // of all gates
  kir::Tensor projected_, weights_, bias_, peepholes_;
  std::array<kir::Tensor, 3> outputs_;
  std::array<std::optional<kir::Tensor>, 2> initial_;
  kir::Shared h_, c_, gates_;  // gates: what R says
  kir::Shared masked_;         // gru: the state behind the reset gate; lstm: the state rounded
  Value steps_, batch_, self_, image_, state_, step_;
};

}  // namespace

Result<Kernels> recurrent(const Work& work) {
  TENON_TRY_ASSIGN(const Recurrence r, recurrence_of(work));
  const Type wide = type_of(work.input_dtype(x_input));
  const Limits& limits = work.island().limits();
  const uint64_t bytes = Sequence::shared_bytes(r, wide);
  if (bytes > limits.shared_bytes || threads > limits.max_group) {
    return work.refuse(fmt::format(
        "a state of {} numbers takes {} bytes of shared memory and 64 threads, the device has {} "
        "and {}",
        r.hidden, bytes, limits.shared_bytes, limits.max_group));
  }
  const std::vector<Expr> dims = work.input_dims(x_input);
  Kernels kernels;
  const Expr numbers = dims[0] * dims[1] * (r.gates() * r.hidden * r.directions);
  const uint32_t projected = work.temporary(kernels, wide_dtype(wide), numbers);
  kernels.list.push_back(project(work, r, wide, projected));
  for (int64_t direction = 0; direction < r.directions; ++direction) {
    kernels.list.push_back(Sequence(work, r, wide, direction, projected).run());
  }
  return kernels;
}

}  // namespace tenon::kernelgen
