// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "core/graph/host_value.h"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the functions of an operator see of the node they work for. All sizes are Expr of type i64:
// constants where known, expressions over symbols otherwise; use the operators of tenon/expr.h and
// never assume a constant. Valid during the call only.
namespace tenon {

using Index = std::vector<Expr>;

// Attributes of a node, or the default of its operator, or `otherwise` when absent or of another
// kind.
class AttributeContext {
 public:
  AttributeContext(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

  bool has_attribute(std::string_view name) const;
  int64_t integer(std::string_view name, int64_t otherwise) const;
  double real(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<int64_t> integers(std::string_view name, std::vector<int64_t> otherwise) const;
  std::vector<double> reals(std::string_view name, std::vector<double> otherwise) const;
  std::vector<std::string> texts(std::string_view name) const;
  // The constant behind an attribute of kind tensor, or null.
  const Constant* tensor(std::string_view name) const;
  // The body behind an attribute, or 0.
  uint32_t body(std::string_view name) const;
  // Attribute `name` (or `otherwise`) as an axis in [0, rank).
  Result<int64_t> axis(std::string_view name, int64_t otherwise, int64_t rank) const;

  const Node& node() const { return node_; }

 private:
  const Graph& graph_;

 protected:
  const Node& node_;
};

class NodeContext : public AttributeContext {
 public:
  NodeContext(Graph& graph, const Node& node) : AttributeContext(graph, node), graph_(graph) {}

  size_t inputs() const { return node_.inputs.size(); }
  size_t outputs() const { return node_.outputs.size(); }
  bool has(size_t input) const;     // given and not omitted
  bool wants(size_t output) const;  // output exists
  DType dtype(size_t input) const;
  int64_t rank(size_t input) const;
  const std::vector<Expr>& dims(size_t input) const;
  Expr dim(size_t input, int64_t axis) const;  // negative axes count from the end
  Expr elements(size_t input) const;           // product of the dims
  const Value& value(size_t input) const;      // of an input that is given

  // Integers that may be expressions (attributes set by infer).
  std::vector<Expr> sizes(std::string_view name) const;

  // Elements of a shape operand, in order: i64 expressions for integers and bool, f32/f64 for
  // floats. Needs the operand in Op::shape_operands and its number of elements to be constant; its
  // elements may be run-time data. For an omitted operand: no elements.
  Result<std::vector<Expr>> values(size_t input) const;
  // The elements when all are constants now, else an error that says so.
  Result<std::vector<int64_t>> constants(size_t input) const;
  // Inputs whose elements values() or constants() could not give before the run: with them the node
  // can be understood.
  const std::vector<size_t>& wanted_at_load() const { return wanted_; }

  Expr number(int64_t value) const { return graph_.exprs->integer(value); }
  Expr real_number(double value, Type type = Type::f32) const {
    return graph_.exprs->real(value, type);
  }
  ExprPool& pool() const { return *graph_.exprs; }
  Graph& graph() const { return graph_; }

 protected:
  Graph& graph_;

 private:
  mutable std::vector<size_t> wanted_;
};

class InferContext : public NodeContext {
 public:
  InferContext(Graph& graph, Node& node) : NodeContext(graph, node), editable_(node) {}

  void output(size_t output, DType dtype, std::vector<Expr> dims);
  // What only host operators make: extents, or rank, or all that is known only when they have run.
  void output_of_rank(size_t output, DType dtype, size_t rank);
  void output_of_any_rank(size_t output, DType dtype);
  // rank: of the tensors inside, when all are alike.
  void output_within(size_t output, std::vector<Wrap> wraps, DType dtype,
                     std::optional<size_t> rank);
  // An extent of an output that its host operator decides.
  Expr open_extent(size_t output, size_t axis);
  // Canonical form of an attribute for kernels: resolved axes, pads, perm ...
  void set(std::string_view attribute, Attribute value);
  // A size that only kernels find: the element of output `output`, of type i64 [1], which the node
  // gets where it has none. The host reads it before what depends on it.
  Expr found_size(size_t output);
  // Error when the sizes are known to differ; a run-time check when that is not known.
  Status require_equal(Expr a, Expr b, std::string_view what);
  Status require(Expr condition, std::string_view what);
  Result<std::vector<Expr>> broadcast(const std::vector<Expr>& a, const std::vector<Expr>& b);

 private:
  Node& editable_;
};

// Builds the element at output_index() of one output.
class ElementContext : public NodeContext {
 public:
  ElementContext(Graph& graph, const Node& node, size_t output)
      : NodeContext(graph, node), output_(output) {}

  size_t output() const { return output_; }  // which output is asked for
  DType output_dtype() const;
  int64_t output_rank() const;
  Expr output_dim(int64_t axis) const;
  Expr coordinate(int64_t axis) const;
  Index output_index() const;

  // Element of an input under numpy broadcasting to the output.
  Expr load(size_t input) const;
  // Element at an index with one entry per axis of the input; indices must be in range.
  Expr load(size_t input, const Index& index) const;
  // The same where `inside` holds, else `outside`.
  Expr load(size_t input, const Index& index, Expr inside, Expr outside) const;
  // Element at a row-major position.
  Expr load_linear(size_t input, Expr position) const;

  // Records why the element cannot be built, and returns an invalid expression.
  Expr fail(Status status) const;
  const Status& status() const { return status_; }

 private:
  size_t output_;
  mutable Status status_;
};

// Writes the node as other nodes. Values are ids; shapes of what was added are known at once.
class ExpandContext : public NodeContext {
 public:
  ExpandContext(Graph& graph, const Node& node) : NodeContext(graph, node) {}

  ValueId input(size_t i) const { return has(i) ? node_.inputs[i] : no_id; }
  // The first output of a new node. A failure inside is kept and returned by the framework.
  ValueId add(std::string_view op, std::initializer_list<ValueId> inputs,
              Attributes attributes = {});
  std::vector<ValueId> add_many(std::string_view op, std::span<const ValueId> inputs,
                                Attributes attributes, size_t outputs,
                                std::string_view domain = "");
  // Constants: a scalar of any type, a 1-D i64 tensor.
  ValueId scalar(double value, DType dtype);
  ValueId integers(std::vector<int64_t> values);
  ValueId integers(std::vector<int64_t> values, std::vector<int64_t> dims);
  ValueId reals(const std::vector<double>& values, std::vector<int64_t> dims,
                DType dtype = DType::f32);
  ValueId strings(const std::vector<std::string>& texts);  // 1-D
  // A 1-D i64 tensor of sizes that may be expressions.
  ValueId sizes(const std::vector<Expr>& sizes);
  ValueId cast(ValueId value, DType dtype);  // the value itself when it has the type already

  DType dtype_of(ValueId value) const { return graph_.value(value).dtype; }
  const std::vector<Expr>& dims_of(ValueId value) const { return graph_.value(value).dims; }
  using NodeContext::dims;
  using NodeContext::integers;
  using NodeContext::reals;
  using NodeContext::sizes;

  // The size that infer declared with found_size().
  Expr found_size(size_t output) const;
  // What output k of the node is now.
  void output(size_t k, ValueId value);

  const Status& status() const { return status_; }
  std::vector<Node>& added() { return added_; }
  const std::vector<ValueId>& results() const { return results_; }

 private:
  Status status_;
  std::vector<Node> added_;
  std::vector<ValueId> results_;
};

// Runs bodies of a host operator's node: made by whoever runs the model.
class BodyRunner {
 public:
  // inputs: of the body, without those it takes from outside.
  virtual Result<std::vector<HostValue>> run(const Node& node, uint32_t body,
                                             std::span<const HostValue> inputs) = 0;
  // Failure when the run must stop.
  virtual Status poll() const = 0;

 protected:
  ~BodyRunner() = default;
};

// A host operator while the model runs. Inputs are on the host, complete.
class HostContext : public AttributeContext {
 public:
  HostContext(const Graph& graph, const Node& node, std::span<const HostValue* const> inputs,
              BodyRunner& bodies)
      : AttributeContext(graph, node), strings_(*graph.strings), inputs_(inputs), bodies_(bodies) {
    results_.resize(node.outputs.size());
  }

  size_t inputs() const { return inputs_.size(); }
  size_t outputs() const { return results_.size(); }
  bool has(size_t input) const { return input < inputs_.size() && inputs_[input] != nullptr; }
  bool wants(size_t output) const {
    return output < node_.outputs.size() && node_.outputs[output] != no_id;
  }
  // Of an input that is given.
  const HostValue& input(size_t i) const { return *inputs_[i]; }
  // The tensor, or an error that says what was given instead.
  Result<const HostTensor*> tensor_input(size_t i) const;
  Result<const HostValue*> sequence_input(size_t i) const;
  // Elements of an integer tensor.
  Result<std::vector<int64_t>> integer_input(size_t i) const;
  // Elements of a string tensor; the views are valid during the run.
  Result<std::vector<std::string_view>> text_input(size_t i) const;

  void output(size_t k, HostValue value) {
    if (k < results_.size()) results_[k] = std::move(value);
  }
  void output(size_t k, HostTensor tensor) { output(k, HostValue::of(std::move(tensor))); }
  std::vector<HostValue>& results() { return results_; }

  StringPool& strings() const { return strings_; }
  Result<HostTensor> text_tensor(std::vector<int64_t> dims,
                                 std::span<const std::string> texts) const;
  // inputs: of the body behind the attribute.
  Result<std::vector<HostValue>> run_body(std::string_view attribute,
                                          std::span<const HostValue> inputs) const {
    return bodies_.run(node_, body(attribute), inputs);
  }
  Status poll() const { return bodies_.poll(); }

 private:
  StringPool& strings_;
  std::span<const HostValue* const> inputs_;
  BodyRunner& bodies_;
  std::vector<HostValue> results_;
};

}  // namespace tenon
