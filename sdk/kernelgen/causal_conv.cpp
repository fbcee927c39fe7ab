// SPDX-License-Identifier: Apache-2.0
#include "sequences.h"
#include "templates.h"

// CausalConv: one thread for each channel of a sequence, through its tokens, then the state.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum Input : size_t { x_input, weight_input, bias_input, state_input, start_input, slot_input };

class Convolution {
 public:
  Convolution(const Work& work, const SequenceInputs& inputs, DType wide,
              std::optional<uint32_t> memory)
      : work_(work),
        inputs_(inputs),
        wide_(type_of(wide)),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        sequences_(work, draft_, inputs, wide, memory),
        x_(work.read(draft_, x_input)),
        weights_(work.read(draft_, weight_input)) {
    if (work.has_input(bias_input)) bias_ = work.read(draft_, bias_input);
    y_ = work.write(draft_);
  }

  Generated run() {
    const std::vector<Expr> dims = work_.input_dims(x_input);
    const Expr rows = sequence_count(work_, inputs_) * dims[1];
    const Value row = b_.thread(0);
    b_.when(row < draft_.argument(rows), [&] {
      channels_ = draft_.argument(dims[1]);
      size_ = draft_.argument(work_.input_dims(weight_input)[1]);
      channel_ = row % channels_;
      sequences_.find(row / channels_, draft_.argument(dims[0]));
      if (!sequences_.has_state()) {
        b_.loop(b_.integer(0), size_ - 1, b_.integer(1),
                [&](Value i) { sequences_.hold(place(i), b_.real(0, wide_)); });
      }
      sequences_.each_token(
          [&](Value t) { token(t); },
          [&](Value t) { kir::store_element(y_, t * channels_ + channel_, b_.real(0, wide_)); });
      keep();
    });
    return draft_.finish(rows);
  }

 private:
  Value number(kir::Tensor tensor, Value i) {
    return kir::convert(kir::load_element(tensor, i), wide_);
  }
  Value place(Value i) { return channel_ * (size_ - 1) + i; }

  // Number `t` of the channel, counted from the sequence's begin; what came before is negative.
  Value before(Value t) {
    const kir::Variable found = b_.variable(b_.real(0, wide_));
    b_.when(
        t >= 0, [&] { b_.set(found, number(x_, (sequences_.begin() + t) * channels_ + channel_)); },
        [&] { b_.set(found, sequences_.held(place(size_ - 1 + t))); });
    return b_.get(found);
  }

  void token(Value t) {
    const kir::Variable y = b_.variable(bias_ ? number(*bias_, channel_) : b_.real(0, wide_));
    b_.loop(b_.integer(0), size_, b_.integer(1), [&](Value i) {
      const Value x = before(t - sequences_.begin() + i - (size_ - 1));
      b_.set(y, b_.fma(number(weights_, channel_ * size_ + i), x, b_.get(y)));
    });
    kir::store_element(y_, t * channels_ + channel_, b_.get(y));
  }

  // Each number comes from a later place, so they can move one after the other.
  void keep() {
    if (!sequences_.has_state()) return;
    const Value tokens = sequences_.end() - sequences_.begin();
    b_.when(tokens > 0, [&] {
      b_.loop(b_.integer(0), size_ - 1, b_.integer(1),
              [&](Value i) { sequences_.hold(place(i), before(tokens + i - (size_ - 1))); });
    });
  }

  const Work& work_;
  SequenceInputs inputs_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  Sequences sequences_;
  kir::Tensor x_, weights_, y_;
  std::optional<kir::Tensor> bias_;
  Value channels_, size_, channel_;
};

}  // namespace

Result<Kernels> causal_conv(const Work& work) {
  TENON_TRY(work.needs(2));
  if (work.input_dims(x_input).size() != 2 || work.input_dims(weight_input).size() != 2) {
    return work.refuse("operands of another rank than 2");
  }
  const Expr width = work.input_dims(x_input)[1] * (work.input_dims(weight_input)[1] - 1);
  const SequenceInputs inputs = {state_input, start_input, slot_input, width};
  TENON_TRY(check_sequences(work, inputs, 3));
  const DType wide = wide_dtype(work);
  Kernels kernels;
  const std::optional<uint32_t> memory = temporary_state(work, kernels, inputs, wide);
  kernels.list.push_back(Convolution(work, inputs, wide, memory).run());
  return kernels;
}

}  // namespace tenon::kernelgen
