// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/strings.h"

#include "tenon/abi/draft/graph.h"
#include "tenon/dtype.h"
#include "tenon/expr.h"
#include "tenon/status.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// A model as the core knows it: values and nodes by index, dims as expressions over a few root
// symbols. Nodes of a body are in topological order and each value is made once. A Graph owns all
// it names except the bytes of constants, which it shares. Movable; one thread at a time.
namespace tenon {

using ValueId = uint32_t;
using NodeId = uint32_t;
constexpr uint32_t no_id = TENON_NONE;

// Elements of a constant in host memory, dense row-major little endian, shared by everyone.
struct Constant {
  DType dtype = DType::none;
  std::vector<int64_t> dims;
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;

  int64_t elements() const;
};

// state: an input whose memory lives from run to run.
enum class ValueKind : uint8_t { computed, input, constant, state };

// What tensors may be inside of.
enum class Wrap : uint8_t { sequence, optional, map };
std::string_view name_of(Wrap wrap);
std::optional<Wrap> wrap_named(std::string_view name);

struct Value {
  std::string name;
  ValueKind kind = ValueKind::computed;
  // Outermost first; none: a tensor. Only the host has other values than tensors. dtype and dims
  // are those of the tensors inside, of which only the rank counts; of a map, dtype is that of its
  // values.
  std::vector<Wrap> wraps = {};
  DType dtype = DType::none;  // none: known only when the model runs
  bool ranked = false;        // dims are meaningful
  std::vector<Expr> dims;
  // The elements, as expressions over symbols, where they are few and known.
  std::optional<std::vector<Expr>> known;
  std::shared_ptr<const Constant> constant;  // of kind constant
};

struct TensorReference {
  ValueId value;
};
struct BodyReference {
  uint32_t body;
};
using Attribute =
    std::variant<int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                 std::vector<std::string>, std::vector<Expr>, TensorReference, BodyReference>;
using Attributes = std::map<std::string, Attribute, std::less<>>;

struct Node {
  std::string op;
  std::string domain;  // "" is ONNX's own
  std::string name;
  uint32_t version = 0;
  std::vector<ValueId> inputs;  // no_id = omitted
  std::vector<ValueId> outputs;
  Attributes attributes;
  // The element of output 0 over the loads of `inputs`, once the node is lowered to it.
  ExprId formula = no_expr;
  // Inputs whose content the host reads to know shapes; see ops/op.h. Not read by kernels.
  std::vector<uint32_t> shape_operands;
};

struct Body {
  std::string name;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
};

enum class SymbolOrigin : uint8_t { input, data, extent };

struct Symbol {
  std::string name;
  SymbolOrigin origin = SymbolOrigin::input;
  // data: element `element` of value `value`, read by the host before its first use.
  // extent: the extent of axis `element` of value `value`, which a host operator makes.
  ValueId value = no_id;
  int64_t element = 0;
  Type type = Type::i64;
  bool count = false;  // data: a number of things that a kernel found, never negative
};

// Two sizes that must be equal, or a condition that must hold, known only at run time.
struct Check {
  Expr condition;
  std::string text;
};

// How the rows of a state are laid out and how long they are kept.
//   growing  [pages, rows of a page, ...]: a row for each token
//   window   the same, of which only the last `window` rows of a sequence are read
//   kept     the same, written once by another graph of the model (cross attention)
//   fixed    [sequences, ...]: one entry for each sequence
enum class StateClass : uint8_t { growing, window, kept, fixed };
std::string_view name_of(StateClass state);

// A value of kind state, which is also an input of the graph, and the output that is its next
// version and lies in the same memory. Every node that changes it says so in `in_place`.
struct GraphState {
  std::string name;  // the same in every graph of the model that shares it: "kv.3.key"
  ValueId value = no_id;
  std::optional<size_t> output =
      {};  // place in the graph's outputs; none: this graph only reads it
  StateClass kept_as = StateClass::growing;
  int64_t window = 0;
};

struct Graph {
  Graph() : exprs(std::make_unique<ExprPool>()), strings(std::make_shared<StringPool>()) {
    bodies.emplace_back();
  }

  Body& main() { return bodies.front(); }
  const Body& main() const { return bodies.front(); }
  Value& value(ValueId id) { return values[id]; }
  const Value& value(ValueId id) const { return values[id]; }
  ValueId add_value(Value value);
  ValueId add_constant(std::string name, std::shared_ptr<const Constant> constant);
  // A symbol of its own; the expression of its value.
  Expr add_symbol(Symbol symbol);

  std::unique_ptr<ExprPool> exprs;
  std::deque<Value> values;  // references stay valid when values are added
  std::vector<Symbol> symbols;
  std::vector<Body> bodies;  // [0] is the graph itself
  std::vector<Check> checks;
  std::vector<GraphState> states;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> output_names;
  // Shared by all that is made of the model, so that numbers mean the same everywhere.
  std::shared_ptr<StringPool> strings;
};

// A copy that shares constants and nothing else.
Graph clone(const Graph& graph);

}  // namespace tenon
