// SPDX-License-Identifier: Apache-2.0
#include "sequences.h"
#include "templates.h"

// Wkv: columns of a head's matrix do not depend on each other, so each has a thread that goes
// through the tokens of a sequence.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum Input : size_t {
  r_input,
  k_input,
  v_input,
  w_input,
  u_input,
  state_input,
  start_input,
  slot_input
};

class Columns {
 public:
  Columns(const Work& work, const SequenceInputs& inputs, DType wide,
          std::optional<uint32_t> memory)
      : work_(work),
        inputs_(inputs),
        wide_(type_of(wide)),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        sequences_(work, draft_, inputs, wide, memory),
        r_(work.read(draft_, r_input)),
        k_(work.read(draft_, k_input)),
        v_(work.read(draft_, v_input)),
        fades_(work.read(draft_, w_input)),
        firsts_(work.read(draft_, u_input)),
        y_(work.write(draft_)) {}

  Generated run() {
    const std::vector<Expr> dims = work_.input_dims(v_input);
    const Expr columns = dims[1] * dims[2];
    const Expr rows = sequence_count(work_, inputs_) * columns;
    const Value row = b_.thread(0);
    b_.when(row < draft_.argument(rows), [&] {
      const Value all = draft_.argument(columns);
      heads_ = draft_.argument(dims[1]);
      values_ = draft_.argument(dims[2]);
      keys_ = draft_.argument(work_.input_dims(r_input)[2]);
      column_ = row % values_;
      head_ = row % all / values_;
      sequences_.find(row / all, draft_.argument(dims[0]));
      if (!sequences_.has_state()) {
        each_key([&](Value i) { sequences_.hold(place(i), b_.real(0, wide_)); });
      }
      sequences_.each_token([&](Value t) { step(t); },
                            [&](Value t) { kir::store_element(y_, result(t), b_.real(0, wide_)); });
    });
    return draft_.finish(rows);
  }

 private:
  void each_key(const std::function<void(Value)>& body) {
    b_.loop(b_.integer(0), keys_, b_.integer(1), body);
  }
  Value number(kir::Tensor tensor, Value i) {
    return kir::convert(kir::load_element(tensor, i), wide_);
  }
  Value place(Value i) { return (head_ * keys_ + i) * values_ + column_; }
  Value result(Value t) { return (t * heads_ + head_) * values_ + column_; }

  void step(Value t) {
    const Value at = (t * heads_ + head_) * keys_;
    const Value value = number(v_, result(t));
    const kir::Variable y = b_.variable(b_.real(0, wide_));
    each_key([&](Value i) {
      const Value own = head_ * keys_ + i;
      const Value learned = number(k_, at + i) * value;
      const Value held = sequences_.held(place(i));
      const Value read = b_.fma(number(firsts_, own), learned, held);
      b_.set(y, b_.fma(number(r_, at + i), read, b_.get(y)));
      sequences_.hold(place(i), b_.fma(number(fades_, own), held, learned));
    });
    kir::store_element(y_, result(t), b_.get(y));
  }

  const Work& work_;
  SequenceInputs inputs_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  Sequences sequences_;
  kir::Tensor r_, k_, v_, fades_, firsts_, y_;
  Value heads_, keys_, values_, column_, head_;
};

}  // namespace

Result<Kernels> wkv(const Work& work) {
  TENON_TRY(work.needs(5));
  for (size_t i = 0; i < 5; ++i) {
    const size_t rank = i < 3 ? 3 : 2;
    if (work.input_dims(i).size() != rank) return work.refuse("operands of other ranks");
  }
  const Expr width =
      work.input_dims(r_input)[1] * work.input_dims(r_input)[2] * work.input_dims(v_input)[2];
  const SequenceInputs inputs = {state_input, start_input, slot_input, width};
  TENON_TRY(check_sequences(work, inputs, 4));
  const DType wide = wide_dtype(work);
  Kernels kernels;
  const std::optional<uint32_t> memory = temporary_state(work, kernels, inputs, wide);
  kernels.list.push_back(Columns(work, inputs, wide, memory).run());
  return kernels;
}

}  // namespace tenon::kernelgen
