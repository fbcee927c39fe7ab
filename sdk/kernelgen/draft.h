// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"
#include "tenon/kernelgen/generate.h"
#include "tenon/kernelgen/memory.h"

#include <map>
#include <span>
#include <utility>

// One kernel being written together with where its arguments come from: what every template holds.
namespace tenon::kernelgen {

using kir::Value;

class Draft {
 public:
  Draft(Island& island, std::string name, std::array<uint32_t, 3> group);

  kir::Builder& builder() { return builder_; }
  Island& island() { return island_; }

  // Operand `slot` of the node (inputs, then outputs), asked for once.
  kir::Tensor operand(uint32_t slot, DType dtype, bool written);

  // An extent or count as i32. Constants stand in the code when `baked`; else they are arguments,
  // so that kernels of different sizes have one text.
  Value size(Expr expression);
  Value argument(Expr expression);
  // A number of any type.
  Result<Value> number(Expr expression);

  Value integer(int64_t value) { return builder_.integer(value); }
  // Threads one after another: their work-groups' count for `threads` threads along x.
  Generated finish(Expr threads_x);
  Generated finish(Expr threads_x, Expr groups_y, Expr groups_z);

 private:
  Value scalar(Expr expression, Type type);

  Island& island_;
  std::array<uint32_t, 3> group_;
  kir::Builder builder_;
  std::vector<Argument> arguments_;
  std::map<ExprId, Value> scalars_;
};

// One node and the facts a template asks for.
class Work {
 public:
  Work(Island& island, const tenon_node& node, std::string name)
      : island_(island), graph_(island.graph()), node_(node), name_(std::move(name)) {}

  Island& island() const { return island_; }
  const GraphView& graph() const { return graph_; }
  const tenon_node& node() const { return node_; }
  const std::string& name() const { return name_; }

  bool has_input(size_t i) const { return i < node_.n_in && graph_.inputs(node_)[i] != TENON_NONE; }
  bool has_output(size_t i) const {
    return i < node_.n_out && graph_.outputs(node_)[i] != TENON_NONE;
  }
  uint32_t input(size_t i) const { return graph_.inputs(node_)[i]; }
  uint32_t output(size_t i = 0) const { return graph_.outputs(node_)[i]; }
  DType input_dtype(size_t i) const { return graph_.dtype(input(i)); }
  DType output_dtype(size_t i = 0) const { return graph_.dtype(output(i)); }
  std::vector<Expr> input_dims(size_t i) const { return island_.dims(input(i)); }
  std::vector<Expr> output_dims(size_t i = 0) const { return island_.dims(output(i)); }

  kir::Tensor read(Draft& draft, size_t i) const;
  kir::Tensor write(Draft& draft, size_t i = 0) const;

  uint32_t output_operand(size_t i = 0) const { return node_.n_in + static_cast<uint32_t>(i); }
  // Memory for the node's kernels: the operand that it is.
  uint32_t temporary(Kernels& kernels, DType dtype, Expr elements) const {
    kernels.temporaries.push_back({dtype, elements.id()});
    return node_.n_in + node_.n_out + static_cast<uint32_t>(kernels.temporaries.size()) - 1;
  }

  // Attributes; lists as expressions.
  int64_t integer(std::string_view name, int64_t otherwise = 0) const {
    return graph_.attr_int(node_, name, otherwise);
  }
  std::string_view word(std::string_view name) const { return graph_.attr_string(node_, name, ""); }
  std::vector<Expr> list(std::string_view name) const;
  // Constant list entries; fails when one depends on a symbol.
  Result<std::vector<int64_t>> constants(std::string_view name) const;

  Status refuse(std::string_view why) const;
  // The node has at least so many inputs and output 0.
  Status needs(size_t inputs) const;

 private:
  Island& island_;
  const GraphView& graph_;
  const tenon_node& node_;
  std::string name_;
};

Expr product(ExprPool& pool, std::span<const Expr> factors);

}  // namespace tenon::kernelgen
