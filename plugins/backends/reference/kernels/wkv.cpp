// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/sequences.h"

#include <algorithm>

namespace tenon::reference {
namespace {

enum Input : size_t { r, k, v, w, u, state, start, state_slot };

struct Wkv {
  Sequences sequences;
  int64_t heads = 0;
  int64_t keys = 0;    // numbers of a key
  int64_t values = 0;  // numbers of a value
};

// What a worker has for one head: its matrix [keys, values] and a token's operands.
struct Room {
  double* matrix;
  double* r;
  double* k;
  double* v;
  double* fade;
  double* first;
  double* y;
};

void step(const Wkv& s, const Room& room) {
  std::fill_n(room.y, s.values, 0.0);
  for (int64_t i = 0; i < s.keys; ++i) {
    for (int64_t j = 0; j < s.values; ++j) {
      double& held = room.matrix[i * s.values + j];
      const double learned = room.k[i] * room.v[j];
      room.y[j] += room.r[i] * (held + room.first[i] * learned);
      held = room.fade[i] * held + learned;
    }
  }
}

void recur(const KernelArguments& arguments, const Wkv& s, const SequenceRange& range, int64_t head,
           const Room& room) {
  const int64_t size = s.keys * s.values;
  const int64_t held = (range.entry * s.heads + head) * size;
  std::fill_n(room.matrix, size, 0.0);
  if (range.entry >= 0) load_state(arguments, held, size, room.matrix);
  load(arguments, w, head * s.keys, s.keys, room.fade);
  load(arguments, u, head * s.keys, s.keys, room.first);
  for (int64_t t = range.from; t < range.to; ++t) {
    const int64_t at = t * s.heads + head;
    std::fill_n(room.y, s.values, 0.0);
    if (range.holds(t)) {
      load(arguments, r, at * s.keys, s.keys, room.r);
      load(arguments, k, at * s.keys, s.keys, room.k);
      load(arguments, v, at * s.values, s.values, room.v);
      step(s, room);
      // Rounded at every token, so that it does not matter how tokens are divided into runs.
      if (range.entry >= 0) store_state(arguments, held, size, room.matrix);
    }
    narrow(room.y, s.values, arguments.output_dtype(0), arguments.output_data(0), at * s.values);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& s = arguments.block<Wkv>();
  Scratch scratch(arguments.scratch());
  const Room room = {scratch.take<double>(s.keys * s.values),
                     scratch.take<double>(s.keys),
                     scratch.take<double>(s.keys),
                     scratch.take<double>(s.values),
                     scratch.take<double>(s.keys),
                     scratch.take<double>(s.keys),
                     scratch.take<double>(s.values)};
  for (const int64_t row : arguments.rows_of(chunk)) {
    const SequenceRange range = range_of(arguments, s.sequences, row / s.heads);
    recur(arguments, s, range, row % s.heads, room);
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  for (const size_t i : {r, k, v}) {
    if (sizes.input(i).size() != 3) return invalid("operands of rank 3");
  }
  const std::span<const int64_t> q = sizes.input(r);
  Wkv s = {.sequences = {}, .heads = q[1], .keys = q[2], .values = sizes.input(v)[2]};
  const auto is = [&](size_t input, std::initializer_list<int64_t> wanted) {
    return std::ranges::equal(sizes.input(input), wanted);
  };
  const bool fits = is(k, {q[0], s.heads, s.keys}) && is(v, {q[0], s.heads, s.values}) &&
                    is(w, {s.heads, s.keys}) && is(u, {s.heads, s.keys});
  if (!fits) return invalid("the operands do not fit each other");
  TENON_TRY_ASSIGN(s.sequences, sequences_of(sizes, state, start, state_slot, q[0],
                                             {s.heads, s.keys, s.values}));
  KernelWork work = in_rows(s.sequences.count * s.heads, 1);
  work.scratch = 8 * (s.keys * s.values + 4 * s.keys + 2 * s.values);
  work.block = keep(s);
  return work;
}

}  // namespace

Kernel wkv() {
  return {.op = "Wkv",
          .inputs = {float_types, float_types, float_types, float_types, float_types, float_types,
                     index_types, index_types},
          .outputs = {float_types},
          .domain = "tenon",
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
