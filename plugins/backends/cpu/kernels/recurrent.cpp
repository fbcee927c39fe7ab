// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/gates.h"
#include "plugins/backends/reference/recurrence.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tenon::cpu {
namespace {

using reference::Cell;
using reference::Recurrence;
using reference::Scratch;

enum Input : size_t { x, w, r, b, lengths, first_h, first_c, peepholes };

// Packed weights of one gate of one direction.
struct GateWeights {
  std::vector<float> from_x;
  std::vector<float> from_h;
};

struct Recurrent {
  Cell cell = Cell::rnn;
  bool reset_after = false;
  int64_t gates = 1;
  int64_t hidden = 0;
  int64_t padded = 0;  // hidden, to whole vectors
  int64_t inputs = 0;
  std::vector<GateWeights> weights;  // by direction and gate
  std::vector<float> starts;         // by direction and gate: the biases, padded
  std::vector<float> hidden_starts;  // by direction: of the hidden gate that is reset after
  std::vector<float> peepholes;      // by direction: three vectors; or empty
};

// Sizes, and where the products of W with all steps lie.
struct Sizes {
  Recurrence r;
  bool is_shared = false;  // in the shared bytes, made by an earlier phase
  int64_t group_rows = 4;  // sequences of a chunk
  int64_t groups = 0;
  int64_t product_rows = 32;  // of x in a chunk of the earlier phase
  int64_t product_chunks = 0;
};

// Sigmoid and Tanh at their usual places; other functions are the plain kernel's.
Status has_usual_functions(const NodeView& node, Cell cell) {
  const tenon_attr* attr = node.graph().attr(node.row(), "activations");
  if (attr == nullptr || attr->kind != TENON_ATTR_STRINGS) return {};
  const size_t period = cell == Cell::rnn ? 1 : cell == Cell::gru ? 2 : 3;
  const std::span<const int64_t> names = node.graph().numbers(*attr);
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = node.graph().text(static_cast<uint32_t>(names[i]));
    TENON_TRY_ASSIGN(const auto facts, reference::activation_named(name));
    const bool is_gate = cell != Cell::rnn && i % period == 0;
    const auto wanted = is_gate ? reference::Activation::sigmoid : reference::Activation::tanh;
    if (facts.kind != wanted) return unsupported("activation {}", name);
  }
  return {};
}

Result<Cell> cell_of(const NodeView& node) {
  const std::string_view kind = node.attr_string("kind", "");
  if (kind == "lstm") return Cell::lstm;
  if (kind == "gru") return Cell::gru;
  if (kind == "rnn") return Cell::rnn;
  return unsupported("kind \"{}\"", kind);
}

Status match(const NodeView& node) {
  TENON_TRY_ASSIGN(const Cell cell, cell_of(node));
  for (const size_t i : {w, r, b, peepholes}) {
    if (node.has_input(i) && !is_constant(node, i)) return unsupported("input {} may change", i);
  }
  if (node.input_rank(w) != 3 || node.input_rank(r) != 3)
    return unsupported("weights of no rank 3");
  return has_usual_functions(node, cell);
}

void pack(const Gates& math, const std::vector<float>& matrices, int64_t at, int64_t rows,
          int64_t inner, std::vector<float>& to) {
  to.resize(static_cast<size_t>(math.packed_size(rows, inner)));
  math.pack(matrices.data() + at * rows * inner, rows, inner, to.data());
}

// Both halves of the bias, where nothing comes between them.
void add_biases(Recurrent& made, const std::vector<float>& biases, int64_t direction) {
  const auto width = static_cast<size_t>(made.gates * made.hidden);
  const size_t from = static_cast<size_t>(direction) * 2 * width;
  for (size_t i = 0; i < width && !biases.empty(); ++i) {
    const size_t gate = i / static_cast<size_t>(made.hidden);
    const size_t place = i % static_cast<size_t>(made.hidden);
    const auto padded = static_cast<size_t>(made.padded);
    const auto gates = static_cast<size_t>(made.gates);
    float& start = made.starts[(static_cast<size_t>(direction) * gates + gate) * padded + place];
    start = biases[from + i];
    if (made.reset_after && gate == 2) {
      made.hidden_starts[static_cast<size_t>(direction) * padded + place] =
          biases[from + width + i];
    } else {
      start += biases[from + width + i];
    }
  }
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  const Gates& math = gates();
  Recurrent made;
  TENON_TRY_ASSIGN(made.cell, cell_of(node));
  made.reset_after = made.cell == Cell::gru && node.attr_int("linear_before_reset", 0) != 0;
  made.gates = made.cell == Cell::lstm ? 4 : made.cell == Cell::gru ? 3 : 1;
  const int64_t directions = node.input_dims(w)[0];
  made.hidden = node.input_dims(r)[2];
  made.inputs = node.input_dims(w)[2];
  made.padded = (made.hidden + math.width - 1) / math.width * math.width;
  const std::vector<float> from_x = numbers_of<float>(constants, w);
  const std::vector<float> from_h = numbers_of<float>(constants, r);
  const std::vector<float> biases = numbers_of<float>(constants, b);
  const std::vector<float> holes = numbers_of<float>(constants, peepholes);
  const int64_t rows = directions * made.gates * made.hidden;
  if (static_cast<int64_t>(from_x.size()) != rows * made.inputs ||
      static_cast<int64_t>(from_h.size()) != rows * made.hidden ||
      (!biases.empty() && static_cast<int64_t>(biases.size()) != 2 * rows) ||
      (!holes.empty() && static_cast<int64_t>(holes.size()) != 3 * directions * made.hidden)) {
    return invalid("weights, biases or peepholes of a wrong size");
  }
  made.weights.resize(static_cast<size_t>(directions * made.gates));
  for (size_t i = 0; i < made.weights.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    pack(math, from_x, at, made.hidden, made.inputs, made.weights[i].from_x);
    pack(math, from_h, at, made.hidden, made.hidden, made.weights[i].from_h);
  }
  made.starts.resize(static_cast<size_t>(directions * made.gates * made.padded));
  made.hidden_starts.resize(static_cast<size_t>(directions * made.padded));
  for (int64_t d = 0; d < directions; ++d) add_biases(made, biases, d);
  made.peepholes.resize(holes.empty() ? 0 : static_cast<size_t>(3 * directions * made.padded));
  for (size_t i = 0; i < holes.size(); ++i) {
    const size_t row = i / static_cast<size_t>(made.hidden);
    made.peepholes[row * static_cast<size_t>(made.padded) + i % static_cast<size_t>(made.hidden)] =
        holes[i];
  }
  return keep(std::move(made));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const auto& made = sizes.state<Recurrent>();
  Sizes s;
  TENON_TRY_ASSIGN(s.r, reference::recurrence_of(sizes));
  const int64_t rows = s.r.steps * s.r.batch;
  const int64_t gate_numbers = made.gates * made.padded;
  s.groups = (s.r.batch + s.group_rows - 1) / s.group_rows;
  // Few rows are multiplied where they are needed; else all at once, before the steps begin.
  s.is_shared = rows > 8;
  s.product_chunks = (rows + s.product_rows - 1) / s.product_rows;
  KernelWork work;
  work.chunks = s.r.directions * s.groups;
  const int64_t of_a_row = gate_numbers + 4 * made.padded;
  work.scratch = 4 * s.group_rows * of_a_row;
  if (s.is_shared) {
    work.shared = 4 * s.r.directions * rows * gate_numbers;
    work.earlier = {s.r.directions * s.product_chunks};
  }
  work.block = keep(s);
  return work;
}

// What W and the biases say to the gates for `count` rows of x.
void multiply_inputs(const Recurrent& made, int64_t direction, const float* from, int64_t count,
                     float* to) {
  constexpr int64_t most_rows = 32;
  std::array<GateRow, most_rows> list;
  for (int64_t gate = 0; gate < made.gates; ++gate) {
    const int64_t at = direction * made.gates + gate;
    for (int64_t i = 0; i < count; ++i) {
      list[static_cast<size_t>(i)] = {.x = from + i * made.inputs,
                                      .start = made.starts.data() + at * made.padded,
                                      .to = to + (i * made.gates + gate) * made.padded};
    }
    gates().multiply(made.weights[static_cast<size_t>(at)].from_x.data(), made.hidden, made.inputs,
                     list.data(), count);
  }
}

void run_products(const KernelArguments& arguments, int64_t chunk) {
  const auto& made = arguments.state<Recurrent>();
  const auto& s = arguments.block<Sizes>();
  const int64_t direction = chunk / s.product_chunks;
  const int64_t row = chunk % s.product_chunks * s.product_rows;
  const int64_t rows = s.r.steps * s.r.batch;
  auto* const shared = reinterpret_cast<float*>(arguments.shared().data());
  multiply_inputs(made, direction, arguments.input<float>(x).data() + row * made.inputs,
                  std::min(s.product_rows, rows - row),
                  shared + (direction * rows + row) * made.gates * made.padded);
}

// Up to group_rows sequences of one direction, step by step side by side.
class Group {
 public:
  Group(const KernelArguments& arguments, int64_t chunk)
      : arguments_(arguments),
        made_(arguments.state<Recurrent>()),
        s_(arguments.block<Sizes>()),
        math_(gates()),
        direction_(chunk / s_.groups),
        first_(chunk % s_.groups * s_.group_rows),
        count_(std::min(s_.group_rows, s_.r.batch - first_)) {
    Scratch scratch(arguments.scratch());
    for (int64_t i = 0; i < count_; ++i) {
      Sequence& sequence = sequences_[static_cast<size_t>(i)];
      sequence.image = first_ + i;
      sequence.gates = scratch.take<float>(made_.gates * made_.padded);
      sequence.h = scratch.take<float>(made_.padded);
      sequence.c = scratch.take<float>(made_.padded);
      sequence.masked = scratch.take<float>(made_.padded);
      sequence.from_h = scratch.take<float>(made_.padded);
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
    std::fill_n(to, made_.padded, 0.0f);
    if (!arguments_.has_input(input)) return;
    std::copy_n(arguments_.input<float>(input).data() + state_place(image) * made_.hidden,
                made_.hidden, to);
  }
  void store(size_t output, int64_t place, const float* from) const {
    if (!arguments_.has_output(output)) return;
    float* const to = arguments_.output<float>(output).data() + place * made_.hidden;
    std::copy_n(from, made_.hidden, to);
  }
  void finish(Sequence& sequence) const {
    store(1, state_place(sequence.image), sequence.h);
    store(2, state_place(sequence.image), sequence.c);
    std::fill_n(sequence.gates, made_.padded, 0.0f);
    for (int64_t t = sequence.length; t < s_.r.steps; ++t) {
      store(0, output_place(t, sequence.image), sequence.gates);
    }
  }

  // Finds the sequences that have a step i, and what their input says to the gates.
  void begin_step(int64_t i) {
    active_count_ = 0;
    const int64_t rows = s_.r.steps * s_.r.batch;
    const int64_t size = made_.gates * made_.padded;
    for (int64_t at = 0; at < count_; ++at) {
      const Sequence& sequence = sequences_[static_cast<size_t>(at)];
      if (i >= sequence.length) continue;
      active_[static_cast<size_t>(active_count_++)] = at;
      const int64_t row = time(sequence, i) * s_.r.batch + sequence.image;
      if (s_.is_shared) {
        const auto* shared = reinterpret_cast<const float*>(arguments_.shared().data());
        std::copy_n(shared + (direction_ * rows + row) * size, size, sequence.gates);
      } else {
        multiply_inputs(made_, direction_, arguments_.input<float>(x).data() + row * made_.inputs,
                        1, sequence.gates);
      }
    }
  }

  // Adds R times a vector of each active sequence to a gate, or to `to` where that is asked.
  void multiply_states(int64_t gate, float* Sequence::*vector, float* Sequence::*to = nullptr) {
    std::array<GateRow, 8> list;
    for (int64_t i = 0; i < active_count_; ++i) {
      const Sequence& sequence = sequences_[static_cast<size_t>(active_[static_cast<size_t>(i)])];
      float* const place = sequence.gates + gate * made_.padded;
      GateRow& row = list[static_cast<size_t>(i)];
      row = {.x = sequence.*vector, .start = place, .to = place};
      if (to == nullptr) continue;
      row.start = made_.hidden_starts.data() + direction_ * made_.padded;
      row.to = sequence.*to;
    }
    const auto at = static_cast<size_t>(direction_ * made_.gates + gate);
    math_.multiply(made_.weights[at].from_h.data(), made_.hidden, made_.hidden, list.data(),
                   active_count_);
  }

  void step() {
    switch (made_.cell) {
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
      math_.rnn(sequence.gates, made_.padded, clip(), sequence.h);
    }
  }

  void step_gru() {
    multiply_states(0, &Sequence::h);
    multiply_states(1, &Sequence::h);
    if (made_.reset_after) multiply_states(2, &Sequence::h, &Sequence::from_h);
    for (const int64_t at : active()) math_.gru_reset(gru_step(at));
    if (!made_.reset_after) multiply_states(2, &Sequence::masked);
    for (const int64_t at : active()) math_.gru_update(gru_step(at));
  }
  GruStep gru_step(int64_t at) const {
    const Sequence& sequence = sequences_[static_cast<size_t>(at)];
    return {.gates = sequence.gates,
            .from_h = made_.reset_after ? sequence.from_h : nullptr,
            .size = made_.padded,
            .clip = clip(),
            .masked = sequence.masked,
            .h = sequence.h};
  }

  void step_lstm() {
    for (const int64_t at : active()) {
      const Sequence& sequence = sequences_[static_cast<size_t>(at)];
      if (s_.r.narrow_state) math_.round_to_bytes(sequence.h, made_.hidden, sequence.masked);
    }
    for (int64_t gate = 0; gate < 4; ++gate) {
      multiply_states(gate, s_.r.narrow_state ? &Sequence::masked : &Sequence::h);
    }
    const float* const holes =
        made_.peepholes.empty() ? nullptr : made_.peepholes.data() + direction_ * 3 * made_.padded;
    for (const int64_t at : active()) {
      const Sequence& sequence = sequences_[static_cast<size_t>(at)];
      math_.lstm({.gates = sequence.gates,
                  .peepholes = holes,
                  .size = made_.padded,
                  .clip = clip(),
                  .input_forget = s_.r.input_forget,
                  .c = sequence.c,
                  .h = sequence.h});
    }
  }

  const KernelArguments& arguments_;
  const Recurrent& made_;
  const Sizes& s_;
  const Gates& math_;
  int64_t direction_;
  int64_t first_;
  int64_t count_;
  std::array<Sequence, 8> sequences_ = {};
  std::array<int64_t, 8> active_ = {};
  int64_t active_count_ = 0;
};

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& s = arguments.block<Sizes>();
  if (s.is_shared && arguments.phase() == 0) return run_products(arguments, chunk);
  Group(arguments, chunk).run();
}

}  // namespace

Kernel recurrent() {
  return {.op = "Recurrent",
          .inputs = {DType::f32, DType::f32, DType::f32, DType::f32, index_types, DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
