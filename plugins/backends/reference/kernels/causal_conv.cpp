// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/sequences.h"

#include <algorithm>

namespace tenon::reference {
namespace {

enum Input : size_t { x, weight, bias, state, start, state_slot };

struct CausalConv {
  Sequences sequences;
  int64_t channels = 0;
  int64_t size = 0;  // weights of a channel
};

// Number `t` of a channel of a sequence, whose tokens begin at 0; what came before is negative.
double before(const KernelArguments& arguments, const CausalConv& conv, const SequenceRange& r,
              int64_t channel, int64_t t) {
  if (t >= 0) return load_one(arguments, x, (r.begin + t) * conv.channels + channel);
  if (r.entry < 0) return 0;
  const int64_t kept = conv.size - 1;
  double number = 0;
  load_state(arguments, (r.entry * conv.channels + channel) * kept + kept + t, 1, &number);
  return number;
}

void convolve(const KernelArguments& arguments, const CausalConv& conv, const SequenceRange& r,
              int64_t channel, double* weights) {
  load(arguments, weight, channel * conv.size, conv.size, weights);
  const double shift = arguments.has_input(bias) ? load_one(arguments, bias, channel) : 0;
  for (int64_t t = r.from; t < r.to; ++t) {
    double y = shift;
    for (int64_t i = 0; i < conv.size && r.holds(t); ++i) {
      const int64_t place = t - r.begin + i - (conv.size - 1);
      y += weights[i] * before(arguments, conv, r, channel, place);
    }
    store_result(arguments, t * conv.channels + channel, r.holds(t) ? y : 0);
  }
  if (r.entry < 0) return;
  // Each number comes from a later place, so they can move one after the other.
  const int64_t kept = conv.size - 1;
  for (int64_t i = 0; i < kept && r.begin < r.end; ++i) {
    double number = before(arguments, conv, r, channel, r.end - r.begin + i - kept);
    store_state(arguments, (r.entry * conv.channels + channel) * kept + i, 1, &number);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& conv = arguments.block<CausalConv>();
  double* const weights = Scratch(arguments.scratch()).take<double>(conv.size);
  for (const int64_t row : arguments.rows_of(chunk)) {
    const SequenceRange range = range_of(arguments, conv.sequences, row / conv.channels);
    convolve(arguments, conv, range, row % conv.channels, weights);
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  if (sizes.input(x).size() != 2 || sizes.input(weight).size() != 2) {
    return invalid("operands of rank 2");
  }
  const std::span<const int64_t> tokens = sizes.input(x);
  CausalConv conv = {.sequences = {}, .channels = tokens[1], .size = sizes.input(weight)[1]};
  const bool fits = sizes.input(weight)[0] == conv.channels && conv.size >= 1 &&
                    (!sizes.has_input(bias) ||
                     (sizes.input(bias).size() == 1 && sizes.input(bias)[0] == conv.channels));
  if (!fits) return invalid("the operands do not fit each other");
  TENON_TRY_ASSIGN(conv.sequences, sequences_of(sizes, state, start, state_slot, tokens[0],
                                                {conv.channels, conv.size - 1}));
  constexpr int64_t channels_at_once = 16;
  KernelWork work = in_rows(conv.sequences.count * conv.channels, channels_at_once);
  work.scratch = 8 * conv.size;
  work.block = keep(conv);
  return work;
}

}  // namespace

Kernel causal_conv() {
  return {.op = "CausalConv",
          .inputs = {float_types, float_types, float_types, float_types, index_types, index_types},
          .outputs = {float_types},
          .domain = "tenon",
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
