// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/recipes/builtins.h"
#include "core/recipes/rope.h"

#include <algorithm>
#include <array>

namespace tenon::recipes {
namespace {

constexpr std::string_view known_types = "default, none, linear, dynamic, llama3, yarn or longrope";

const Json* find_path(const Json* json, std::string_view path) {
  while (json != nullptr && !path.empty()) {
    const size_t dot = path.find('.');
    json = json->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return json;
}

void read(const Json* json, std::string_view path, double& number) {
  const Json* found = find_path(json, path);
  if (found != nullptr) number = found->number().value_or(number);
}

std::vector<double> numbers(const Json* json) {
  std::vector<double> list;
  if (json == nullptr) return list;
  for (const Json& element : json->array_items()) list.push_back(element.number().value_or(1));
  return list;
}

// rope_theta and rope_scaling, or the newer rope_parameters, which may differ by kind of layer.
void read_hf(const Json& config, bool local, Rope& rope) {
  read(&config, "rope_theta", rope.base);
  read(&config, "max_position_embeddings", rope.context);
  const Json* scaling = config.find("rope_scaling");
  if (const Json* parameters = config.find("rope_parameters"); parameters != nullptr) {
    const Json* layer = parameters->find(local ? "sliding_attention" : "full_attention");
    scaling = layer != nullptr ? layer : parameters;
  } else if (local) {
    read(&config, "rope_local_base_freq", rope.base);
    scaling = nullptr;
  }
  rope.original = rope.context;
  read(&config, "original_max_position_embeddings", rope.original);
  if (scaling == nullptr || !scaling->is_object()) return;
  rope.type = scaling->text("rope_type", scaling->text("type", "default"));
  if (rope.type == "su") rope.type = "longrope";
  read(scaling, "rope_theta", rope.base);
  read(scaling, "factor", rope.factor);
  read(scaling, "original_max_position_embeddings", rope.original);
  read(scaling, "attention_factor", rope.attention);
  read(scaling, "low_freq_factor", rope.low);
  read(scaling, "high_freq_factor", rope.high);
  read(scaling, "beta_fast", rope.fast);
  read(scaling, "beta_slow", rope.slow);
  read(scaling, "mscale", rope.mscale);
  read(scaling, "mscale_all_dim", rope.mscale_all);
  rope.truncate = scaling->boolean("truncate", true);
  rope.short_factors = numbers(scaling->find("short_factor"));
  rope.long_factors = numbers(scaling->find("long_factor"));
}

void read_gguf(const Json& metadata, bool local, Rope& rope) {
  const Json* architecture = find_path(&metadata, "general.architecture");
  const Json* keys =
      architecture != nullptr ? metadata.find(architecture->text().value_or("")) : nullptr;
  read(keys, "rope.freq_base", rope.base);
  if (local) {
    rope.base = 10000;
    read(keys, "rope.freq_base_swa", rope.base);
    return;
  }
  read(keys, "context_length", rope.context);
  rope.original = rope.context;
  read(keys, "rope.scaling.original_context_length", rope.original);
  read(keys, "rope.scale_linear", rope.factor);
  read(keys, "rope.scaling.factor", rope.factor);
  read(keys, "rope.scaling.attn_factor", rope.attention);
  read(keys, "rope.scaling.yarn_beta_fast", rope.fast);
  read(keys, "rope.scaling.yarn_beta_slow", rope.slow);
  const Json* type = find_path(keys, "rope.scaling.type");
  rope.type = type != nullptr ? std::string(type->text().value_or("default"))
                              : std::string(rope.factor > 1 ? "linear" : "default");
  double log_multiplier = 0;
  read(keys, "rope.scaling.yarn_log_multiplier", log_multiplier);
  if (log_multiplier > 0) rope.mscale = rope.mscale_all = 1;
  if (rope.type == "yarn" && rope.attention > 0) {
    const double given = rope.attention;
    rope.attention = 0;
    rope.attention = given * magnitude(rope);
  }
}

bool is_known(std::string_view type) {
  constexpr std::array<std::string_view, 7> types = {"default", "none", "linear",  "dynamic",
                                                     "llama3",  "yarn", "longrope"};
  return std::ranges::find(types, type) != types.end();
}

Term terms(const std::vector<double>& list) {
  std::vector<Term> all;
  for (const double number : list) all.emplace_back(number);
  return list_of(std::move(all));
}

// rope_config(hf, gguf): what the model says of its rotary positions.
Result<Term> rope_config(Call& call) {
  Rope rope;
  const Term* hf = call.find(0, "hf");
  const Term* gguf = call.find(1, "gguf");
  TENON_TRY_ASSIGN(const int64_t local, call.integer(2, "local", 0));
  if (gguf != nullptr && gguf->as<Document>() != nullptr) {
    read_gguf(*gguf->as<Document>()->object, local != 0, rope);
  } else if (hf != nullptr && hf->as<Document>() != nullptr) {
    read_hf(*hf->as<Document>()->object, local != 0, rope);
  }
  TENON_TRY_ASSIGN(rope.base, call.number(SIZE_MAX, "base", rope.base));
  if (!is_known(rope.type)) {
    return Status(
        Code::unsupported,
        std::string(call.wrong(fmt::format("rotary positions of type \"{}\", known are {}",
                                           rope.type, known_types))
                        .message()));
  }
  if (!(rope.base > 0) || !(rope.factor > 0) || rope.low >= rope.high) {
    return call.wrong("a base or factor of rotary positions is not positive");
  }
  return record_of({{"type", rope.type},
                    {"base", rope.base},
                    {"factor", rope.factor},
                    {"original", rope.original},
                    {"context", rope.context},
                    {"attention", rope.attention},
                    {"low", rope.low},
                    {"high", rope.high},
                    {"fast", rope.fast},
                    {"slow", rope.slow},
                    {"mscale", rope.mscale},
                    {"mscale_all", rope.mscale_all},
                    {"truncate", rope.truncate},
                    {"short_factors", terms(rope.short_factors)},
                    {"long_factors", terms(rope.long_factors)}});
}

std::vector<double> list_member(const Members& members, std::string_view name) {
  std::vector<double> numbers;
  const auto* list = members.find(name)->second.as<List>();
  if (list == nullptr) return numbers;
  for (const Term& element : (*list)->all) numbers.push_back(element.number());
  return numbers;
}

Rope rope_of(const Members& members) {
  const auto number = [&](std::string_view name) { return members.find(name)->second.number(); };
  Rope rope;
  rope.type = *members.find("type")->second.as<std::string>();
  rope.base = number("base");
  rope.factor = number("factor");
  rope.original = number("original");
  rope.context = number("context");
  rope.attention = number("attention");
  rope.low = number("low");
  rope.high = number("high");
  rope.fast = number("fast");
  rope.slow = number("slow");
  rope.mscale = number("mscale");
  rope.mscale_all = number("mscale_all");
  rope.truncate = truth(members.find("truncate")->second);
  rope.short_factors = list_member(members, "short_factors");
  rope.long_factors = list_member(members, "long_factors");
  return rope;
}

// The record that a call of `maker` made.
Result<const Members*> record_argument(Call& call, size_t place, std::string_view name,
                                       std::string_view maker, std::string_view member) {
  TENON_TRY_ASSIGN(const Term* term, call.need(place, name));
  const auto* record = term->as<Record>();
  if (record != nullptr && (*record)->contains(member)) return record->get();
  return call.wrong(fmt::format("{} is {}, expected what {} gives", name, kind_of(*term), maker));
}

// rope_angles(positions, dims, config, factors, short, long): cosines and sines [tokens, dims / 2].
Result<Term> rope_angles(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId positions, call.tensor(0, "positions"));
  TENON_TRY_ASSIGN(const int64_t dims, call.integer(1, "dims"));
  TENON_TRY_ASSIGN(const Members* members,
                   record_argument(call, 2, "config", "rope_config", "short_factors"));
  TENON_TRY_ASSIGN(ValueId factors, call.optional_tensor(3, "factors"));
  TENON_TRY_ASSIGN(const ValueId of_short, call.optional_tensor(4, "short"));
  TENON_TRY_ASSIGN(const ValueId of_long, call.optional_tensor(5, "long"));
  if (dims < 2 || dims % 2 != 0 || dims > 65536) {
    return call.wrong(fmt::format("{} numbers cannot be turned in pairs", dims));
  }
  const Rope rope = rope_of(*members);
  if (factors == no_id) factors = rope.is_long() ? of_long : of_short;
  const ValueId axis = emitter->context().integers({1});
  const ValueId column = emitter->add("Unsqueeze", {positions, axis});
  ValueId angles = emitter->context().reals(frequencies(rope, dims), {dims / 2});
  if (factors != no_id) angles = emitter->add("Div", {angles, factors});
  const Attributes numbers = {{"m", magnitude(rope)}};
  const ValueId cosines = ops::map(emitter->context(), "m * cos(f32(p) * f)",
                                   {{"p", column}, {"f", angles}}, DType::f32, numbers);
  const ValueId sines = ops::map(emitter->context(), "m * sin(f32(p) * f)",
                                 {{"p", column}, {"f", angles}}, DType::f32, numbers);
  return record_of({{"cosines", Tensor{cosines}}, {"sines", Tensor{sines}}, {"dims", dims}});
}

// Pairs of x [tokens, heads, n] turned by their angles; numbers beyond the angles stay.
Result<Term> rotate(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  TENON_TRY_ASSIGN(const Members* angles,
                   record_argument(call, 1, "angles", "rope_angles", "cosines"));
  TENON_TRY_ASSIGN(const std::string pairs, call.text(2, "pairs"));
  if (pairs != "half" && pairs != "interleaved") {
    return call.wrong(fmt::format("pairs are \"{}\", expected half or interleaved", pairs));
  }
  const std::vector<Expr> dims = emitter->dims(x);
  if (dims.size() != 3 || !dims[2].is_constant()) {
    return call.wrong("expected [tokens, heads, numbers]");
  }
  const int64_t size = dims[2].constant();
  const int64_t turned = *angles->find("dims")->second.as<int64_t>();
  if (turned > size) return call.wrong(fmt::format("{} of {} numbers turned", turned, size));
  const ValueId y =
      emitter->add("Rotate",
                   {x, angles->find("cosines")->second.as<Tensor>()->id,
                    angles->find("sines")->second.as<Tensor>()->id},
                   {{"interleaved", int64_t{pairs == "interleaved" ? 1 : 0}}}, "tenon");
  return Term(Tensor{y});
}

}  // namespace

std::vector<Builtin> rotary_builtins() {
  return {
      {"rope_config", "rope_config(hf, gguf, local, base: b)",
       "what the model says of rotary positions; local: of layers with a window", rope_config},
      {"rope_angles", "rope_angles(positions, dims, config, factors, short, long)",
       "angles of positions for pairs of so many numbers of a head", rope_angles},
      {"rotate", "rotate(x, angles, pairs)",
       "pairs of a head's numbers turned; pairs are \"half\" or \"interleaved\"", rotate},
  };
}

}  // namespace tenon::recipes
