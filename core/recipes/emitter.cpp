// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/emitter.h"

#include "core/ops/framework/compose.h"

#include <algorithm>
#include <array>

namespace tenon::recipes {
namespace {

// The step block in the order in which a graph lists it: tokens of all sequences one after another.
// Sizes of inputs are found in this order, so what is sized by S + 1 comes after what is sized by
// S.
struct StepInput {
  std::string_view name;
  std::array<std::string_view, 2> dims;
  bool one_more = false;  // of the first dim
};
constexpr StepInput step_inputs[] = {
    {"tokens", {"T", ""}},          {"positions", {"T", ""}},      {"token_types", {"T", ""}},
    {"block_positions", {"T", ""}}, {"sequence", {"T", ""}},       {"slot", {"T", ""}},
    {"length", {"S", ""}},          {"state_slot", {"S", ""}},     {"start", {"S", ""}, true},
    {"pages", {"S", "P"}},          {"prefix", {"S", ""}},         {"want", {"W", ""}},
    {"memory_length", {"S", ""}},   {"memory_pages", {"S", "MP"}}, {"memory_slot", {"T", ""}},
};

const StepInput* step_input(std::string_view name) {
  const auto* found = std::ranges::find(step_inputs, name, &StepInput::name);
  return found == std::end(step_inputs) ? nullptr : found;
}

Value input_value(std::string_view name, DType dtype, std::vector<Expr> dims,
                  ValueKind kind = ValueKind::input) {
  Value value;
  value.name = name;
  value.kind = kind;
  value.dtype = dtype;
  value.ranked = true;
  value.dims = std::move(dims);
  return value;
}

}  // namespace

Emitter::Emitter(std::string name, const WeightFile& file, const Formats& formats)
    : name_(std::move(name)), file_(file), formats_(formats), context_(graph_, naming_) {}

bool Emitter::is_step_input(std::string_view name) { return step_input(name) != nullptr; }

Expr Emitter::symbol(std::string_view name) {
  const auto known = symbols_.find(name);
  if (known != symbols_.end()) return known->second;
  const Expr made = graph_.add_symbol({.name = std::string(name)});
  symbols_.emplace(name, made);
  return made;
}

Result<ValueId> Emitter::input(std::string_view name) {
  if (const auto known = inputs_.find(name); known != inputs_.end()) return known->second;
  const StepInput* facts = step_input(name);
  if (facts == nullptr) {
    return invalid("\"{}\" is no input of a step; one with dims of its own is written {}[...]",
                   name, name);
  }
  std::vector<Expr> dims;
  for (const std::string_view dim : facts->dims) {
    if (!dim.empty()) dims.push_back(symbol(dim));
  }
  if (facts->one_more) dims.front() = dims.front() + 1;
  const ValueId id = graph_.add_value(input_value(name, DType::i32, std::move(dims)));
  inputs_.emplace(name, id);
  return id;
}

ValueId Emitter::input(std::string_view name, const std::vector<int64_t>& dims) {
  std::vector<Expr> sizes;
  for (const int64_t dim : dims)
    sizes.push_back(dim < 0 ? symbol("S") : graph_.exprs->integer(dim));
  const ValueId id = graph_.add_value(input_value(name, DType::f32, std::move(sizes)));
  inputs_.emplace(name, id);
  return id;
}

void Emitter::name_next() {
  naming_.name = scope_.empty() ? fmt::format("{}", count_) : fmt::format("{}.{}", scope_, count_);
  ++count_;
}

ExpandContext& Emitter::context() {
  name_next();
  return context_;
}

ValueId Emitter::add(std::string_view op, const std::vector<ValueId>& inputs, Attributes attributes,
                     std::string_view domain) {
  return add_many(op, inputs, std::move(attributes), 1, domain).front();
}

std::vector<ValueId> Emitter::add_many(std::string_view op, const std::vector<ValueId>& inputs,
                                       Attributes attributes, size_t outputs,
                                       std::string_view domain) {
  name_next();
  return context_.add_many(op, inputs, std::move(attributes), outputs, domain);
}

ValueId Emitter::constant(const StoredTensor& tensor, const std::string& name,
                          const std::vector<int64_t>& dims) {
  const auto known = constants_.find(&tensor);
  if (known != constants_.end()) return known->second;
  auto constant = std::make_shared<Constant>();
  constant->dtype = tensor.dtype;
  constant->dims = dims;
  constant->owner = tensor.owner;
  constant->bytes = tensor.bytes;
  const ValueId id = graph_.add_constant(name, std::move(constant));
  constants_.emplace(&tensor, id);
  return id;
}

ValueId Emitter::add_decode(Result<DecodeNode> node) {
  if (node.ok()) return add("Decode", node->inputs, std::move(node->attributes), "tenon");
  if (failed_.ok()) failed_ = node.status();
  return context().scalar(0, DType::f32);
}

ValueId Emitter::decoded(const StoredTensor& tensor, const std::string& name,
                         const std::vector<int64_t>& dims) {
  if (tensor.format.empty()) {
    const ValueId id = constant(tensor, name, dims);
    return context().cast(id, DType::f32);
  }
  const ValueId id = add_decode(decode_blocks(graph_, formats_, name, tensor));
  if (tensor.dims == dims) return id;
  return add("Reshape", {id, context().integers(dims)});
}

ValueId Emitter::unpacked(const Weight& weight) {
  return add_decode(
      decode_packed(graph_, file_, *weight.packed, weight.dims.front(), weight.dims.back()));
}

ValueId Emitter::stored(const Weight& weight) {
  if (weight.stacked || weight.packed) return no_id;
  const StoredTensor& tensor = *weight.tensors.front();
  if (!tensor.format.empty()) return no_id;
  std::vector<int64_t> dims = weight.dims;
  if (weight.transposed) std::ranges::reverse(dims);
  return constant(tensor, weight.stored_names.front(), dims);
}

ValueId Emitter::weight(const Weight& weight) {
  const std::string key = fmt::format("{} {} {}", weight.stored_names.front(),
                                      dims_text(weight.dims), weight.transposed);
  if (const auto known = weights_.find(key); known != weights_.end()) return known->second;
  ValueId id = no_id;
  if (weight.packed) {
    id = unpacked(weight);
  } else if (weight.stacked) {
    std::vector<int64_t> one = weight.dims;
    one.front() = 1;
    std::vector<ValueId> parts;
    for (size_t i = 0; i < weight.tensors.size(); ++i) {
      parts.push_back(decoded(*weight.tensors[i], weight.stored_names[i], one));
    }
    id = add("Concat", parts, {{"axis", 0}});
  } else {
    std::vector<int64_t> dims = weight.dims;
    if (weight.transposed) std::ranges::reverse(dims);
    id = decoded(*weight.tensors.front(), weight.stored_names.front(), dims);
    if (weight.transposed) id = ops::transpose(context(), id, {1, 0});
  }
  weights_.emplace(key, id);
  return id;
}

ValueId Emitter::rows(const Weight& weight, ValueId rows) {
  const ValueId table = weight.transposed ? no_id : stored(weight);
  if (table == no_id) return add("Gather", {this->weight(weight), rows}, {{"axis", 0}});
  const ValueId taken = add("Gather", {table, rows}, {{"axis", 0}});
  return context().cast(taken, DType::f32);
}

ValueId Emitter::product(ValueId x, const Weight& weight, ValueId bias) {
  ValueId matrix = no_id;
  if (weight.transposed && !weight.stacked && !weight.packed) {
    std::vector<int64_t> dims = weight.dims;
    std::ranges::reverse(dims);
    matrix = decoded(*weight.tensors.front(), weight.stored_names.front(), dims);
  } else {
    matrix = this->weight(weight);
  }
  std::vector<ValueId> inputs = {x, matrix};
  if (bias != no_id) inputs.push_back(bias);
  return add("Gemm", inputs, {{"transB", int64_t{weight.transposed && !weight.packed ? 0 : 1}}});
}

ValueId Emitter::state(const StateShape& shape) {
  for (const Kept& kept : states_) {
    if (kept.shape.name == shape.name) return kept.newest;
  }
  std::vector<Expr> dims;
  if (shape.kept_as == StateClass::fixed) {
    dims = {symbol("M")};
  } else if (shape.kept_as == StateClass::kept) {
    dims = {symbol("MN"), symbol("MB")};
  } else {
    dims = {symbol("N"), symbol("B")};
  }
  for (const int64_t dim : shape.dims) dims.push_back(graph_.exprs->integer(dim));
  const ValueId id =
      graph_.add_value(input_value(shape.name, shape.dtype, std::move(dims), ValueKind::state));
  states_.push_back({shape, id, id});
  return id;
}

void Emitter::update_state(std::string_view name, ValueId value) {
  for (Kept& kept : states_) {
    if (kept.shape.name == name) kept.newest = value;
  }
}

Result<Graph> Emitter::finish(std::vector<std::pair<std::string, ValueId>> outputs) {
  TENON_TRY(status());
  Body& body = graph_.main();
  for (const StepInput& input : step_inputs) {
    if (const auto found = inputs_.find(input.name); found != inputs_.end()) {
      body.inputs.push_back(found->second);
      inputs_.erase(found);
    }
  }
  for (const auto& [name, id] : inputs_) body.inputs.push_back(id);
  body.nodes = std::move(context_.added());
  for (const auto& [name, id] : outputs) {
    body.outputs.push_back(id);
    graph_.output_names.push_back(name);
  }
  for (const Kept& kept : states_) {
    body.inputs.push_back(kept.first);
    GraphState state = {.name = kept.shape.name,
                        .value = kept.first,
                        .output = {},
                        .kept_as = kept.shape.kept_as,
                        .window = kept.shape.window};
    if (kept.newest != kept.first) {
      state.output = body.outputs.size();
      body.outputs.push_back(kept.newest);
      graph_.output_names.push_back(kept.shape.name);
    }
    graph_.states.push_back(std::move(state));
  }
  return std::move(graph_);
}

}  // namespace tenon::recipes
