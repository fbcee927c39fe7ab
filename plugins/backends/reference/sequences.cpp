// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/sequences.h"

#include <algorithm>

namespace tenon::reference {
namespace {

int64_t whole(const KernelArguments& arguments, size_t input, int64_t i) {
  int64_t number = 0;
  widen(arguments.input_data(input), arguments.input_dtype(input), i, 1, &number);
  return number;
}

}  // namespace

Result<Sequences> sequences_of(const KernelSizes& sizes, size_t state, size_t start, size_t slot,
                               int64_t tokens, std::initializer_list<int64_t> dims) {
  Sequences s = {.state = state, .start = start, .slot = slot, .tokens = tokens};
  if (!sizes.has_input(start) || sizes.input(start).size() != 1 || sizes.input(start)[0] < 1) {
    return invalid("start has no entry");
  }
  s.count = sizes.input(start)[0] - 1;
  s.width = 1;
  constexpr int64_t most = int64_t{1} << 40;
  for (const int64_t dim : dims) {
    if (__builtin_mul_overflow(s.width, dim, &s.width) || s.width > most) {
      return invalid("an entry of the state of more than 2^40 numbers");
    }
  }
  if (!sizes.has_input(state)) return s;
  const std::span<const int64_t> found = sizes.input(state);
  const bool fits = found.size() == dims.size() + 1 && std::ranges::equal(found.subspan(1), dims) &&
                    sizes.has_output(1) && std::ranges::equal(found, sizes.output(1)) &&
                    sizes.has_input(slot) && sizes.input(slot).size() == 1 &&
                    sizes.input(slot)[0] == s.count;
  if (!fits) return invalid("the state does not fit the other operands");
  s.entries = found[0];
  return s;
}

SequenceRange range_of(const KernelArguments& arguments, const Sequences& s, int64_t i) {
  SequenceRange r;
  r.begin = std::clamp<int64_t>(whole(arguments, s.start, i), 0, s.tokens);
  r.end = std::clamp(whole(arguments, s.start, i + 1), r.begin, s.tokens);
  r.from = i == 0 ? 0 : r.begin;
  r.to = i + 1 == s.count ? s.tokens : r.end;
  if (!arguments.has_input(s.state)) return r;
  r.entry = whole(arguments, s.slot, i);
  // A sequence whose entry does not exist has no results.
  if (r.entry < 0 || r.entry >= s.entries) {
    r.entry = -1;
    r.end = r.begin;
  }
  return r;
}

void load(const KernelArguments& arguments, size_t input, int64_t begin, int64_t count,
          double* to) {
  widen(arguments.input_data(input), arguments.input_dtype(input), begin, count, to);
}

double load_one(const KernelArguments& arguments, size_t input, int64_t i) {
  double number = 0;
  load(arguments, input, i, 1, &number);
  return number;
}

void load_state(const KernelArguments& arguments, int64_t begin, int64_t count, double* to) {
  widen(arguments.output_data(1), arguments.output_dtype(1), begin, count, to);
}

void store_state(const KernelArguments& arguments, int64_t begin, int64_t count, double* numbers) {
  narrow(numbers, count, arguments.output_dtype(1), arguments.output_data(1), begin);
  load_state(arguments, begin, count, numbers);
}

void store_result(const KernelArguments& arguments, int64_t i, double number) {
  narrow(&number, 1, arguments.output_dtype(0), arguments.output_data(0), i);
}

}  // namespace tenon::reference
