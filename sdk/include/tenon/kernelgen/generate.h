// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"
#include "tenon/graph_view.h"
#include "tenon/kernelgen/kir.h"
#include "tenon/status.h"

#include <array>
#include <map>
#include <string>
#include <vector>

// Kernels for one node of a graph: a formula through the template map, a primitive operator through
// its own template. What no template covers is refused with the reason. [any thread], but one pool
// belongs to one thread at a time.
namespace tenon::kernelgen {

// What templates must know of the device.
struct Limits {
  bool has_f64 = true;
  bool has_i64 = true;       // else 64-bit integers are computed in halves
  bool is_cpu = false;       // threads are loop iterations: no staging in shared memory
  uint32_t max_group = 256;  // threads of a work-group
  uint64_t shared_bytes = 16384;
};

// Where an argument of a kernel comes from at bind: an operand of the node (inputs, then outputs)
// or a number, an expression over the graph's symbols.
struct Argument {
  bool is_operand = false;
  uint32_t operand = 0;
  ExprId number = no_expr;
  uint32_t shift = 0;  // of the number's bits: 32 for the upper half of one passed in halves
};

struct Generated {
  kir::Kernel kernel;
  std::vector<Argument> arguments;                             // one for each parameter
  std::array<ExprId, 3> groups = {no_expr, no_expr, no_expr};  // work-groups to launch
  ExprId only_if = no_expr;  // a condition on sizes under which it is launched at all
};

// One graph being worked on: its expressions in a pool of their own, and which formula rows are the
// same for all elements.
class Island {
 public:
  Island(const tenon_graph* graph, const Limits& limits);
  const GraphView& graph() const { return graph_; }
  const Limits& limits() const { return limits_; }
  ExprPool& pool() { return pool_; }

  Expr dim(tenon_dim dim);
  std::vector<Expr> dims(uint32_t value);
  Expr elements(uint32_t value);
  bool is_uniform(int32_t row) const { return uniform_[static_cast<size_t>(row)] != 0; }
  // The node whose formula readers of a value may compute for themselves; null: it is memory.
  const tenon_node* source_of(uint32_t value) const {
    const auto found = sources_.find(value);
    return found == sources_.end() ? nullptr : found->second;
  }
  void set_source(uint32_t value, const tenon_node* node) { sources_[value] = node; }
  // Refuses values that no kernel can touch, by name.
  Status check_value(uint32_t value) const;

 private:
  GraphView graph_;
  Limits limits_;
  ExprPool pool_;
  std::vector<char> uniform_;
  std::map<uint32_t, const tenon_node*> sources_;
};

// Memory that lives while the kernels of a node run.
struct Temporary {
  DType dtype = DType::none;
  ExprId elements = no_expr;
};

// The kernels that compute all outputs of a node, to be run in order. Temporaries are operands
// behind the node's inputs and outputs.
struct Kernels {
  std::vector<Generated> list;
  std::vector<Temporary> temporaries;
  // What formulas of other nodes read: operands from first_further on.
  std::vector<uint32_t> further = {};
};
constexpr uint32_t first_further = 1u << 20;

// `name` begins the kernels' names.
Result<Kernels> generate(Island& island, const tenon_node& node, const std::string& name);

// A kernel that copies a value of `dtype`: operand 0 to operand 1.
Result<Generated> generate_copy(Island& island, DType dtype, Expr elements,
                                const std::string& name);

}  // namespace tenon::kernelgen
