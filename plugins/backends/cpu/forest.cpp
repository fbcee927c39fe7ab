// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/forest.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tenon::cpu {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float never = std::numeric_limits<float>::quiet_NaN();

// The greatest f32 that is not above x, or with is_strict below x; none: nothing is.
float below(double x, bool is_strict) {
  const auto y = static_cast<float>(x);
  const bool is_above = is_strict ? double{y} >= x : double{y} > x;
  if (!is_above) return y;
  return y == -infinity ? never : std::nextafter(y, -infinity);
}

// A comparison as x <= threshold; is_turned: where that holds the answer is no.
struct Question {
  float threshold;
  bool is_turned;
};
Question question_of(int32_t mode, double threshold) {
  // Comparisons with NaN hold nowhere.
  if (std::isnan(threshold)) return {never, false};
  const int32_t comparison = mode & 7;
  const bool is_strict = comparison == 1 || comparison == 2;  // x < t, and x >= t turned
  return {below(threshold, is_strict), comparison >= 2};
}

bool holds(int32_t mode, double x, double threshold) {
  if (std::isnan(x)) return (mode & 8) != 0;
  switch (mode & 7) {
    case 0:
      return x <= threshold;
    case 1:
      return x < threshold;
    case 2:
      return x >= threshold;
    default:
      return x > threshold;
  }
}

// Writes trees breadth first, so that both children of a node stand side by side.
class Grower {
 public:
  Grower(const TreeArrays& arrays, Forest& forest) : arrays_(arrays), forest_(forest) {}

  Status grow(int32_t root) {
    const size_t base = forest_.wide.size();
    std::vector<Place> places = {{root, 0}};
    forest_.roots.push_back(static_cast<uint32_t>(base));
    forest_.wide.emplace_back();
    for (size_t i = 0; i < places.size(); ++i) {
      const Place place = places[i];
      const bool is_added =
          place.number < 0 ? add_leaf(~place.number, base + i) : add_node(place, base + i, places);
      if (!is_added) {
        return invalid("the trees lead to a node, leaf or feature that is not there");
      }
      constexpr size_t most_nodes = size_t{1} << 28;
      if (forest_.wide.size() > most_nodes) return unsupported("trees of more than 2^28 nodes");
    }
    forest_.depths.push_back(places.back().depth);
    return {};
  }

 private:
  struct Place {
    int32_t number;
    int64_t depth;
  };

  bool add_leaf(int32_t leaf, size_t at) {
    if (leaf >= arrays_.leaf_count) return false;
    forest_.wide[at] = {.threshold = std::bit_cast<float>(static_cast<uint32_t>(leaf)),
                        .feature = static_cast<uint32_t>(arrays_.features * tree_lanes),
                        .next = 0};
    return true;
  }

  bool add_node(Place place, size_t at, std::vector<Place>& places) {
    const auto number = static_cast<size_t>(place.number);
    if (number >= arrays_.thresholds.size()) return false;
    const int32_t* const node = arrays_.nodes.data() + number * 4;
    const int32_t children[] = {node[2], node[3]};
    // Children stand behind their parents, so this ends.
    const bool is_back = std::ranges::any_of(
        children, [&](int32_t child) { return child >= 0 && child <= place.number; });
    if (is_back || node[0] < 0 || node[0] >= arrays_.features) return false;
    const Question question = question_of(node[1], arrays_.thresholds[number]);
    forest_.wide[at] = {.threshold = question.threshold,
                        .feature = static_cast<uint32_t>(node[0] * tree_lanes),
                        .next = static_cast<uint32_t>(forest_.wide.size() - at)};
    const size_t first = question.is_turned ? 1 : 0;
    places.push_back({children[first], place.depth + 1});
    places.push_back({children[1 - first], place.depth + 1});
    forest_.wide.resize(forest_.wide.size() + 2);
    return true;
  }

  const TreeArrays& arrays_;
  Forest& forest_;
};

void use_small_nodes(Forest& forest) {
  constexpr uint32_t most = std::numeric_limits<uint16_t>::max();
  const auto fits = [](const WideNode& node) { return node.feature <= most && node.next <= most; };
  if (!std::ranges::all_of(forest.wide, fits)) return;
  forest.small.reserve(forest.wide.size());
  for (const WideNode& node : forest.wide) {
    forest.small.push_back({.threshold = node.threshold,
                            .feature = static_cast<uint16_t>(node.feature),
                            .next = static_cast<uint16_t>(node.next)});
  }
  forest.wide = {};
}

}  // namespace

int64_t TreeArrays::find_leaf(int32_t root, const float* x, int64_t step) const {
  int32_t place = root;
  while (place >= 0) {
    const int32_t* const node = nodes.data() + static_cast<int64_t>(place) * 4;
    const double threshold = thresholds[static_cast<size_t>(place)];
    place = holds(node[1], x[node[0] * step], threshold) ? node[2] : node[3];
  }
  return ~place;
}

bool compares_by_order(std::span<const int32_t> nodes) {
  for (size_t i = 1; i < nodes.size(); i += 4) {
    if ((nodes[i] & 7) > 3) return false;
  }
  return true;
}

Result<Forest> make_forest(const TreeArrays& arrays) {
  // Numbers of leaves are bits of thresholds, which must not be those of NaN.
  constexpr int64_t most_leaves = 0x7f000000;
  constexpr int64_t most_features = int64_t{1} << 24;
  if (arrays.features > most_features || arrays.leaf_count > most_leaves) {
    return unsupported("{} features and {} leaves", arrays.features, arrays.leaf_count);
  }
  Forest forest;
  Grower grower(arrays, forest);
  for (const int32_t root : arrays.roots) TENON_TRY(grower.grow(root));
  use_small_nodes(forest);
  return forest;
}

}  // namespace tenon::cpu
