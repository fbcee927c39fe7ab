// SPDX-License-Identifier: Apache-2.0
#include "sequences.h"

namespace tenon::kernelgen {

Sequences::Sequences(const Work& work, Draft& draft, const SequenceInputs& inputs, DType wide,
                     std::optional<uint32_t> memory)
    : work_(work),
      draft_(draft),
      b_(draft.builder()),
      inputs_(inputs),
      wide_(type_of(wide)),
      memory_(memory),
      start_(work.read(draft, inputs.start)),
      state_(memory ? draft.operand(*memory, wide, true) : work.write(draft, 1)) {
  if (!memory) slot_ = work.read(draft, inputs.slot);
}

void Sequences::find(Value i, Value tokens) {
  const auto clamped = [&](Value at, Value least) {
    const Value start = kir::convert(kir::load_element(start_, at), Type::i32);
    return b_.binary(kir::Op::min, b_.binary(kir::Op::max, start, least), tokens);
  };
  const Value zero = b_.integer(0);
  const Value last = draft_.argument(sequence_count(work_, inputs_)) - 1;
  begin_ = clamped(i, zero);
  end_ = clamped(i + 1, begin_);
  from_ = b_.select(i == 0, zero, begin_);
  to_ = b_.select(i == last, tokens, end_);
  const Value width = draft_.argument(inputs_.width);
  if (memory_) {
    first_ = i * width;
    return;
  }
  const Value entries = draft_.argument(work_.input_dims(inputs_.state)[0]);
  const Value slot = kir::convert(kir::load_element(*slot_, i), Type::i32);
  const Value is_there = (slot >= 0) & (slot < entries);
  // A sequence whose entry does not exist has no results.
  end_ = b_.select(is_there, end_, begin_);
  first_ = b_.select(is_there, slot, zero) * width;
}

void Sequences::each_token(const std::function<void(Value)>& token,
                           const std::function<void(Value)>& other) {
  b_.loop(from_, to_, b_.integer(1), [&](Value t) {
    b_.when((t >= begin_) & (t < end_), [&] { token(t); }, [&] { other(t); });
  });
}

Value Sequences::held(Value i) {
  return kir::convert(kir::load_element(state_, first_ + i), wide_);
}

void Sequences::hold(Value i, Value number) { kir::store_element(state_, first_ + i, number); }

Expr sequence_count(const Work& work, const SequenceInputs& inputs) {
  return work.input_dims(inputs.start)[0] - 1;
}

Status check_sequences(const Work& work, const SequenceInputs& inputs, size_t state_rank) {
  if (!work.has_input(inputs.start) || work.input_dims(inputs.start).size() != 1) {
    return work.refuse("start that is no vector");
  }
  if (!work.has_input(inputs.state)) return {};
  if (work.input_dims(inputs.state).size() != state_rank || !work.has_output(1) ||
      !work.has_input(inputs.slot)) {
    return work.refuse("a state of another rank, or without entries of the sequences");
  }
  return {};
}

std::optional<uint32_t> temporary_state(const Work& work, Kernels& kernels,
                                        const SequenceInputs& inputs, DType wide) {
  if (work.has_input(inputs.state)) return std::nullopt;
  return work.temporary(kernels, wide, sequence_count(work, inputs) * inputs.width);
}

DType wide_dtype(const Work& work) {
  return work.input_dtype(0) == DType::f64 ? DType::f64 : DType::f32;
}

}  // namespace tenon::kernelgen
