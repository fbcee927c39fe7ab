// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/programs.h"
#include "tenon/dtype.h"
#include "tenon/graph_view.h"
#include "tenon/kernels/arguments.h"
#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

// What a kernel is: which nodes it takes, what it prepares, into how many chunks it falls, and the
// function that runs one of them. All functions may be called by many threads at once; run() is
// called with chunks in any order and starts no threads of its own.
namespace tenon {

// A set of element types.
class DTypes {
 public:
  constexpr DTypes() = default;
  constexpr DTypes(DType one) : bits_(uint64_t{1} << static_cast<uint32_t>(one)) {}  // NOLINT
  constexpr DTypes(std::initializer_list<DType> list) {
    for (const DType dtype : list) bits_ |= DTypes(dtype).bits_;
  }
  constexpr bool contains(DType dtype) const { return (bits_ & DTypes(dtype).bits_) != 0; }
  constexpr uint64_t bits() const { return bits_; }
  constexpr DTypes operator|(DTypes other) const {
    other.bits_ |= bits_;
    return other;
  }

 private:
  uint64_t bits_ = 0;
};

inline constexpr DTypes float_types = {DType::f16, DType::bf16, DType::f32, DType::f64};
inline constexpr DTypes integer_types = {DType::i8, DType::i16, DType::i32, DType::i64,
                                         DType::u8, DType::u16, DType::u32, DType::u64};
inline constexpr DTypes numeric_types = float_types | integer_types;
inline constexpr DTypes index_types = {DType::i32, DType::i64};
// Everything that fits fixed bytes: what kernels that only move elements take.
inline constexpr DTypes plain_types =
    numeric_types | DTypes{DType::boolean,    DType::f8e4m3fn, DType::f8e4m3fnuz, DType::f8e5m2,
                           DType::f8e5m2fnuz, DType::u4,       DType::i4,         DType::f4e2m1,
                           DType::f8e8m0,     DType::u2,       DType::i2};

// "f16, bf16, f32, f64", for messages.
std::string to_text(DTypes dtypes);

// The op of a kernel that is offered every node with a formula, whatever its operator: before the
// strips of the library (HostBackend::formulas) and after the kernels of the operator itself.
inline constexpr std::string_view any_formula = "any formula";

// The domain of nodes with an epilogue.
inline constexpr std::string_view fused_domain = "tenon.fused";

// One node of a graph, with its operands at hand. Borrows the graph.
class NodeView {
 public:
  NodeView(const GraphView& graph, const tenon_node& node) : graph_(graph), node_(&node) {}

  std::string_view op() const { return graph_.op(*node_); }
  std::string_view domain() const { return graph_.text(node_->domain); }
  std::string_view name() const { return graph_.name(*node_); }
  const GraphView& graph() const { return graph_; }
  const tenon_node& row() const { return *node_; }

  size_t inputs() const { return node_->n_in; }
  size_t outputs() const { return node_->n_out; }
  // A node with an epilogue (see Kernel::takes_epilogue): its operands are followed by those of the
  // epilogue, which begin at own_inputs().
  bool has_epilogue() const { return domain() == fused_domain; }
  size_t own_inputs() const {
    const auto own = static_cast<size_t>(attr_int("epilogue", -1));
    return has_epilogue() && own < inputs() ? own : inputs();
  }
  // False for an operand that was left out.
  bool has_input(size_t i) const { return input_value(i) != TENON_NONE; }
  bool has_output(size_t i) const { return output_value(i) != TENON_NONE; }
  uint32_t input_value(size_t i) const { return present(graph_.inputs(*node_), i); }
  uint32_t output_value(size_t i) const { return present(graph_.outputs(*node_), i); }
  // DType::none and no dims for an omitted operand.
  DType input_dtype(size_t i) const { return dtype(input_value(i)); }
  DType output_dtype(size_t i) const { return dtype(output_value(i)); }
  std::span<const tenon_dim> input_dims(size_t i) const { return dims(input_value(i)); }
  std::span<const tenon_dim> output_dims(size_t i) const { return dims(output_value(i)); }
  size_t input_rank(size_t i) const { return input_dims(i).size(); }
  size_t output_rank(size_t i) const { return output_dims(i).size(); }

  int64_t attr_int(std::string_view attr, int64_t otherwise) const {
    return graph_.attr_int(*node_, attr, otherwise);
  }
  double attr_float(std::string_view attr, double otherwise) const {
    return graph_.attr_float(*node_, attr, otherwise);
  }
  std::string_view attr_string(std::string_view attr, std::string_view otherwise) const {
    return graph_.attr_string(*node_, attr, otherwise);
  }

 private:
  uint32_t present(std::span<const uint32_t> operands, size_t i) const {
    if (i >= operands.size() || operands[i] == TENON_NONE) return TENON_NONE;
    return graph_.value(operands[i]).kind == TENON_VALUE_NONE ? TENON_NONE : operands[i];
  }
  DType dtype(uint32_t value) const {
    return value == TENON_NONE ? DType::none : graph_.dtype(value);
  }
  std::span<const tenon_dim> dims(uint32_t value) const {
    if (value == TENON_NONE) return {};
    return graph_.dims(graph_.value(value));
  }

  GraphView graph_;
  const tenon_node* node_;
};

// Whatever a kernel keeps; freed with the program or the bound program.
using KernelState = std::shared_ptr<const void>;

// Constant operands of a node, for packing, and how exact the result must be.
class KernelConstants {
 public:
  explicit KernelConstants(const NodeView& node, uint32_t precision = TENON_PRECISION_EXACT)
      : node_(&node), precision_(precision) {}
  // Bytes of input i when it is a constant and the host tells them, else empty. Borrowed until the
  // program is dropped.
  std::span<const std::byte> bytes(size_t i) const;
  // Whether activations keep their f32; else those that meet quantized or half weights may be
  // rounded to 8 bits in blocks, or to bf16.
  bool exact() const { return precision_ == TENON_PRECISION_EXACT; }

 private:
  const NodeView* node_;
  uint32_t precision_;
};

// A node whose sizes are known.
class KernelSizes {
 public:
  KernelSizes(const NodeView& node, const KernelState& state, std::span<const KernelOperand> inputs,
              std::span<const KernelOperand> outputs, std::span<const int64_t> symbols)
      : node_(&node), state_(&state), inputs_(inputs), outputs_(outputs), symbols_(symbols) {}

  const NodeView& node() const { return *node_; }
  size_t inputs() const { return inputs_.size(); }
  bool has_input(size_t i) const { return i < inputs_.size() && inputs_[i].present(); }
  bool has_output(size_t i) const { return i < outputs_.size() && outputs_[i].present(); }
  // Dims; none for an omitted operand.
  std::span<const int64_t> input(size_t i) const { return inputs_[i].dims; }
  std::span<const int64_t> output(size_t i) const { return outputs_[i].dims; }
  int64_t output_elements(size_t i) const { return outputs_[i].elements; }
  bool is_turned(size_t i) const { return i < inputs_.size() && inputs_[i].turned; }
  // One value for each symbol of the graph.
  std::span<const int64_t> symbols() const { return symbols_; }
  // A list attribute of integers or expressions.
  Result<std::vector<int64_t>> ints(std::string_view attr) const;
  // What prepare() returned.
  template <class T>
  const T& state() const {
    return *static_cast<const T*>(state_->get());
  }

 private:
  const NodeView* node_;
  const KernelState* state_;
  std::span<const KernelOperand> inputs_;
  std::span<const KernelOperand> outputs_;
  std::span<const int64_t> symbols_;
};

// The work of one node for one set of sizes. It may fall into phases: all chunks of one have run
// before the next begins, and what they leave in the shared bytes is there for it. run() asks
// arguments.phase() which it is in.
struct KernelWork {
  int64_t chunks = 1;
  int64_t scratch = 0;                // bytes for each worker
  int64_t rows = 0;                   // for rows_of(): how many there are ...
  int64_t chunk_rows = 1;             // ... and how many a chunk has
  KernelState block = {};             // what run() reads with arguments.block<T>()
  int64_t shared = 0;                 // bytes for all chunks of all phases together
  std::vector<int64_t> earlier = {};  // chunks of each phase before the one of `chunks`
};

struct Kernel {
  std::string_view op;
  // Element types by operand; the last entry stands for all further operands, none for any type.
  std::vector<DTypes> inputs = {};
  std::vector<DTypes> outputs = {};
  std::string_view domain = "";
  // Why a node is not for this kernel; null takes all nodes of the right types.
  Status (*match)(const NodeView& node) = nullptr;
  // Once for each program: packs constants, reads attributes.
  Result<KernelState> (*prepare)(const NodeView& node, const KernelConstants& constants) = nullptr;
  // Once for each set of sizes; null is one chunk.
  Result<KernelWork> (*shape)(const KernelSizes& sizes) = nullptr;
  // Runs one chunk. Allocates nothing; reports bad data with arguments.fail().
  void (*run)(const KernelArguments& arguments, int64_t chunk) = nullptr;
  // An input that run() may get as it was before its last two axes were exchanged, in memory or by
  // its formula, as weights are stored: then is_turned() says so. -1: none.
  int32_t turned_input = -1;
  // Whether it also takes such nodes with an epilogue: what element operators do with the result,
  // as a formula. Their domain is fused_domain whatever the operator's is, the node's formula is
  // the epilogue: LOAD of operand 0 is the node's own result at that element, operand i > 0 is
  // input own_inputs() + i - 1. All loads of operand 0 are at the element itself. The result is
  // f32 before the epilogue; the output has the epilogue's type and the result's dims.
  bool takes_epilogue = false;
};

// The state of a kernel, made from any value.
template <class T>
KernelState keep(T value) {
  return std::make_shared<const T>(std::move(value));
}

// shape: rows are the innermost vectors of output 0, in chunks of about 16384 elements.
Result<KernelWork> by_rows(const KernelSizes& sizes);
// Chunks of `chunk_rows` rows each.
KernelWork in_rows(int64_t rows, int64_t chunk_rows);

// match: all inputs and outputs have the same dims.
Status same_dims(const NodeView& node);
// match: all inputs are of rank 2.
Status matrices(const NodeView& node);

}  // namespace tenon
