// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "core/ops/contexts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What an operator is. One file core/ops/<op>.cpp defines one function <op>() that returns an Op;
// the file's place is its registration. Exactly one of element, expand, primitive, host is given.
namespace tenon {

// An operand: its name, the types it takes ("float", "integer", "numeric", "bool", "any", or type
// names separated by "|"), and whether it may be left out or repeated.
struct Operand {
  std::string_view name;
  std::string_view types = "any";
  enum class Arity : uint8_t { required, optional, variadic } arity = Arity::required;
};
constexpr auto optional_operand = Operand::Arity::optional;
constexpr auto variadic_operand = Operand::Arity::variadic;

// The output element, as a formula ("x / (1 + abs(x))", inputs and attributes by name) or as a
// function that builds it.
class Element {
 public:
  using Function = Expr (*)(ElementContext&);
  Element() = default;
  Element(const char* formula) : formula_(formula) {}  // NOLINT: the short form
  Element(Function function) : function_(function) {}  // NOLINT: the long form
  template <class F>
  requires std::is_convertible_v<F, Function> Element(F function)
      : function_(function) {}  // NOLINT: captureless lambdas
  explicit operator bool() const { return function_ != nullptr || !formula_.empty(); }
  std::string_view formula() const { return formula_; }
  Function function() const { return function_; }

 private:
  std::string_view formula_;
  Function function_ = nullptr;
};

// An input of a sample: random elements of a shape, or given integers.
struct SampleInput {
  std::vector<int64_t> dims = {};
  DType dtype = DType::f32;
  std::vector<double> values = {};  // empty: seeded random in [low, high)
  double low = -2;
  double high = 2;
  bool omitted = false;
};

// One case on which every backend is compared with `reference`.
struct Sample {
  std::vector<SampleInput> inputs;
  Attributes attributes = {};
  size_t outputs = 1;
};

struct Op {
  std::string_view name;
  std::string_view domain = "";
  std::string_view doc;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
  // Attributes that have a default. The framework answers with it, in contexts and formulas,
  // where a node does not give the attribute.
  Attributes attributes = {};
  // Sets dtype and dims of every output.
  Status (*infer)(InferContext&) = nullptr;
  // Inputs whose elements infer, element or expand read with values(); dropped before kernels.
  std::vector<uint32_t> shape_operands = {};

  Element element = {};
  Status (*expand)(ExpandContext&) = nullptr;
  bool primitive = false;
  // Pairs of an output and an input: when the kernel starts, the output holds the elements of the
  // input, and it writes only what changes. Whoever binds gives both the same memory, or copies
  // first. Crosses to backends as the attribute "in_place": output, input, output, input ...
  std::vector<std::pair<uint32_t, uint32_t>> in_place = {};
  // Computes the outputs from inputs on the host; runs in the core, never on a device.
  Status (*host)(HostContext&) = nullptr;

  std::vector<Sample> samples = {};
};

// All operators, sorted by domain and name. Built once, immutable. [any thread]
const std::vector<Op>& all_ops();
// Null when there is none.
const Op* find_op(std::string_view domain, std::string_view name);

// Shape rules shared by many operators.
Status same_as_input(InferContext& c);      // dtype and dims of input 0
Status broadcast_inputs(InferContext& c);   // numpy broadcast of all inputs, dtype of input 0
Status broadcast_to_bool(InferContext& c);  // the same, giving bool

}  // namespace tenon
