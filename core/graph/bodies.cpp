// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"

#include "core/graph/text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace tenon {
namespace {

constexpr std::string_view captured_name = "captured";
constexpr std::string_view pinned_name = "pinned";

std::vector<int64_t> numbers(const Node& node, std::string_view attribute) {
  const auto found = node.attributes.find(attribute);
  if (found == node.attributes.end()) return {};
  const auto* list = std::get_if<std::vector<int64_t>>(&found->second);
  return list == nullptr ? std::vector<int64_t>() : *list;
}

// What body_graph() does with the inputs of a body.
enum class Role : uint8_t { input, pinned, constant };

std::vector<Role> roles_of(const Graph& graph, const Node& node,
                           std::span<const HostValue> inputs) {
  const std::vector<int64_t> captured = numbers(node, captured_name);
  const std::vector<int64_t> pinned = numbers(node, pinned_name);
  std::vector<Role> roles(inputs.size(), Role::input);
  const size_t formal = inputs.size() - captured.size();
  for (size_t i = 0; i < captured.size(); ++i) {
    const bool is_pinned = std::ranges::find(pinned, static_cast<int64_t>(i)) != pinned.end();
    if (graph.value(static_cast<ValueId>(captured[i])).kind == ValueKind::constant) {
      roles[formal + i] = Role::constant;
    } else if (is_pinned && inputs[formal + i].is_tensor()) {
      roles[formal + i] = Role::pinned;
    }
  }
  return roles;
}

class FreeValues {
 public:
  explicit FreeValues(const Graph& graph) : graph_(graph) {}

  void add_body(uint32_t index) {
    const Body& body = graph_.bodies[index];
    made_.insert(body.inputs.begin(), body.inputs.end());
    for (const Node& node : body.nodes) {
      for (const ValueId id : node.inputs) read(id);
      for (const uint32_t inner : bodies_of(node)) add_body(inner);
      made_.insert(node.outputs.begin(), node.outputs.end());
    }
    for (const ValueId id : body.outputs) read(id);
  }

  std::vector<ValueId> found;

 private:
  void read(ValueId id) {
    if (id == no_id || made_.contains(id) || graph_.value(id).kind == ValueKind::constant) return;
    if (std::ranges::find(found, id) == found.end()) found.push_back(id);
  }

  const Graph& graph_;
  std::set<ValueId> made_;
};

// What is inside of all optionals: a tensor, a sequence, a map, or an optional without element.
const HostValue& unwrapped(const HostValue& value, std::vector<Wrap>& wraps) {
  const HostValue* inner = &value;
  while (inner->wrap) {
    wraps.push_back(*inner->wrap);
    if (inner->wrap != Wrap::optional || inner->items.empty()) break;
    inner = &inner->items.front();
  }
  return *inner;
}

// The rank of the tensors in a value when they have one in common.
std::optional<size_t> common_rank(const HostValue& value) {
  if (value.is_tensor()) return value.tensor.dims.size();
  if (value.wrap == Wrap::map || value.items.empty()) return std::nullopt;
  const auto first = common_rank(value.items.front());
  for (const HostValue& item : value.items) {
    if (common_rank(item) != first) return std::nullopt;
  }
  return first;
}

// The extent of an axis where it is the same in every run.
std::optional<int64_t> fixed_extent(const Value* outside, size_t axis, size_t rank) {
  if (outside == nullptr || !outside->ranked || outside->dims.size() != rank) return std::nullopt;
  const Expr extent = outside->dims[axis];
  return extent.is_constant() ? std::optional(extent.constant()) : std::nullopt;
}

// The body of such a node holds what follows it. A branch that is not taken may not fit the extents
// of this model, so that other bodies are planned for any.
bool runs_always(const Node& node) { return node.domain == "tenon" && node.op == "Late"; }

// The value becomes an input that looks like what is given for it, and, unless null, like what is
// known of it outside.
void declare(Graph& graph, ValueId id, const HostValue& given, const Value* outside) {
  Value& value = graph.value(id);
  value.kind = ValueKind::input;
  value.wraps.clear();
  value.known.reset();
  value.constant.reset();
  value.dims.clear();
  const HostValue& inner = unwrapped(given, value.wraps);
  const std::optional<size_t> rank = common_rank(given);
  value.dtype = inner.is_tensor() ? inner.tensor.dtype : inner.dtype;
  value.ranked = rank.has_value();
  for (size_t axis = 0; axis < rank.value_or(0); ++axis) {
    if (!given.is_tensor()) {
      value.dims.push_back(graph.exprs->integer(0));
    } else if (const auto extent = fixed_extent(outside, axis, *rank)) {
      value.dims.push_back(graph.exprs->integer(*extent));
    } else {
      value.dims.push_back(graph.add_symbol({.name = fmt::format("{}.{}", value.name, axis)}));
    }
  }
}

void pin(Graph& graph, ValueId id, const HostTensor& tensor) {
  auto constant = std::make_shared<Constant>();
  auto bytes = std::make_shared<std::vector<std::byte>>(tensor.view().begin(), tensor.view().end());
  constant->dtype = tensor.dtype;
  constant->dims = tensor.dims;
  constant->bytes = *bytes;
  constant->owner = std::move(bytes);
  Value& value = graph.value(id);
  value.kind = ValueKind::constant;
  value.dtype = tensor.dtype;
  value.ranked = true;
  value.known.reset();
  value.dims.clear();
  for (const int64_t extent : tensor.dims) value.dims.push_back(graph.exprs->integer(extent));
  value.constant = std::move(constant);
}

}  // namespace

std::vector<uint32_t> bodies_of(const Node& node) {
  std::vector<uint32_t> bodies;
  for (const auto& [name, attribute] : node.attributes) {
    if (const auto* body = std::get_if<BodyReference>(&attribute)) bodies.push_back(body->body);
  }
  return bodies;
}

std::vector<ValueId> free_values(const Graph& graph, const Node& node) {
  FreeValues free(graph);
  for (const uint32_t body : bodies_of(node)) free.add_body(body);
  return std::move(free.found);
}

void close_node(const Graph& graph, Node& node) {
  if (node.attributes.contains(captured_name) || bodies_of(node).empty()) return;
  const std::vector<ValueId> free = free_values(graph, node);
  node.inputs.insert(node.inputs.end(), free.begin(), free.end());
  node.attributes.emplace(captured_name, std::vector<int64_t>(free.begin(), free.end()));
}

size_t captured_count(const Node& node) { return numbers(node, captured_name).size(); }

bool has_pinned(const Node& node) { return !numbers(node, pinned_name).empty(); }

Result<Graph> body_graph(const Graph& graph, const Node& node, uint32_t body,
                         std::span<const HostValue> inputs) {
  const std::vector<int64_t> captured = numbers(node, captured_name);
  const std::vector<ValueId>& formal = graph.bodies[body].inputs;
  if (inputs.size() != formal.size() + captured.size()) {
    return invalid("the body takes {} inputs, {} are given", formal.size(),
                   inputs.size() - captured.size());
  }
  const std::vector<Role> roles = roles_of(graph, node, inputs);
  Graph made = clone(graph);
  made.checks.clear();
  made.main() = made.bodies[body];
  made.main().inputs.clear();
  made.output_names.clear();
  for (const ValueId id : made.main().outputs) made.output_names.push_back(made.value(id).name);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ValueId id =
        i < formal.size() ? formal[i] : static_cast<ValueId>(captured[i - formal.size()]);
    if (roles[i] == Role::pinned) pin(made, id, inputs[i].tensor);
    if (roles[i] != Role::input) continue;
    declare(made, id, inputs[i], runs_always(node) ? &graph.value(id) : nullptr);
    made.main().inputs.push_back(id);
  }
  return made;
}

std::vector<size_t> body_arguments(const Graph& graph, const Node& node,
                                   std::span<const HostValue> inputs) {
  const std::vector<Role> roles = roles_of(graph, node, inputs);
  std::vector<size_t> positions;
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == Role::input) positions.push_back(i);
  }
  return positions;
}

std::optional<HostValue> likeness(const Value& value) {
  if (value.dtype == DType::none) return std::nullopt;
  if (value.wraps.empty() && !value.ranked) return std::nullopt;
  HostValue made = HostValue::of({value.dtype, std::vector<int64_t>(value.dims.size(), 1), {}, 0});
  for (size_t i = value.wraps.size(); i-- > 0;) {
    HostValue outer;
    outer.wrap = value.wraps[i];
    outer.dtype = value.dtype;
    const bool is_known = value.ranked || i + 1 < value.wraps.size();
    if (is_known && outer.wrap != Wrap::map) outer.items.push_back(std::move(made));
    made = std::move(outer);
  }
  return made;
}

std::string signature_of(const Node& node, std::span<const HostValue> inputs) {
  const std::vector<int64_t> pinned = numbers(node, pinned_name);
  const size_t formal = inputs.size() - captured_count(node);
  std::string text;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::vector<Wrap> wraps;
    const HostValue& inner = unwrapped(inputs[i], wraps);
    for (const Wrap wrap : wraps) text += fmt::format("{} ", name_of(wrap));
    const std::optional<size_t> rank = common_rank(inputs[i]);
    text += fmt::format("{}/{};", name_of(inner.is_tensor() ? inner.tensor.dtype : inner.dtype),
                        rank ? static_cast<int64_t>(*rank) : -1);
    const auto captured = static_cast<int64_t>(i - formal);
    if (i < formal || !wraps.empty() || std::ranges::find(pinned, captured) == pinned.end()) {
      continue;
    }
    const HostTensor& tensor = inner.tensor;
    const Constant content{tensor.dtype, tensor.dims, nullptr, tensor.view()};
    text += fmt::format("[{}] {};", fmt::join(tensor.dims, ","), content_hash(content));
  }
  return text;
}

}  // namespace tenon
