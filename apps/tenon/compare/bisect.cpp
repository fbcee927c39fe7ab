// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/compare/bisect.h"

#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/numbers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace tenon::cli {

namespace {

std::vector<int64_t> places(const Json::Array& list) {
  std::vector<int64_t> made;
  for (const Json& item : list) made.push_back(item.integer().value_or(-1));
  return made;
}

class Search {
 public:
  Search(const Side& first, const Side& second, NodeList nodes, const NodeList& others,
         const Tolerance& tolerance)
      : first_(first), second_(second), list_(std::move(nodes)), tolerance_(tolerance) {
    makers_.assign(list_.values.size(), list_.nodes.size());
    for (size_t i = 0; i < list_.nodes.size(); ++i) {
      for (const int64_t value : list_.nodes[i].outputs) {
        if (value >= 0) makers_[static_cast<size_t>(value)] = i;
      }
    }
    std::map<std::string_view, int> counts;
    for (const std::string& name : list_.values) ++counts[name];
    const std::set<std::string_view> known(others.values.begin(), others.values.end());
    for (const std::string& name : list_.values) {
      named_.push_back(!name.empty() && counts[name] == 1 && known.contains(name));
    }
  }

  Result<Culprit> from(size_t output, size_t most_taps) {
    int64_t guilty = list_.outputs[output].value;
    Culprit culprit;
    while (true) {
      std::vector<size_t> suspects = suspects_of(guilty);
      if (suspects.empty()) break;
      if (suspects.size() > most_taps) {
        std::vector<size_t> chosen;
        for (size_t i = 0; i < most_taps; ++i) {
          chosen.push_back(suspects[(i + 1) * suspects.size() / (most_taps + 1)]);
        }
        suspects = std::move(chosen);
      }
      ++culprit.rounds;
      TENON_TRY_ASSIGN(const auto pairs, compare(suspects));
      const auto bad =
          std::ranges::find_if(pairs, [](const Pair& pair) { return pair.differs.has_value(); });
      for (auto pair = pairs.begin(); pair != bad; ++pair) {
        alike_.insert(suspects[static_cast<size_t>(pair - pairs.begin())]);
      }
      if (bad != pairs.end()) {
        guilty = static_cast<int64_t>(suspects[static_cast<size_t>(bad - pairs.begin())]);
      }
    }
    TENON_TRY(show(guilty, output, culprit));
    return culprit;
  }

 private:
  bool is_named(int64_t value) const { return value >= 0 && named_[static_cast<size_t>(value)]; }

  // Values on which `value` depends, in topological order, that could be the first to differ: paths
  // end at values that are known to be alike.
  std::vector<size_t> suspects_of(int64_t value) const {
    std::set<size_t> seen;
    std::vector<std::pair<size_t, size_t>> found;  // (maker, value)
    std::vector<int64_t> open = {value};
    while (!open.empty()) {
      const int64_t next = open.back();
      open.pop_back();
      if (next < 0 || alike_.contains(static_cast<size_t>(next))) continue;
      const size_t maker = makers_[static_cast<size_t>(next)];
      if (maker == list_.nodes.size() || !seen.insert(static_cast<size_t>(next)).second) continue;
      if (next != value && is_named(next)) found.emplace_back(maker, static_cast<size_t>(next));
      for (const int64_t input : list_.nodes[maker].inputs) open.push_back(input);
    }
    std::ranges::sort(found);
    std::vector<size_t> values;
    for (const auto& [maker, id] : found) values.push_back(id);
    return values;
  }

  Result<std::vector<Pair>> compare(const std::vector<size_t>& values) {
    std::vector<std::string> taps;
    for (const size_t value : values) taps.push_back(list_.values[value]);
    TENON_TRY_ASSIGN(std::vector<Tensor> first, run_side(first_, taps));
    TENON_TRY_ASSIGN(std::vector<Tensor> second, run_side(second_, taps));
    if (first.size() < taps.size() || second.size() < taps.size()) {
      return internal_error("{} values asked for, {} and {} returned", taps.size(), first.size(),
                            second.size());
    }
    const size_t skip_first = first.size() - taps.size();
    const size_t skip_second = second.size() - taps.size();
    std::vector<Pair> pairs;
    for (size_t i = 0; i < taps.size(); ++i) {
      Pair pair{std::move(first[skip_first + i]), std::move(second[skip_second + i]), {}};
      pair.differs = difference(pair.second, pair.first, widened(tolerance_, pair.first));
      pairs.push_back(std::move(pair));
    }
    last_first_ = std::move(first);
    last_second_ = std::move(second);
    return pairs;
  }

  // Fills in the node that makes the guilty value, with what it reads and makes.
  Status show(int64_t guilty, size_t output, Culprit& culprit) {
    if (guilty < 0 || makers_[static_cast<size_t>(guilty)] == list_.nodes.size()) {
      culprit.node.op = "an output that no node makes";
      return {};
    }
    culprit.node = list_.nodes[makers_[static_cast<size_t>(guilty)]];
    std::vector<size_t> values;
    for (const int64_t input : culprit.node.inputs) {
      const bool again = std::ranges::count(values, static_cast<size_t>(input)) > 0;
      if (is_named(input) && !again) values.push_back(static_cast<size_t>(input));
    }
    const size_t inputs = values.size();
    if (is_named(guilty)) values.push_back(static_cast<size_t>(guilty));
    ++culprit.rounds;
    TENON_TRY_ASSIGN(std::vector<Pair> pairs, compare(values));
    const auto middle = pairs.begin() + static_cast<ptrdiff_t>(inputs);
    culprit.inputs.assign(std::make_move_iterator(pairs.begin()), std::make_move_iterator(middle));
    culprit.outputs.assign(std::make_move_iterator(middle), std::make_move_iterator(pairs.end()));
    const Tensor& expected = last_first_[output];
    culprit.vanishes =
        !difference(last_second_[output], expected, widened(tolerance_, expected)).has_value();
    return {};
  }

  const Side& first_;
  const Side& second_;
  NodeList list_;
  Tolerance tolerance_;
  std::vector<size_t> makers_;  // node of each value
  std::vector<bool> named_;     // can be asked for on both sides
  std::set<size_t> alike_;
  std::vector<Tensor> last_first_, last_second_;
};

}  // namespace

Result<NodeList> node_list(const Model& model) {
  TENON_TRY_ASSIGN(const Json about, describe(model, "nodes"));
  NodeList list;
  for (const Json& name : about.array("values")) list.values.emplace_back(name.text().value_or(""));
  for (const Json& row : about.array("nodes")) {
    list.nodes.push_back({std::string(row.text("name")), std::string(row.text("op")),
                          places(row.array("inputs")), places(row.array("outputs"))});
  }
  for (const Json& row : about.array("outputs")) {
    list.outputs.push_back({std::string(row.text("name")), row.integer("value", -1)});
  }
  return list;
}

Result<std::vector<Tensor>> run_side(const Side& side, const std::vector<std::string>& taps) {
  Options options;
  for (const std::string& tap : taps) options.emplace_back("tap", tap);
  auto session = attempt([&] { return side.model.session(side.devices, options, interrupted()); });
  if (!session.ok()) return device_problem(model_problem(session.status()));
  return attempt([&] { return session->run(side.inputs, interrupted()); });
}

Tolerance widened(const Tolerance& tolerance, const Tensor& expected) {
  const auto about = statistics_of(expected);
  if (!about) return tolerance;
  const double largest = std::max(std::abs(about->min), std::abs(about->max));
  if (!std::isfinite(largest)) return tolerance;
  return {tolerance.relative, tolerance.absolute * std::max(1.0, largest)};
}

Result<Culprit> find_culprit(const Side& first, const Side& second, size_t output,
                             const Tolerance& tolerance, size_t most_taps) {
  TENON_TRY_ASSIGN(NodeList list, node_list(first.model));
  TENON_TRY_ASSIGN(const NodeList others, node_list(second.model));
  if (output >= list.outputs.size()) {
    return internal_error("output {} of {}", output, list.outputs.size());
  }
  Search search(first, second, std::move(list), others, tolerance);
  return search.from(output, std::max<size_t>(most_taps, 1));
}

}  // namespace tenon::cli
