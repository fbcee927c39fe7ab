// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/recipes/builtins.h"

namespace tenon::recipes {
namespace {

// Matrices are [tokens, numbers]; what has heads is put flat first.
ValueId flat(Emitter& emitter, ValueId x) {
  const std::vector<Expr>& dims = emitter.dims(x);
  if (dims.size() <= 2) return x;
  Expr numbers = dims[1];
  for (size_t i = 2; i < dims.size(); ++i) numbers = numbers * dims[i];
  return ops::reshape(emitter.context(), x, {dims[0], numbers});
}

Result<Term> linear(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  TENON_TRY_ASSIGN(const Weight* weight, call.weight(1, "weight"));
  TENON_TRY_ASSIGN(const ValueId bias, call.optional_tensor(2, "bias"));
  if (weight->dims.size() != 2) return call.wrong("the weight is no matrix");
  return Term(Tensor{emitter->product(flat(*emitter, x), *weight, bias)});
}

// plus: added to the scale, for models that store it less one.
Result<Term> rms_norm(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  TENON_TRY_ASSIGN(ValueId weight, call.tensor(1, "weight"));
  TENON_TRY_ASSIGN(const double epsilon, call.number(2, "epsilon"));
  TENON_TRY_ASSIGN(const double plus, call.number(3, "plus", 0));
  if (plus != 0) {
    const ValueId one = emitter->context().scalar(plus, DType::f32);
    weight = emitter->add("Add", {weight, one});
  }
  return Term(Tensor{emitter->add("RMSNormalization", {x, weight},
                                  {{"axis", int64_t{-1}}, {"epsilon", epsilon}})});
}

Result<Term> layer_norm(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  TENON_TRY_ASSIGN(const ValueId weight, call.tensor(1, "weight"));
  TENON_TRY_ASSIGN(const ValueId bias, call.optional_tensor(2, "bias"));
  TENON_TRY_ASSIGN(const double epsilon, call.number(3, "epsilon"));
  std::vector<ValueId> inputs = {x, weight};
  if (bias != no_id) inputs.push_back(bias);
  return Term(Tensor{
      emitter->add("LayerNormalization", inputs, {{"axis", int64_t{-1}}, {"epsilon", epsilon}})});
}

Result<Term> split_heads(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  TENON_TRY_ASSIGN(const int64_t heads, call.integer(1, "heads"));
  const std::vector<Expr> dims = emitter->dims(x);
  if (dims.size() != 2 || heads < 1) return call.wrong("expected [tokens, numbers] and heads");
  ExpandContext& context = emitter->context();
  return Term(Tensor{ops::reshape(context, x, {dims[0], context.number(heads), dims[1] / heads})});
}

Result<Term> join_heads(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  return Term(Tensor{flat(*emitter, x)});
}

Result<Term> split(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  TENON_TRY_ASSIGN(const std::vector<int64_t> sizes, call.integers(1, "sizes"));
  TENON_TRY_ASSIGN(const int64_t axis, call.integer(2, "axis", -1));
  if (sizes.empty() || sizes.size() > 64) return call.wrong("expected 1 to 64 sizes");
  const ValueId parts = emitter->context().integers(sizes);
  std::vector<Term> list;
  for (const ValueId id : emitter->add_many("Split", {x, parts}, {{"axis", axis}}, sizes.size())) {
    list.emplace_back(Tensor{id});
  }
  return list_of(std::move(list));
}

// Rows of the tokens whose results are wanted.
Result<Term> wanted(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const ValueId x, call.tensor(0, "x"));
  TENON_TRY_ASSIGN(const ValueId want, emitter->input("want"));
  return Term(Tensor{emitter->add("Gather", {x, want}, {{"axis", int64_t{0}}})});
}

Result<Term> step_input(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const std::string name, call.text(0, "name"));
  const Result<ValueId> id = emitter->input(name);
  if (!id.ok()) return call.wrong(id.status().message());
  return Term(Tensor{*id});
}

// An expression over elements: formula("x * min(y, c)", x: a, y: b, c: 7.0).
Result<Term> formula(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const std::string text, call.text(0, "formula"));
  std::vector<std::string> names;
  std::vector<ValueId> values;
  Attributes attributes;
  for (Call::Argument& argument : call.arguments()) {
    if (argument.name.empty() || argument.name == "formula") continue;
    argument.asked = true;
    if (argument.name == "operands" || argument.name == "dtype") {
      return call.wrong(fmt::format("\"{}\" is no name for an operand", argument.name));
    }
    if (argument.value.is_number()) {
      attributes[argument.name] = argument.value.number();
      continue;
    }
    TENON_TRY_ASSIGN(values.emplace_back(),
                     operand(call.evaluator, call.place(), argument.value, DType::f32));
    names.push_back(argument.name);
  }
  attributes["formula"] = text;
  attributes["operands"] = std::move(names);
  attributes["dtype"] = static_cast<int64_t>(DType::f32);
  return Term(Tensor{emitter->add("Map", values, std::move(attributes))});
}

}  // namespace

std::vector<Builtin> layer_builtins() {
  return {
      {"linear", "linear(x, weight, bias)", "x times the matrix [out, in], plus the bias", linear},
      {"rms_norm", "rms_norm(x, weight, epsilon, plus)",
       "x by the root of its mean square, times the weight", rms_norm},
      {"layer_norm", "layer_norm(x, weight, bias, epsilon)", "x normalised over its last axis",
       layer_norm},
      {"split_heads", "split_heads(x, heads)", "[tokens, heads * n] as [tokens, heads, n]",
       split_heads},
      {"join_heads", "join_heads(x)", "[tokens, heads, n] as [tokens, heads * n]", join_heads},
      {"split", "split(x, sizes, axis)", "the list of parts along an axis, the last one", split},
      {"wanted", "wanted(x)", "rows of the tokens whose results are wanted", wanted},
      {"step", "step(name)", "an input of the step by its name", step_input},
      {"formula", "formula(text, name: x, ...)", "an expression over elements", formula},
  };
}

}  // namespace tenon::recipes
