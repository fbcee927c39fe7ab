// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/recipes/builtins.h"

#include <cmath>

namespace tenon::recipes {
namespace {

std::string state_name(std::string_view word, int64_t layer, std::string_view part) {
  return fmt::format("{}.{}.{}", word, layer, part);
}

// Where the keys and values of a layer are kept: what kv_cache and kept give.
struct Cache {
  std::string word;
  int64_t layer = 0;
  StateClass kept_as = StateClass::growing;
  int64_t window = 0;
  int64_t heads = 0, keys = 0, values = 0;
};

Term term_of(const Cache& cache) {
  return record_of({{"cache", cache.word},
                    {"layer", cache.layer},
                    {"class", static_cast<int64_t>(cache.kept_as)},
                    {"window", cache.window},
                    {"heads", cache.heads},
                    {"keys", cache.keys},
                    {"values", cache.values}});
}

Cache cache_of(const Members& members) {
  const auto integer = [&](std::string_view name) {
    return *members.find(name)->second.as<int64_t>();
  };
  return {.word = *members.find("cache")->second.as<std::string>(),
          .layer = integer("layer"),
          .kept_as = static_cast<StateClass>(integer("class")),
          .window = integer("window"),
          .heads = integer("heads"),
          .keys = integer("keys"),
          .values = integer("values")};
}

bool is_size(int64_t size) { return size > 0 && size < (int64_t{1} << 31); }

Result<Term> kv_cache(Call& call) {
  Cache cache;
  TENON_TRY_ASSIGN(cache.layer, call.integer(0, "layer"));
  TENON_TRY_ASSIGN(cache.heads, call.integer(1, "heads"));
  TENON_TRY_ASSIGN(cache.keys, call.integer(2, "numbers"));
  TENON_TRY_ASSIGN(cache.values, call.integer(3, "value_numbers", cache.keys));
  TENON_TRY_ASSIGN(cache.window, call.integer(4, "window", 0));
  TENON_TRY_ASSIGN(cache.word, call.text(5, "name", "kv"));
  if (!is_size(cache.heads) || !is_size(cache.keys) || !is_size(cache.values) || cache.window < 0) {
    return call.wrong("a size is not positive");
  }
  if (cache.window > 0) cache.kept_as = StateClass::window;
  return term_of(cache);
}

Result<Term> kept(Call& call) {
  Cache cache;
  TENON_TRY_ASSIGN(cache.word, call.text(0, "name"));
  TENON_TRY_ASSIGN(cache.layer, call.integer(1, "layer"));
  TENON_TRY_ASSIGN(cache.heads, call.integer(2, "heads"));
  TENON_TRY_ASSIGN(cache.keys, call.integer(3, "numbers"));
  TENON_TRY_ASSIGN(cache.values, call.integer(4, "value_numbers", cache.keys));
  if (!is_size(cache.heads) || !is_size(cache.keys) || !is_size(cache.values)) {
    return call.wrong("a size is not positive");
  }
  cache.kept_as = StateClass::kept;
  return term_of(cache);
}

StateShape shape_of(const Cache& cache, bool of_keys) {
  return {.name = state_name(cache.word, cache.layer, of_keys ? "key" : "value"),
          .kept_as = cache.kept_as,
          .window = cache.window,
          .dims = {cache.heads, of_keys ? cache.keys : cache.values}};
}

// The state after the rows were written where `slots` says.
Result<ValueId> written(Call& call, const StateShape& shape, ValueId rows, std::string_view slots) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId slot, emitter->input(slots));
  const ValueId before = emitter->state(shape);
  const ValueId after = emitter->add("StateWrite", {before, rows, slot}, {}, "tenon");
  emitter->update_state(shape.name, after);
  return after;
}

// keep(name, layer, k, v): what another graph of the model attends to.
Result<Term> keep(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  Cache cache;
  TENON_TRY_ASSIGN(cache.word, call.text(0, "name"));
  TENON_TRY_ASSIGN(cache.layer, call.integer(1, "layer"));
  TENON_TRY_ASSIGN(const ValueId k, call.tensor(2, "k"));
  TENON_TRY_ASSIGN(const ValueId v, call.tensor(3, "v"));
  for (const ValueId id : {k, v}) {
    const std::vector<Expr>& dims = emitter->dims(id);
    if (dims.size() != 3 || !dims[1].is_constant() || !dims[2].is_constant()) {
      return call.wrong("expected [tokens, heads, numbers]");
    }
  }
  cache.kept_as = StateClass::kept;
  cache.heads = emitter->dims(k)[1].constant();
  cache.keys = emitter->dims(k)[2].constant();
  cache.values = emitter->dims(v)[2].constant();
  TENON_TRY(written(call, shape_of(cache, true), k, "memory_slot").status());
  TENON_TRY(written(call, shape_of(cache, false), v, "memory_slot").status());
  return Term(None{});
}

// Operands of Attend in their order; `start` only where keys are rows of the step.
struct Operands {
  ValueId q = no_id, k = no_id, v = no_id;
  std::string_view length = "length";
  std::string_view pages = "";
};

Result<std::vector<ValueId>> operands_of(Call& call, const Operands& given, bool prefix,
                                         ValueId table) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  std::vector<ValueId> inputs = {given.q, given.k, given.v};
  for (const std::string_view name :
       {std::string_view("sequence"), std::string_view("positions"), given.length}) {
    TENON_TRY_ASSIGN(inputs.emplace_back(), emitter->input(name));
  }
  const bool paged = !given.pages.empty();
  inputs.insert(inputs.end(), {no_id, no_id, no_id, table});
  constexpr size_t pages_at = 6, start_at = 7, prefix_at = 8;
  if (paged) {
    TENON_TRY_ASSIGN(inputs[pages_at], emitter->input(given.pages));
  } else {
    TENON_TRY_ASSIGN(inputs[start_at], emitter->input("start"));
  }
  if (prefix) {
    TENON_TRY_ASSIGN(inputs[prefix_at], emitter->input("prefix"));
  }
  while (inputs.back() == no_id) inputs.pop_back();
  return inputs;
}

Result<Term> attend(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  Operands given;
  TENON_TRY_ASSIGN(given.q, call.tensor(0, "q"));
  TENON_TRY_ASSIGN(given.k, call.optional_tensor(1, "k"));
  TENON_TRY_ASSIGN(given.v, call.optional_tensor(2, "v"));
  const Term* term = call.find("cache");
  const std::vector<Expr> dims = emitter->dims(given.q);
  if (dims.size() != 3 || !dims[2].is_constant()) {
    return call.wrong("q is not [tokens, heads, numbers]");
  }
  const double usual = 1 / std::sqrt(static_cast<double>(dims[2].constant()));
  TENON_TRY_ASSIGN(const double scale, call.number(SIZE_MAX, "scale", usual));
  TENON_TRY_ASSIGN(const std::string mask, call.text(SIZE_MAX, "mask", "true"));
  TENON_TRY_ASSIGN(const std::string score, call.text(SIZE_MAX, "score", "s"));
  TENON_TRY_ASSIGN(const ValueId table, call.optional_tensor(SIZE_MAX, "table"));
  const bool own = given.k != no_id && given.v != no_id;
  if (term == nullptr && !own) return call.wrong("k and v, or a cache is needed");
  if (term != nullptr) {
    const auto* record = term->as<Record>();
    if (record == nullptr || !(*record)->contains("cache")) {
      return call.wrong(
          fmt::format("cache is {}, expected what kv_cache or kept gives", kind_of(*term)));
    }
    const Cache cache = cache_of(**record);
    const bool foreign = cache.kept_as == StateClass::kept;
    if (!foreign && !own) return call.wrong("k and v are needed");
    const StateShape keys = shape_of(cache, true);
    const StateShape values = shape_of(cache, false);
    if (foreign) {
      given.k = emitter->state(keys);
      given.v = emitter->state(values);
      given.length = "memory_length";
      given.pages = "memory_pages";
    } else {
      TENON_TRY_ASSIGN(given.k, written(call, keys, given.k, "slot"));
      TENON_TRY_ASSIGN(given.v, written(call, values, given.v, "slot"));
      given.pages = "pages";
    }
  }
  const bool prefix =
      mask.find("prefix") != std::string::npos || score.find("prefix") != std::string::npos;
  TENON_TRY_ASSIGN(const std::vector<ValueId> inputs, operands_of(call, given, prefix, table));
  const ValueId y =
      emitter->add("Attend", inputs, {{"scale", scale}, {"mask", mask}, {"score", score}}, "tenon");
  const std::vector<Expr> made = emitter->dims(y);
  if (made.size() != 3) return Term(Tensor{y});
  return Term(Tensor{ops::reshape(emitter->context(), y, {made[0], made[1] * made[2]})});
}

}  // namespace

std::vector<Builtin> attention_builtins() {
  return {
      {"kv_cache", "kv_cache(layer, heads, numbers, value_numbers, window, name)",
       "where a layer keeps keys and values of a sequence; window: only the last are read",
       kv_cache},
      {"keep", "keep(name, layer, k, v)", "keeps keys and values for another graph of the model",
       keep},
      {"kept", "kept(name, layer, heads, numbers, value_numbers)",
       "keys and values that another graph keeps", kept},
      {"attend", "attend(q, k, v, cache: c, scale: s, mask: m, score: f, table: t)",
       "attention [tokens, heads * numbers]; mask and score are formulas", attend},
  };
}

}  // namespace tenon::recipes
