// SPDX-License-Identifier: Apache-2.0
#include "sequences.h"
#include "templates.h"
#include "tenon/kernelgen/math.h"

// SelectiveScan: channels do not depend on each other, so each has a thread that goes through the
// tokens of a sequence.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum Input : size_t {
  x_input,
  dt_input,
  a_input,
  b_input,
  c_input,
  d_input,
  state_input,
  start_input,
  slot_input
};

class Scan {
 public:
  Scan(const Work& work, const SequenceInputs& inputs, DType wide, std::optional<uint32_t> memory)
      : work_(work),
        inputs_(inputs),
        wide_(type_of(wide)),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        sequences_(work, draft_, inputs, wide, memory),
        x_(work.read(draft_, x_input)),
        dt_(work.read(draft_, dt_input)),
        rates_(work.read(draft_, a_input)),
        in_(work.read(draft_, b_input)),
        out_(work.read(draft_, c_input)) {
    if (work.has_input(d_input)) through_ = work.read(draft_, d_input);
    y_ = work.write(draft_);
  }

  Generated run() {
    const std::vector<Expr> dims = work_.input_dims(x_input);
    const Expr rows = sequence_count(work_, inputs_) * dims[1];
    const Value row = b_.thread(0);
    b_.when(row < draft_.argument(rows), [&] {
      channels_ = draft_.argument(dims[1]);
      numbers_ = draft_.argument(work_.input_dims(a_input)[1]);
      channel_ = row % channels_;
      sequences_.find(row / channels_, draft_.argument(dims[0]));
      if (!sequences_.has_state()) {
        each_number([&](Value n) { sequences_.hold(place(n), b_.real(0, wide_)); });
      }
      sequences_.each_token(
          [&](Value t) { step(t); },
          [&](Value t) { kir::store_element(y_, t * channels_ + channel_, b_.real(0, wide_)); });
    });
    return draft_.finish(rows);
  }

 private:
  void each_number(const std::function<void(Value)>& body) {
    b_.loop(b_.integer(0), numbers_, b_.integer(1), body);
  }
  Value number(kir::Tensor tensor, Value i) {
    return kir::convert(kir::load_element(tensor, i), wide_);
  }
  Value place(Value n) { return channel_ * numbers_ + n; }

  void step(Value t) {
    const Value at = t * channels_ + channel_;
    const Value x = number(x_, at), dt = number(dt_, at);
    const kir::Variable y =
        b_.variable(through_ ? number(*through_, channel_) * x : b_.real(0, wide_));
    each_number([&](Value n) {
      const Value fade = kir::elementary(kir::Function::exp, dt * number(rates_, place(n)), {},
                                         work_.island().limits().has_f64);
      const Value learned = dt * number(in_, t * numbers_ + n) * x;
      sequences_.hold(place(n), fade * sequences_.held(place(n)) + learned);
      const Value h = sequences_.held(place(n));
      b_.set(y, b_.fma(number(out_, t * numbers_ + n), h, b_.get(y)));
    });
    kir::store_element(y_, at, b_.get(y));
  }

  const Work& work_;
  SequenceInputs inputs_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  Sequences sequences_;
  kir::Tensor x_, dt_, rates_, in_, out_, y_;
  std::optional<kir::Tensor> through_;
  Value channels_, numbers_, channel_;
};

}  // namespace

Result<Kernels> selective_scan(const Work& work) {
  TENON_TRY(work.needs(5));
  for (size_t i = 0; i < 5; ++i) {
    if (work.input_dims(i).size() != 2) return work.refuse("operands of another rank than 2");
  }
  const Expr width = work.input_dims(x_input)[1] * work.input_dims(a_input)[1];
  const SequenceInputs inputs = {state_input, start_input, slot_input, width};
  TENON_TRY(check_sequences(work, inputs, 3));
  const DType wide = wide_dtype(work);
  Kernels kernels;
  const std::optional<uint32_t> memory = temporary_state(work, kernels, inputs, wide);
  kernels.list.push_back(Scan(work, inputs, wide, memory).run());
  return kernels;
}

}  // namespace tenon::kernelgen
