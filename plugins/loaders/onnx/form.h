// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model.h"
#include "tenon/status.h"
#include "weights.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// One node on its way into the graph, and the nodes that stand before and after it when its old
// form is written in the newest operator set. Upgrades change a Form; the emitter writes it out.
namespace tenon::onnx {

struct Frame;

// A value of a Form, by index. no_operand marks an omitted input.
using Operand = uint32_t;
constexpr Operand no_operand = TENON_NONE;

struct Setting {
  using Value = std::variant<int64_t, double, std::string, std::vector<int64_t>,
                             std::vector<double>, std::vector<std::string>, const Attribute*>;
  std::string name;
  Value value;                   // tensors and graphs stay attributes of the file
  const Frame* frame = nullptr;  // in which the names of a graph are meant
};

struct FormNode {
  std::string op;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
  std::vector<Setting> settings;
};

class Form {
 public:
  // How a value comes to be: bound to one of the graph, a literal, or made by a node of the form.
  struct Value {
    ValueId id = no_value;
    std::string name;
    std::optional<Literal> literal;
  };

  Form(std::string_view op, int64_t version) : version_(version) { node.op = op; }

  FormNode node;                 // the node itself
  std::vector<FormNode> before;  // in order
  std::vector<FormNode> after;
  std::vector<Value> values;
  std::vector<Operand> results;  // what the node's outputs were in the file

  // Operator set whose text the node was written for.
  int64_t version() const { return version_; }

  Operand bound(ValueId id, std::string_view name);
  Operand fresh(std::string name);
  Operand constant(Literal literal);

  bool has_input(size_t i) const { return i < node.inputs.size() && node.inputs[i] != no_operand; }
  Operand input(size_t i) const { return i < node.inputs.size() ? node.inputs[i] : no_operand; }
  // Fills the inputs before it with omitted ones.
  void set_input(size_t i, Operand operand);

  // A node in front; its only output.
  Operand make(std::string_view op, std::vector<Operand> inputs,
               std::vector<Setting> settings = {});
  // Lets the node write a new value in place of output i, which a later node makes; the new value.
  Operand divert_output(size_t i, Operand* original);
  void make_after(std::string_view op, std::vector<Operand> inputs, Operand output,
                  std::vector<Setting> settings = {});

  Setting* find(std::string_view name);
  // The attribute's value, which the node has no longer. Of another kind: a failure.
  Result<std::optional<int64_t>> take_int(std::string_view name);
  Result<std::optional<double>> take_float(std::string_view name);
  Result<std::optional<std::string>> take_string(std::string_view name);
  Result<std::optional<std::vector<int64_t>>> take_ints(std::string_view name);
  Result<std::optional<std::vector<double>>> take_floats(std::string_view name);
  void drop(std::string_view name);
  void set(std::string_view name, Setting::Value value);

  // Attribute `name` becomes input i, a list of i64; nothing when the node has no such attribute.
  Status ints_to_input(std::string_view name, size_t i);

 private:
  template <class T>
  Result<std::optional<T>> take(std::string_view name);

  int64_t version_;
};

}  // namespace tenon::onnx
