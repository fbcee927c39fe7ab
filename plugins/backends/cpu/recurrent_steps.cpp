// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/recurrent_steps.h"

#include "plugins/backends/cpu/math/gates.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <array>

namespace tenon::cpu {
namespace {

using reference::Cell;
using reference::Scratch;

enum Input : size_t { x, w, r, b, lengths, first_h, first_c, peepholes };

constexpr int64_t group_rows = 4;     // sequences of a chunk
constexpr int64_t product_rows = 32;  // of x in a chunk of the earlier phase

// What W and the biases say to the gates for `count` rows of x.
void multiply_inputs(const PackedCells& cells, int64_t direction, const float* from, int64_t count,
                     float* to) {
  std::array<GateRow, product_rows> list;
  for (int64_t gate = 0; gate < cells.gates; ++gate) {
    const int64_t at = direction * cells.gates + gate;
    for (int64_t i = 0; i < count; ++i) {
      list[static_cast<size_t>(i)] = {.x = from + i * cells.inputs,
                                      .start = cells.starts.data() + at * cells.padded,
                                      .to = to + (i * cells.gates + gate) * cells.padded};
    }
    gates().multiply(cells.weights[static_cast<size_t>(at)].from_x.data(), cells.hidden,
                     cells.inputs, list.data(), count);
  }
}

// Shared bytes: products by direction and row of x, then x rounded.
float* shared_products(const KernelArguments& arguments) {
  return reinterpret_cast<float*>(arguments.shared().data());
}
float* rounded_input(const KernelArguments& arguments, const PackedCells& cells,
                     const RecurrentShape& s) {
  return shared_products(arguments) +
         s.r.directions * s.r.steps * s.r.batch * cells.gates * cells.padded;
}

void run_products(const KernelArguments& arguments, const PackedCells& cells, int64_t chunk) {
  const auto& s = arguments.block<RecurrentShape>();
  const int64_t direction = chunk / s.product_chunks;
  const int64_t row = chunk % s.product_chunks * product_rows;
  const int64_t rows = s.r.steps * s.r.batch;
  const float* const from =
      s.rounds_input ? rounded_input(arguments, cells, s) : arguments.input<float>(x).data();
  multiply_inputs(
      cells, direction, from + row * cells.inputs, std::min(product_rows, rows - row),
      shared_products(arguments) + (direction * rows + row) * cells.gates * cells.padded);
}

// Up to group_rows sequences of one direction, step by step side by side.
class Group {
 public:
  Group(const KernelArguments& arguments, const PackedCells& cells, int64_t chunk)
      : arguments_(arguments),
        cells_(cells),
        s_(arguments.block<RecurrentShape>()),
        math_(gates()),
        direction_(chunk / s_.groups),
        first_(chunk % s_.groups * group_rows),
        count_(std::min(group_rows, s_.r.batch - first_)) {
    Scratch scratch(arguments.scratch());
    for (int64_t i = 0; i < count_; ++i) {
      Sequence& sequence = sequences_[static_cast<size_t>(i)];
      sequence.image = first_ + i;
      sequence.gates = scratch.take<float>(cells_.gates * cells_.padded);
      sequence.h = scratch.take<float>(cells_.padded);
      sequence.c = scratch.take<float>(cells_.padded);
      sequence.masked = scratch.take<float>(cells_.padded);
      sequence.from_h = scratch.take<float>(cells_.padded);
    }
  }

  void run() {
    int64_t steps = 0;
    for (Sequence& sequence : sequences()) {
      if (!read_length(sequence)) return;
      steps = std::max(steps, sequence.length);
      load_state(first_h, sequence.image, sequence.h);
      load_state(first_c, sequence.image, sequence.c);
    }
    for (int64_t i = 0; i < steps; ++i) {
      begin_step(i);
      step();
      for (const int64_t at : active()) {
        const Sequence& sequence = sequences_[static_cast<size_t>(at)];
        store(0, output_place(time(sequence, i), sequence.image), sequence.h);
      }
    }
    for (Sequence& sequence : sequences()) finish(sequence);
  }

 private:
  struct Sequence {
    int64_t image = 0;
    int64_t length = 0;
    float* gates = nullptr;
    float* h = nullptr;
    float* c = nullptr;
    float* masked = nullptr;  // gru: the state behind the reset gate; lstm: it rounded
    float* from_h = nullptr;  // gru: what R says to the hidden gate
  };

  std::span<Sequence> sequences() { return {sequences_.data(), static_cast<size_t>(count_)}; }
  std::span<const int64_t> active() const {
    return {active_.data(), static_cast<size_t>(active_count_)};
  }

  bool read_length(Sequence& sequence) const {
    sequence.length = s_.r.steps;
    if (!arguments_.has_input(lengths)) return true;
    widen(arguments_.input_data(lengths), arguments_.input_dtype(lengths), sequence.image, 1,
          &sequence.length);
    if (sequence.length >= 0 && sequence.length <= s_.r.steps) return true;
    arguments_.fail(invalid("sequence {} has length {}, expected 0 to {}", sequence.image,
                            sequence.length, s_.r.steps));
    return false;
  }

  int64_t time(const Sequence& sequence, int64_t i) const {
    return s_.r.backwards(direction_) ? sequence.length - 1 - i : i;
  }
  int64_t output_place(int64_t t, int64_t image) const {
    return (t * s_.r.directions + direction_) * s_.r.batch + image;
  }
  int64_t state_place(int64_t image) const { return direction_ * s_.r.batch + image; }

  void load_state(size_t input, int64_t image, float* to) const {
    std::fill_n(to, cells_.padded, 0.0f);
    if (!arguments_.has_input(input)) return;
    std::copy_n(arguments_.input<float>(input).data() + state_place(image) * cells_.hidden,
                cells_.hidden, to);
  }
  void store(size_t output, int64_t place, const float* from) const {
    if (!arguments_.has_output(output)) return;
    float* const to = arguments_.output<float>(output).data() + place * cells_.hidden;
    std::copy_n(from, cells_.hidden, to);
  }
  void finish(Sequence& sequence) const {
    store(1, state_place(sequence.image), sequence.h);
    store(2, state_place(sequence.image), sequence.c);
    std::fill_n(sequence.gates, cells_.padded, 0.0f);
    for (int64_t t = sequence.length; t < s_.r.steps; ++t) {
      store(0, output_place(t, sequence.image), sequence.gates);
    }
  }

  // Finds the sequences that have a step i, and what their input says to the gates.
  void begin_step(int64_t i) {
    active_count_ = 0;
    const int64_t rows = s_.r.steps * s_.r.batch;
    const int64_t size = cells_.gates * cells_.padded;
    for (int64_t at = 0; at < count_; ++at) {
      const Sequence& sequence = sequences_[static_cast<size_t>(at)];
      if (i >= sequence.length) continue;
      active_[static_cast<size_t>(active_count_++)] = at;
      const int64_t row = time(sequence, i) * s_.r.batch + sequence.image;
      if (s_.is_shared) {
        std::copy_n(shared_products(arguments_) + (direction_ * rows + row) * size, size,
                    sequence.gates);
      } else {
        multiply_inputs(cells_, direction_, arguments_.input<float>(x).data() + row * cells_.inputs,
                        1, sequence.gates);
      }
    }
  }

  // Adds R times a vector of each active sequence to a gate, or to `to` where that is asked.
  void multiply_states(int64_t gate, float* Sequence::*vector, float* Sequence::*to = nullptr) {
    std::array<GateRow, 8> list;
    for (int64_t i = 0; i < active_count_; ++i) {
      const Sequence& sequence = sequences_[static_cast<size_t>(active_[static_cast<size_t>(i)])];
      float* const place = sequence.gates + gate * cells_.padded;
      GateRow& row = list[static_cast<size_t>(i)];
      row = {.x = sequence.*vector, .start = place, .to = place};
      if (to == nullptr) continue;
      row.start = cells_.hidden_starts.data() + direction_ * cells_.padded;
      row.to = sequence.*to;
    }
    const auto at = static_cast<size_t>(direction_ * cells_.gates + gate);
    math_.multiply(cells_.weights[at].from_h.data(), cells_.hidden, cells_.hidden, list.data(),
                   active_count_);
  }

  void step() {
    switch (cells_.cell) {
      case Cell::rnn:
        return step_rnn();
      case Cell::gru:
        return step_gru();
      case Cell::lstm:
        return step_lstm();
    }
  }

  float clip() const { return static_cast<float>(s_.r.clip); }

  void step_rnn() {
    multiply_states(0, &Sequence::h);
    for (const int64_t at : active()) {
      const Sequence& sequence = sequences_[static_cast<size_t>(at)];
      math_.rnn(sequence.gates, cells_.padded, clip(), sequence.h);
    }
  }

  void step_gru() {
    multiply_states(0, &Sequence::h);
    multiply_states(1, &Sequence::h);
    if (cells_.reset_after) multiply_states(2, &Sequence::h, &Sequence::from_h);
    for (const int64_t at : active()) math_.gru_reset(gru_step(at));
    if (!cells_.reset_after) multiply_states(2, &Sequence::masked);
    for (const int64_t at : active()) math_.gru_update(gru_step(at));
  }
  GruStep gru_step(int64_t at) const {
    const Sequence& sequence = sequences_[static_cast<size_t>(at)];
    return {.gates = sequence.gates,
            .from_h = cells_.reset_after ? sequence.from_h : nullptr,
            .size = cells_.padded,
            .clip = clip(),
            .masked = sequence.masked,
            .h = sequence.h};
  }

  void step_lstm() {
    for (const int64_t at : active()) {
      const Sequence& sequence = sequences_[static_cast<size_t>(at)];
      if (s_.r.narrow_state) math_.round_to_bytes(sequence.h, cells_.hidden, sequence.masked);
    }
    for (int64_t gate = 0; gate < 4; ++gate) {
      multiply_states(gate, s_.r.narrow_state ? &Sequence::masked : &Sequence::h);
    }
    const float* const holes = cells_.peepholes.empty()
                                   ? nullptr
                                   : cells_.peepholes.data() + direction_ * 3 * cells_.padded;
    for (const int64_t at : active()) {
      const Sequence& sequence = sequences_[static_cast<size_t>(at)];
      math_.lstm({.gates = sequence.gates,
                  .peepholes = holes,
                  .size = cells_.padded,
                  .clip = clip(),
                  .input_forget = s_.r.input_forget,
                  .c = sequence.c,
                  .h = sequence.h});
    }
  }

  const KernelArguments& arguments_;
  const PackedCells& cells_;
  const RecurrentShape& s_;
  const Gates& math_;
  int64_t direction_;
  int64_t first_;
  int64_t count_;
  std::array<Sequence, 8> sequences_ = {};
  std::array<int64_t, 8> active_ = {};
  int64_t active_count_ = 0;
};

}  // namespace

KernelWork shape_recurrent(const PackedCells& cells, RecurrentShape s) {
  const int64_t rows = s.r.steps * s.r.batch;
  const int64_t gate_numbers = cells.gates * cells.padded;
  s.groups = (s.r.batch + group_rows - 1) / group_rows;
  // Few rows are multiplied where they are needed; else all at once, before the steps begin.
  s.is_shared = rows > 8 || s.rounds_input;
  s.product_chunks = (rows + product_rows - 1) / product_rows;
  KernelWork work;
  work.chunks = s.r.directions * s.groups;
  work.scratch = 4 * group_rows * (gate_numbers + 4 * cells.padded);
  if (s.is_shared) {
    work.shared = 4 * s.r.directions * rows * gate_numbers;
    if (s.rounds_input) {
      work.shared += 4 * rows * cells.inputs;
      work.earlier.push_back(1);
    }
    work.earlier.push_back(s.r.directions * s.product_chunks);
  }
  work.block = keep(s);
  return work;
}

void run_recurrent(const KernelArguments& arguments, const PackedCells& cells, int64_t chunk) {
  const auto& s = arguments.block<RecurrentShape>();
  const size_t product_phase = s.rounds_input ? 1 : 0;
  if (!s.is_shared || arguments.phase() > product_phase) {
    Group(arguments, cells, chunk).run();
  } else if (arguments.phase() == product_phase) {
    run_products(arguments, cells, chunk);
  } else {
    const std::span<const float> from = arguments.input<float>(x);
    gates().round_to_bytes(from.data(), static_cast<int64_t>(from.size()),
                           rounded_input(arguments, cells, s));
  }
}

}  // namespace tenon::cpu
