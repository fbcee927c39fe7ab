// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace tenon::ops {
namespace {

using Integers = std::vector<int64_t>;

// Runs of tokens that count, as a tree: token by token.
class Grams {
 public:
  // The place below `from` behind a token, or 0.
  size_t next(size_t from, int64_t token) const {
    const auto found = children_.find({from, token});
    return found == children_.end() ? 0 : found->second;
  }
  // The output that a run which ends here counts for, or -1.
  int64_t output(size_t place) const { return outputs_[place]; }

  void add(std::span<const int64_t> tokens, int64_t output) {
    size_t place = 0;
    for (const int64_t token : tokens) {
      const auto [child, fresh] = children_.emplace(std::pair(place, token), outputs_.size());
      if (fresh) outputs_.push_back(-1);
      place = child->second;
    }
    outputs_[place] = output;
  }

 private:
  std::map<std::pair<size_t, int64_t>, size_t> children_;
  Integers outputs_ = {-1};
};

// What the attributes say.
struct Settings {
  int64_t least = 0, most = 0, skips = 0;
  Integers begins, indexes;
  size_t pool = 0;  // tokens
  size_t outputs() const {
    return indexes.empty() ? 0 : static_cast<size_t>(std::ranges::max(indexes)) + 1;
  }
  // Where the runs of a length end in the pool.
  size_t end_of(size_t length) const {
    return length < begins.size() ? static_cast<size_t>(begins[length]) : pool;
  }
};

Status check_pool(const Settings& s) {
  if (s.begins.empty() || s.begins.front() != 0) {
    return invalid("ngram_counts must begin with 0");
  }
  size_t runs = 0;
  for (size_t i = 0; i < s.begins.size(); ++i) {
    const bool inside = s.begins[i] >= 0 && static_cast<size_t>(s.begins[i]) <= s.pool;
    if (!inside || s.end_of(i + 1) < static_cast<size_t>(s.begins[i])) {
      return invalid("ngram_counts has {} for a pool of {} tokens", s.begins[i], s.pool);
    }
    const size_t tokens = s.end_of(i + 1) - static_cast<size_t>(s.begins[i]);
    if (tokens % (i + 1) != 0) {
      return invalid("{} tokens of the pool are no runs of {}", tokens, i + 1);
    }
    runs += tokens / (i + 1);
  }
  if (runs != s.indexes.size()) {
    return invalid("{} ngram_indexes for {} runs in the pool", s.indexes.size(), runs);
  }
  return {};
}

Result<Settings> settings_of(const AttributeContext& c) {
  Settings s;
  s.least = c.integer("min_gram_length", 0);
  s.most = c.integer("max_gram_length", 0);
  s.skips = c.integer("max_skip_count", 0);
  s.begins = c.integers("ngram_counts", {});
  s.indexes = c.integers("ngram_indexes", {});
  s.pool = c.has_attribute("pool_strings") ? c.texts("pool_strings").size()
                                           : c.integers("pool_int64s", {}).size();
  if (s.least < 1 || s.most < s.least || s.skips < 0) {
    return invalid("min_gram_length {}, max_gram_length {} and max_skip_count {}", s.least, s.most,
                   s.skips);
  }
  const std::string mode = c.text("mode", "");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF") {
    return invalid("attribute mode is \"{}\", expected TF, IDF or TFIDF", mode);
  }
  constexpr int64_t most_outputs = int64_t{1} << 28;
  for (const int64_t index : s.indexes) {
    if (index < 0 || index >= most_outputs) return invalid("ngram_indexes has {}", index);
  }
  TENON_TRY(check_pool(s));
  const size_t weights = c.reals("weights", {}).size();
  if (weights != 0 && weights < s.outputs()) {
    return invalid("{} weights for {} outputs", weights, s.outputs());
  }
  return s;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Settings s, settings_of(c));
  const Value& x = c.value(0);
  const bool texts = c.has_attribute("pool_strings");
  if (x.dtype != DType::none && texts != (x.dtype == DType::string)) {
    return invalid("tokens of type {}, but the pool holds {}", name_of(x.dtype),
                   texts ? "texts" : "integers");
  }
  if (!x.ranked) {
    c.output_of_any_rank(0, DType::f32);
    return {};
  }
  if (x.dims.size() > 2) return invalid("tokens of rank {}, expected at most 2", x.dims.size());
  std::vector<Expr> dims = {c.number(static_cast<int64_t>(s.outputs()))};
  if (x.dims.size() == 2) dims.insert(dims.begin(), x.dims[0]);
  c.output(0, DType::f32, dims);
  return {};
}

Grams grams_of(const HostContext& c, const Settings& s) {
  Integers pool = c.integers("pool_int64s", {});
  for (const std::string& text : c.texts("pool_strings")) pool.push_back(c.strings().keep(text));
  Grams grams;
  size_t run = 0;
  for (size_t length = 1; length <= s.begins.size(); ++length) {
    for (auto at = static_cast<size_t>(s.begins[length - 1]); at < s.end_of(length);
         at += length, ++run) {
      const bool counts =
          static_cast<int64_t>(length) >= s.least && static_cast<int64_t>(length) <= s.most;
      if (counts) grams.add(std::span(pool).subspan(at, length), s.indexes[run]);
    }
  }
  return grams;
}

// Runs from every token on, whose tokens stand `distance` from each other.
void count_runs(const Grams& grams, const Settings& s, std::span<const int64_t> tokens,
                size_t distance, int64_t least, std::span<float> counts) {
  for (size_t begin = 0; begin < tokens.size(); ++begin) {
    size_t place = 0;
    int64_t length = 1;
    for (size_t at = begin; at < tokens.size() && length <= s.most; at += distance, ++length) {
      place = grams.next(place, tokens[at]);
      if (place == 0) break;
      const int64_t output = grams.output(place);
      if (length >= least && output >= 0) counts[static_cast<size_t>(output)] += 1;
    }
  }
}

void weigh(const std::string& mode, const std::vector<double>& weights, std::span<float> counts) {
  if (mode == "TF") return;
  for (size_t i = 0; i < counts.size(); ++i) {
    const float weight = weights.empty() ? 1.0f : static_cast<float>(weights[i]);
    counts[i] = mode == "IDF" ? (counts[i] > 0 ? weight : 0.0f) : counts[i] * weight;
  }
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const Settings s, settings_of(c));
  TENON_TRY_ASSIGN(const HostTensor* x, c.tensor_input(0));
  if (x->dims.size() > 2) return invalid("tokens of rank {}, expected at most 2", x->dims.size());
  const Grams grams = grams_of(c, s);
  const bool matrix = x->dims.size() == 2;
  const int64_t rows = matrix ? x->dims[0] : 1;
  const auto columns = static_cast<size_t>(x->dims.empty() ? 1 : x->dims.back());
  Integers dims = {static_cast<int64_t>(s.outputs())};
  if (matrix) dims.insert(dims.begin(), rows);
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(DType::f32, std::move(dims)));
  auto* results = reinterpret_cast<float*>(made.data.get());
  std::fill_n(results, static_cast<size_t>(rows) * s.outputs(), 0.0f);
  // String tensors hold numbers that are equal for equal texts.
  const DType dtype = x->dtype == DType::string ? DType::i32 : x->dtype;
  Integers tokens(columns);
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < columns; ++i) {
      tokens[i] = load_integer(x->data.get(), dtype,
                               row * static_cast<int64_t>(columns) + static_cast<int64_t>(i));
    }
    const std::span<float> counts(results + static_cast<size_t>(row) * s.outputs(), s.outputs());
    // Single tokens know no distance, so they count once.
    for (int64_t skip = 0; skip <= s.skips && skip < static_cast<int64_t>(columns) + 1; ++skip) {
      const int64_t least = skip == 0 ? s.least : std::max<int64_t>(s.least, 2);
      count_runs(grams, s, tokens, static_cast<size_t>(skip) + 1, least, counts);
    }
    weigh(c.text("mode", ""), c.reals("weights", {}), counts);
    TENON_TRY(c.poll());
  }
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op tf_idf_vectorizer() {
  return {
      .name = "TfIdfVectorizer",
      .doc =
          "How often each run of tokens of a pool occurs in a row, tokens side by side or apart by "
          "equal gaps; as counts, as weights of those that occur, or as both multiplied.",
      .inputs = {{"x", "i32|i64|string"}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
