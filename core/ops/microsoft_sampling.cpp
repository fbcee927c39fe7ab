// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/searches.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace tenon::ops {
namespace {

constexpr size_t seed_input = 8;

// Draws tokens by their probabilities, of the most probable ones only.
class Sampler : public TokenChooser {
 public:
  Sampler(const HostContext& c, uint32_t seed)
      : top_p_(c.real("top_p", 0)),
        filtered_(static_cast<float>(c.real("filter_value", -1e20))),
        least_(std::max<int64_t>(c.integer("min_tokens_to_keep", 0), 1)),
        generator_(seed) {}

  Result<int64_t> choose(std::span<float> scores) override {
    if (top_p_ < 1) filter(scores);
    const std::vector<double> sums = sums_of(scores);
    const auto found = std::ranges::upper_bound(sums, draw() * sums.back());
    return std::min<int64_t>(found - sums.begin(), std::ssize(sums) - 1);
  }

 private:
  // Sums of probabilities up to each token, not normalized.
  static std::vector<double> sums_of(std::span<const float> scores) {
    const double peak = std::ranges::max(scores);
    double sum = 0;
    std::vector<double> sums;
    for (const float score : scores) sums.push_back(sum += std::exp(score - peak));
    return sums;
  }

  // Keeps the fewest tokens that have the probability top_p together.
  void filter(std::span<float> scores) const {
    const double whole = sums_of(scores).back(), peak = std::ranges::max(scores);
    std::vector<size_t> order(scores.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, std::greater(), [&](size_t token) { return scores[token]; });
    double sum = 0;
    int64_t kept = 0;
    for (const size_t token : order) {
      const double share = std::exp(scores[token] - peak) / whole;
      if (kept >= least_ && sum >= top_p_) scores[token] = filtered_;
      sum += share;
      ++kept;
    }
  }

  // In [0, 1), from two numbers of the generator: ONNX Runtime draws the same.
  double draw() {
    const double range = decltype(generator_)::max();
    const double low = generator_() - 1.0, high = generator_() - 1.0;
    return (low + high * range) / (range * range);
  }

  double top_p_;
  float filtered_;
  int64_t least_;
  std::minstd_rand0 generator_;
};

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const int64_t seed, scalar_input(c, seed_input, 0));
  Sampler sampler(c, static_cast<uint32_t>(seed));
  return run_single_search(c,
                           {.bodies = {.attention_mask = 6},
                            .rules = {.min_length = 2,
                                      .repetition_penalty = 3,
                                      .vocab_mask = 4,
                                      .prefix_vocab_mask = 5,
                                      .presence_mask = 7}},
                           sampler);
}

}  // namespace

Op microsoft_sampling() {
  constexpr auto left_out = optional_operand;
  return {
      .name = "Sampling",
      .domain = "com.microsoft",
      .doc = "Texts of tokens drawn by the probabilities that a model in the node's bodies gives.",
      .inputs = {{"input_ids", "integer"},
                 {"max_length", "integer"},
                 {"min_length", "integer", left_out},
                 {"repetition_penalty", "float", left_out},
                 {"vocab_mask", "integer", left_out},
                 {"prefix_vocab_mask", "integer", left_out},
                 {"attention_mask", "integer", left_out},
                 {"presence_mask", "integer", left_out},
                 {"seed", "integer", left_out}},
      .outputs = {{"sequences", "i32"}, {"filtered_logits", "f32", left_out}},
      .infer = infer_single_search,
      .host = run,
  };
}

}  // namespace tenon::ops
