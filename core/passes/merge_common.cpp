// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/replace.h"
#include "core/passes/pass.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace tenon::passes {
namespace {

// Constants of at most so many bytes are compared by content, larger ones by identity.
constexpr size_t most_compared = 1024;

// Bytes that are equal for equal nodes only.
class Key {
 public:
  void add(int64_t number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void add(double number) { add(std::bit_cast<int64_t>(number)); }
  void add(std::string_view text) {
    add(static_cast<int64_t>(text.size()));
    bytes_.append(text);
  }
  void add(const Expr& expr) { add(int64_t{expr.id()}); }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(const TensorReference& tensor) { add(int64_t{tensor.value}); }
  void add(const BodyReference& body) { add(int64_t{body.body}); }
  template <class T>
  void add(const std::vector<T>& list) {
    add(static_cast<int64_t>(list.size()));
    for (const T& entry : list) add(entry);
  }
  void add(const Attribute& attribute) {
    add(static_cast<int64_t>(attribute.index()));
    std::visit([this](const auto& value) { add(value); }, attribute);
  }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

std::string key_of(const Node& node) {
  Key key;
  key.add(node.domain);
  key.add(node.op);
  key.add(int64_t{node.version});
  key.add(int64_t{node.formula});
  key.add(static_cast<int64_t>(node.inputs.size()));
  for (const ValueId id : node.inputs) key.add(int64_t{id});
  for (const auto& [name, attribute] : node.attributes) {
    key.add(name);
    key.add(attribute);
  }
  return std::move(key).bytes();
}

std::string key_of(const Constant& constant) {
  Key key;
  key.add(static_cast<int64_t>(constant.dtype));
  key.add(constant.dims);
  key.add(std::string_view(reinterpret_cast<const char*>(constant.bytes.data()),
                           constant.bytes.size()));
  return std::move(key).bytes();
}

// Nodes that give something else each time stay apart.
bool is_function(const Node& node) {
  return !node.op.starts_with("Random") && node.op != "Bernoulli" && node.op != "Multinomial" &&
         node.op != "Dropout";
}

bool covers(const Node& first, const Node& node) {
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == no_id) continue;
    if (i >= first.outputs.size() || first.outputs[i] == no_id) return false;
  }
  return true;
}

void merge_constants(Graph& graph, Replacements& now) {
  std::unordered_map<std::string, ValueId> first;
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.value(id);
    if (!value.constant || value.constant->bytes.size() > most_compared || now.is_output(id)) {
      continue;
    }
    const auto [known, fresh] = first.try_emplace(key_of(*value.constant), id);
    if (!fresh) now.add(id, known->second);
  }
}

Status run(Graph& graph, const PassOptions&) {
  Replacements now(graph);
  merge_constants(graph, now);
  std::vector<Node> kept;
  kept.reserve(graph.main().nodes.size());
  std::unordered_map<std::string, size_t> first;
  for (Node& node : graph.main().nodes) {
    now.apply(node);
    const bool is_output = std::ranges::any_of(
        node.outputs, [&](ValueId id) { return id != no_id && now.is_output(id); });
    if (is_function(node)) {
      const auto [known, fresh] = first.try_emplace(key_of(node), kept.size());
      if (!fresh && !is_output && covers(kept[known->second], node)) {
        for (size_t i = 0; i < node.outputs.size(); ++i) {
          if (node.outputs[i] != no_id) now.add(node.outputs[i], kept[known->second].outputs[i]);
        }
        continue;
      }
    }
    kept.push_back(std::move(node));
  }
  graph.main().nodes = std::move(kept);
  now.finish(graph);
  return {};
}

}  // namespace

Pass merge_common() {
  return {
      .name = "merge_common",
      .doc = "Nodes that compute the same from the same become one, small equal constants too.",
      .order = 30,
      .run = run,
  };
}

}  // namespace tenon::passes
