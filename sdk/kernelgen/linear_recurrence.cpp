// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "templates.h"
#include "tenon/kernelgen/math.h"

#include <optional>

// LinearRecurrence: columns of a state do not depend on each other, so each has a thread that goes
// through the steps.
namespace tenon::kernelgen {
namespace {

constexpr uint32_t threads = 64;

enum Input : size_t { query_input, key_input, value_input, state_input, decay_input, beta_input };

class Column {
 public:
  Column(const Work& work, DType wide, uint32_t memory)
      : work_(work),
        wide_(type_of(wide)),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        state_(draft_.operand(memory, wide, true)),
        key_(work.read(draft_, key_input)),
        value_(work.read(draft_, value_input)) {
    if (work.has_input(state_input)) first_state_ = work.read(draft_, state_input);
    if (work.has_input(decay_input)) decay_ = work.read(draft_, decay_input);
    if (work.has_input(beta_input)) beta_ = work.read(draft_, beta_input);
    if (work.has_output(0)) {
      query_ = work.read(draft_, query_input);
      y_ = work.write(draft_, 0);
    }
    if (work.has_output(1)) last_state_ = work.write(draft_, 1);
  }

  Generated run() {
    const std::vector<Expr> q = work_.input_dims(query_input);
    const std::vector<Expr> k = work_.input_dims(key_input);
    const Expr values = work_.input_dims(value_input)[3];
    const Expr columns = q[0] * k[2] * values;
    const Value i = b_.thread(0);
    b_.when(i < draft_.argument(columns), [&] {
      heads_ = draft_.argument(q[2]);
      kv_heads_ = draft_.argument(k[2]);
      keys_ = draft_.argument(q[3]);
      values_ = draft_.argument(values);
      column_ = i % values_;
      row_ = i / values_;
      begin();
      const Value steps = draft_.argument(q[1]);
      b_.loop(b_.integer(0), steps, b_.integer(1), [&](Value t) {
        token_ = row_ / kv_heads_ * steps + t;
        step();
      });
      end();
    });
    return draft_.finish(columns);
  }

 private:
  void each_key(const std::function<void(Value)>& body) {
    b_.loop(b_.integer(0), keys_, b_.integer(1), body);
  }
  Value number(kir::Tensor tensor, Value index) {
    return kir::convert(kir::load_element(tensor, index), wide_);
  }
  // Element i of the thread's column, in a tensor of states.
  Value place(Value i) { return (row_ * keys_ + i) * values_ + column_; }

  void begin() {
    each_key([&](Value i) {
      kir::store_element(state_, place(i),
                         first_state_ ? number(*first_state_, place(i)) : b_.real(0, wide_));
    });
  }

  // The column times a vector of keys that begins at `from`.
  Value dot(kir::Tensor vector, Value from) {
    const kir::Variable sum = b_.variable(b_.real(0, wide_));
    each_key([&](Value i) {
      const Value held = kir::load_element(state_, place(i));
      b_.set(sum, b_.fma(held, number(vector, from + i), b_.get(sum)));
    });
    return b_.get(sum);
  }

  void fade(Value at) {
    if (!decay_) return;
    const Expr decays = work_.input_dims(decay_input)[3];
    const Value count = draft_.argument(decays);
    each_key([&](Value i) {
      const Value own = b_.select(count == 1, b_.integer(0), i);
      const Value decay = number(*decay_, at * count + own);
      const Value factor = kir::elementary(kir::Function::exp, decay, {}, true);
      kir::store_element(state_, place(i), kir::load_element(state_, place(i)) * factor);
    });
  }

  void step() {
    const Value at = token_ * kv_heads_ + row_ % kv_heads_;
    fade(at);
    Value learned = number(value_, at * values_ + column_);
    if (work_.integer("delta") != 0) {
      learned = learned - dot(key_, at * keys_);
      if (beta_) learned = learned * number(*beta_, at);
    }
    each_key([&](Value i) {
      const Value held = kir::load_element(state_, place(i));
      kir::store_element(state_, place(i), held + number(key_, at * keys_ + i) * learned);
    });
    if (work_.has_output(0)) answer();
  }

  // What the queries of this head of the keys read.
  void answer() {
    const double scale = work_.graph().attr_float(work_.node(), "scale", 1);
    const Value group = heads_ / kv_heads_;
    b_.loop(b_.integer(0), group, b_.integer(1), [&](Value k) {
      const Value head = token_ * heads_ + row_ % kv_heads_ * group + k;
      kir::store_element(*y_, head * values_ + column_, dot(*query_, head * keys_) * scale);
    });
  }

  void end() {
    if (!last_state_) return;
    each_key([&](Value i) {
      kir::store_element(*last_state_, place(i), kir::load_element(state_, place(i)));
    });
  }

  const Work& work_;
  Type wide_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor state_, key_, value_;
  std::optional<kir::Tensor> query_, first_state_, decay_, beta_, y_, last_state_;
  Value heads_, kv_heads_, keys_, values_, column_, row_, token_;
};

}  // namespace

Result<Kernels> linear_recurrence(const Work& work) {
  for (size_t i = 0; i < 6; ++i) {
    if (i < 3 && !work.has_input(i)) return invalid("LinearRecurrence: input {} is missing", i);
    if (work.has_input(i) && work.input_dims(i).size() != 4)
      return work.refuse("an operand of another rank than 4");
  }
  const DType wide = type_of(work.input_dtype(query_input)) == Type::f64 ? DType::f64 : DType::f32;
  const std::vector<Expr> k = work.input_dims(key_input);
  Kernels kernels;
  const uint32_t memory =
      work.temporary(kernels, wide, k[0] * k[2] * k[3] * work.input_dims(value_input)[3]);
  kernels.list.push_back(Column(work, wide, memory).run());
  return kernels;
}

}  // namespace tenon::kernelgen
