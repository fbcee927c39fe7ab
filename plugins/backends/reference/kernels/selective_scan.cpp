// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/sequences.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

enum Input : size_t { x, dt, a, b, c, d, state, start, state_slot };

struct SelectiveScan {
  Sequences sequences;
  int64_t channels = 0;
  int64_t numbers = 0;  // of a channel's state
};

// What a worker has for one channel: its state, its rates and a token's b and c.
struct Room {
  double* h;
  double* rates;
  double* b;
  double* c;
};

void scan(const KernelArguments& arguments, const SelectiveScan& s, const SequenceRange& r,
          int64_t channel, const Room& room) {
  const int64_t held = (r.entry * s.channels + channel) * s.numbers;
  std::fill_n(room.h, s.numbers, 0.0);
  if (r.entry >= 0) load_state(arguments, held, s.numbers, room.h);
  load(arguments, a, channel * s.numbers, s.numbers, room.rates);
  const double through = arguments.has_input(d) ? load_one(arguments, d, channel) : 0;
  for (int64_t t = r.from; t < r.to; ++t) {
    const int64_t place = t * s.channels + channel;
    if (!r.holds(t)) {
      store_result(arguments, place, 0);
      continue;
    }
    const double step = load_one(arguments, dt, place), in = load_one(arguments, x, place);
    load(arguments, b, t * s.numbers, s.numbers, room.b);
    load(arguments, c, t * s.numbers, s.numbers, room.c);
    for (int64_t n = 0; n < s.numbers; ++n) {
      room.h[n] = std::exp(step * room.rates[n]) * room.h[n] + step * room.b[n] * in;
    }
    // Rounded at every token, so that it does not matter how tokens are divided into runs.
    if (r.entry >= 0) store_state(arguments, held, s.numbers, room.h);
    double y = through * in;
    for (int64_t n = 0; n < s.numbers; ++n) y += room.c[n] * room.h[n];
    store_result(arguments, place, y);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& s = arguments.block<SelectiveScan>();
  Scratch scratch(arguments.scratch());
  const Room room = {scratch.take<double>(s.numbers), scratch.take<double>(s.numbers),
                     scratch.take<double>(s.numbers), scratch.take<double>(s.numbers)};
  for (const int64_t row : arguments.rows_of(chunk)) {
    const SequenceRange range = range_of(arguments, s.sequences, row / s.channels);
    scan(arguments, s, range, row % s.channels, room);
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  for (const size_t i : {x, dt, a, b, c}) {
    if (!sizes.has_input(i) || sizes.input(i).size() != 2) return invalid("operands of rank 2");
  }
  const std::span<const int64_t> tokens = sizes.input(x);
  SelectiveScan s = {.sequences = {}, .channels = tokens[1], .numbers = sizes.input(a)[1]};
  const auto is = [&](size_t input, std::initializer_list<int64_t> wanted) {
    return std::ranges::equal(sizes.input(input), wanted);
  };
  const bool fits = is(dt, {tokens[0], s.channels}) && is(a, {s.channels, s.numbers}) &&
                    is(b, {tokens[0], s.numbers}) && is(c, {tokens[0], s.numbers}) &&
                    (!sizes.has_input(d) || is(d, {s.channels}));
  if (!fits) return invalid("the operands do not fit each other");
  TENON_TRY_ASSIGN(s.sequences, sequences_of(sizes, state, start, state_slot, tokens[0],
                                             {s.channels, s.numbers}));
  constexpr int64_t channels_at_once = 16;
  KernelWork work = in_rows(s.sequences.count * s.channels, channels_at_once);
  work.scratch = 8 * 4 * s.numbers;
  work.block = keep(s);
  return work;
}

}  // namespace

Kernel selective_scan() {
  return {.op = "SelectiveScan",
          .inputs = {float_types, float_types, float_types, float_types, float_types, float_types,
                     float_types, index_types, index_types},
          .outputs = {float_types},
          .domain = "tenon",
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
