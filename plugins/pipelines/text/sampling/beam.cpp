// SPDX-License-Identifier: Apache-2.0
#include "sampling/beam.h"

#include "sampling/sampler.h"

#include <algorithm>
#include <cmath>

namespace tenon::text {

namespace {

struct Beam {
  uint32_t sequence = 0;
  int32_t last = 0;
  double score = 0;  // sum of log probabilities
  std::vector<int32_t> ids;
};

// A token that a beam might grow by.
struct Growth {
  size_t beam = 0;
  int32_t token = 0;
  double score = 0;
};

class Search {
 public:
  Search(BeamModel& model, const BeamSettings& settings) : model_(model), settings_(settings) {}

  Result<std::vector<BeamText>> run(uint32_t sequence, int32_t first) {
    beams_ = {{sequence, first, 0, {}}};
    for (size_t i = 0; i < settings_.max_tokens && !done(); ++i) {
      TENON_TRY_ASSIGN(const std::vector<Growth> growths, grow());
      TENON_TRY(advance(growths));
    }
    const bool cut = !done();
    for (const Beam& beam : beams_) {
      if (cut) add_text(beam.ids, beam.score, false);
      TENON_TRY(model_.drop(beam.sequence));
    }
    std::ranges::stable_sort(texts_, std::ranges::greater(), &BeamText::score);
    texts_.resize(std::min({texts_.size(), settings_.results, settings_.beams}));
    return std::move(texts_);
  }

 private:
  double weighed(double score, size_t length) const {
    return score /
           std::pow(static_cast<double>(std::max<size_t>(length, 1)), settings_.length_penalty);
  }

  void add_text(std::vector<int32_t> ids, double score, bool ended) {
    const double weight = weighed(score, ids.size());
    texts_.push_back({std::move(ids), weight, ended});
    if (texts_.size() <= settings_.beams) return;
    texts_.erase(std::ranges::min_element(texts_, {}, &BeamText::score));
  }

  // Whether no beam can still become one of the best texts.
  bool done() const {
    if (beams_.empty()) return true;
    if (texts_.size() < settings_.beams) return false;
    if (settings_.early_stopping) return true;
    const double worst = std::ranges::min_element(texts_, {}, &BeamText::score)->score;
    const auto best = std::ranges::max_element(beams_, {}, &Beam::score);
    return worst >= weighed(best->score, best->ids.size());
  }

  // The best growths of all beams, the best first: enough for `beams` that do not end.
  Result<std::vector<Growth>> grow() {
    std::vector<BeamModel::Next> next;
    for (const Beam& beam : beams_) next.push_back({beam.sequence, beam.last});
    const size_t wanted = settings_.beams * (settings_.end.size() + 1);
    std::vector<Growth> growths;
    TENON_TRY(model_.step(next, [&](size_t row, std::span<const float> logits) -> Status {
      if (row >= beams_.size()) return internal_error("logits of beam {}", row);
      for (const auto& [id, logprob] : most_probable(logits, wanted)) {
        growths.push_back({row, id, beams_[row].score + logprob});
      }
      return {};
    }));
    std::erase_if(growths, [](const Growth& growth) { return !std::isfinite(growth.score); });
    if (growths.empty()) return invalid("none of the model's logits is a number");
    std::ranges::stable_sort(growths, std::ranges::greater(), &Growth::score);
    if (growths.size() > wanted) growths.resize(wanted);
    return growths;
  }

  bool ends(int32_t token) const {
    return std::ranges::find(settings_.end, token) != settings_.end.end();
  }

  // The growths that become beams; those that end become texts.
  std::vector<Growth> chosen(const std::vector<Growth>& growths) {
    std::vector<Growth> stay;
    for (size_t rank = 0; rank < growths.size() && stay.size() < settings_.beams; ++rank) {
      const Growth& growth = growths[rank];
      if (!ends(growth.token)) {
        stay.push_back(growth);
      } else if (rank < settings_.beams) {
        std::vector<int32_t> ids = beams_[growth.beam].ids;
        ids.push_back(growth.token);
        add_text(std::move(ids), growth.score, true);
      }
    }
    return stay;
  }

  // Turns growths into the next beams. A sequence is kept by the first beam that grows from it and
  // forked for the others; those that nothing grows from go first, to make room.
  Status advance(const std::vector<Growth>& growths) {
    const std::vector<Growth> stay = chosen(growths);
    for (size_t i = 0; i < beams_.size(); ++i) {
      if (std::ranges::find(stay, i, &Growth::beam) == stay.end()) {
        TENON_TRY(model_.drop(beams_[i].sequence));
      }
    }
    std::vector<Beam> grown;
    std::vector<bool> taken(beams_.size());
    for (const auto& [parent, token, score] : stay) {
      Beam beam{beams_[parent].sequence, token, score, beams_[parent].ids};
      if (taken[parent]) {
        TENON_TRY_ASSIGN(beam.sequence, model_.fork(beam.sequence));
      }
      taken[parent] = true;
      beam.ids.push_back(token);
      grown.push_back(std::move(beam));
    }
    beams_ = std::move(grown);
    return {};
  }

  BeamModel& model_;
  const BeamSettings& settings_;
  std::vector<Beam> beams_;
  std::vector<BeamText> texts_;
};

}  // namespace

Result<std::vector<BeamText>> beam_search(BeamModel& model, uint32_t sequence, int32_t first,
                                          const BeamSettings& settings) {
  if (settings.beams < 1 || settings.beams > 256) {
    return invalid("{} beams, expected 1 to 256", settings.beams);
  }
  return Search(model, settings).run(sequence, first);
}

}  // namespace tenon::text
