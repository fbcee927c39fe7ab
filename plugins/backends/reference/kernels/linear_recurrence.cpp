// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

enum Input : size_t { query, key, value, state, decay, beta };

struct LinearRecurrence {
  int64_t steps = 0;
  int64_t heads = 0;     // of the queries
  int64_t kv_heads = 0;  // of keys and values
  int64_t keys = 0;      // numbers of a key
  int64_t values = 0;    // numbers of a value
  int64_t decays = 0;    // numbers of a decay: 1 or keys; 0 without
  bool delta = false;
  double scale = 1;
};

// What a worker has for one head: the state [keys, values] and one step's operands.
struct Room {
  double* state;
  double* query;
  double* key;
  double* value;
  double* decay;
  double* read;
};

void load(const KernelArguments& arguments, size_t input, int64_t begin, int64_t count,
          double* to) {
  widen(arguments.input_data(input), arguments.input_dtype(input), begin, count, to);
}

// state^T times x.
void read_state(const LinearRecurrence& r, const double* state, const double* x, double* y) {
  std::fill_n(y, r.values, 0.0);
  for (int64_t i = 0; i < r.keys; ++i) {
    for (int64_t j = 0; j < r.values; ++j) y[j] += state[i * r.values + j] * x[i];
  }
}

void fade(const LinearRecurrence& r, const Room& room) {
  for (int64_t i = 0; i < r.keys && r.decays > 0; ++i) {
    const double factor = std::exp(room.decay[r.decays == 1 ? 0 : i]);
    for (int64_t j = 0; j < r.values; ++j) room.state[i * r.values + j] *= factor;
  }
}

void learn(const LinearRecurrence& r, const Room& room, double rate) {
  if (r.delta) {
    read_state(r, room.state, room.key, room.read);
    for (int64_t j = 0; j < r.values; ++j) room.value[j] = rate * (room.value[j] - room.read[j]);
  }
  for (int64_t i = 0; i < r.keys; ++i) {
    for (int64_t j = 0; j < r.values; ++j) {
      room.state[i * r.values + j] += room.key[i] * room.value[j];
    }
  }
}

void run_step(const KernelArguments& arguments, const LinearRecurrence& r, const Room& room,
              int64_t token, int64_t head) {
  const int64_t at = token * r.kv_heads + head;
  load(arguments, key, at * r.keys, r.keys, room.key);
  load(arguments, value, at * r.values, r.values, room.value);
  if (r.decays > 0) load(arguments, decay, at * r.decays, r.decays, room.decay);
  double rate = 1;
  if (arguments.has_input(beta)) load(arguments, beta, at, 1, &rate);
  fade(r, room);
  learn(r, room, rate);
  const int64_t group = r.heads / r.kv_heads;
  for (int64_t k = 0; k < group && arguments.has_output(0); ++k) {
    const int64_t row = token * r.heads + head * group + k;
    load(arguments, query, row * r.keys, r.keys, room.query);
    read_state(r, room.state, room.query, room.read);
    for (int64_t j = 0; j < r.values; ++j) room.read[j] *= r.scale;
    narrow(room.read, r.values, arguments.output_dtype(0), arguments.output_data(0),
           row * r.values);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& r = arguments.block<LinearRecurrence>();
  Scratch scratch(arguments.scratch());
  const int64_t size = r.keys * r.values;
  const Room room = {scratch.take<double>(size),     scratch.take<double>(r.keys),
                     scratch.take<double>(r.keys),   scratch.take<double>(r.values),
                     scratch.take<double>(r.decays), scratch.take<double>(r.values)};
  for (const int64_t row : arguments.rows_of(chunk)) {
    std::fill_n(room.state, size, 0.0);
    if (arguments.has_input(state)) load(arguments, state, row * size, size, room.state);
    for (int64_t step = 0; step < r.steps; ++step) {
      run_step(arguments, r, room, row / r.kv_heads * r.steps + step, row % r.kv_heads);
    }
    if (!arguments.has_output(1)) continue;
    narrow(room.state, size, arguments.output_dtype(1), arguments.output_data(1), row * size);
  }
}

Status check(const KernelSizes& sizes) {
  for (const size_t i : {query, key, value, state, decay, beta}) {
    if (sizes.has_input(i) && sizes.input(i).size() != 4) return invalid("operands of rank 4");
  }
  const std::span<const int64_t> q = sizes.input(query);
  const std::span<const int64_t> k = sizes.input(key);
  const std::span<const int64_t> v = sizes.input(value);
  const auto is = [](std::span<const int64_t> dims, std::initializer_list<int64_t> wanted) {
    return std::ranges::equal(dims, wanted);
  };
  const bool fits = k[2] > 0 && q[2] % k[2] == 0 && is(k, {q[0], q[1], k[2], q[3]}) &&
                    is(v, {q[0], q[1], k[2], v[3]}) &&
                    (!sizes.has_output(0) || is(sizes.output(0), {q[0], q[1], q[2], v[3]})) &&
                    (!sizes.has_input(state) || is(sizes.input(state), {q[0], k[2], k[3], v[3]})) &&
                    (!sizes.has_output(1) || is(sizes.output(1), {q[0], k[2], k[3], v[3]})) &&
                    (!sizes.has_input(beta) || is(sizes.input(beta), {q[0], q[1], k[2], 1})) &&
                    (!sizes.has_input(decay) || is(sizes.input(decay), {q[0], q[1], k[2], 1}) ||
                     is(sizes.input(decay), {q[0], q[1], k[2], k[3]}));
  return fits ? Status() : invalid("the operands do not fit each other");
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY(check(sizes));
  const std::span<const int64_t> q = sizes.input(query);
  LinearRecurrence r;
  r.steps = q[1];
  r.heads = q[2];
  r.kv_heads = sizes.input(key)[2];
  r.keys = q[3];
  r.values = sizes.input(value)[3];
  r.decays = sizes.has_input(decay) ? sizes.input(decay)[3] : 0;
  r.delta = sizes.node().attr_int("delta", 0) != 0;
  r.scale = sizes.node().attr_float("scale", 1);
  constexpr int64_t most = int64_t{1} << 40;
  int64_t state_size = 0;
  if (r.keys > most || r.values > most || __builtin_mul_overflow(r.keys, r.values, &state_size) ||
      state_size > most) {
    return invalid("a state of {} by {}", r.keys, r.values);
  }
  KernelWork work = in_rows(q[0] * r.kv_heads, 1);
  work.scratch = 8 * (state_size + 2 * r.keys + 2 * r.values + r.decays);
  work.block = keep(r);
  return work;
}

}  // namespace

Kernel linear_recurrence() {
  return {.op = "LinearRecurrence",
          .inputs = {float_types},
          .outputs = {float_types},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
