// SPDX-License-Identifier: Apache-2.0
#include "core/passes/fold.h"

#include "core/ops/contexts.h"
#include "core/ops/framework/element.h"
#include "core/ops/framework/rows.h"
#include "core/passes/framework/decodes.h"
#include "core/passes/framework/replace.h"
#include "core/passes/framework/values.h"
#include "core/passes/pass.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace tenon::passes {
namespace {

// Results that are small, or not much larger than what they are made of, are worth keeping.
constexpr uint64_t always_kept = uint64_t{64} << 10;
constexpr uint64_t most_growth = 4;
// Beyond these bytes a copy of wider elements is not; less of what kernels read as it is stored.
constexpr uint64_t large_weight = uint64_t{4} << 20;
constexpr uint64_t large_stored_weight = uint64_t{256} << 10;

constexpr uint64_t page = 4096;
constexpr uint64_t small_alignment = 256;

using Shared = std::shared_ptr<const Constant>;

// Room for the elements of a value with constant dims; null when they are not.
std::shared_ptr<Constant> room_for(const Value& value, std::byte*& data) {
  if (!value.ranked || value.dtype == DType::string || element_bytes(value.dtype) == 0) return {};
  auto constant = std::make_shared<Constant>();
  constant->dtype = value.dtype;
  uint64_t bytes = element_bytes(value.dtype);
  for (const Expr& dim : value.dims) {
    if (!dim.is_constant() || dim.constant() < 0) return {};
    constant->dims.push_back(dim.constant());
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim.constant()), &bytes)) return {};
  }
  // As devices want it that read host memory in place.
  const uint64_t alignment = bytes < page ? small_alignment : page;
  const uint64_t size = (bytes / alignment + 1) * alignment;
  std::shared_ptr<std::byte> block(static_cast<std::byte*>(std::aligned_alloc(alignment, size)),
                                   [](std::byte* p) { std::free(p); });
  if (!block) return {};
  data = block.get();
  constant->owner = block;
  constant->bytes = {data, bytes};
  return constant;
}

Shared from_known(const Value& value) {
  if (!value.known) return {};
  const auto is_number = [](const Expr& e) { return e.op() == TENON_EXPR_CONST; };
  if (!std::ranges::all_of(*value.known, is_number)) return {};
  std::byte* data = nullptr;
  const auto constant = room_for(value, data);
  if (!constant || constant->elements() != static_cast<int64_t>(value.known->size())) return {};
  for (size_t i = 0; i < value.known->size(); ++i) {
    const Expr element = (*value.known)[i];
    const auto at = static_cast<int64_t>(i);
    if (is_float(value.dtype)) {
      store_float(data, value.dtype, at, element.float_constant());
    } else {
      store_integer(data, value.dtype, at, element.constant());
    }
  }
  return constant;
}

bool has_symbol(const Formula& formula) {
  return std::ranges::any_of(formula.rows,
                             [](const tenon_expr& row) { return row.op == TENON_EXPR_SYMBOL; });
}

class Folding {
 public:
  Folding(Graph& graph, uint64_t budget) : graph_(graph), budget_(budget) {}

  void give_back(uint64_t bytes) { budget_ += bytes; }

  // The outputs of the node as constants; nothing when one of them is none. packed: kernels will
  // keep them in a form of their own, so that they may be large.
  std::optional<std::vector<Shared>> constants(const Node& node, bool packed) {
    may_grow_ = packed;
    std::vector<Shared> made;
    uint64_t bytes = 0;
    for (const ValueId id : node.outputs) {
      Shared constant = id == no_id ? Shared() : from_known(graph_.value(id));
      if (id != no_id && !constant) return evaluated(node);
      if (constant) bytes += constant->bytes.size();
      made.push_back(std::move(constant));
    }
    if (bytes > budget_) return {};
    budget_ -= bytes;
    return made;
  }

 private:
  std::optional<std::vector<Shared>> evaluated(const Node& node) {
    if (node.formula != no_expr) {
      Shared constant = evaluate(node);
      return constant ? std::optional(std::vector{std::move(constant)}) : std::nullopt;
    }
    if (!has_element(node)) return {};
    Result<std::vector<Node>> lowered = lower_node(graph_, node);
    if (!lowered.ok()) return {};
    std::vector<Shared> made(node.outputs.size());
    for (const Node& part : *lowered) {
      const auto place = std::ranges::find(node.outputs, part.outputs.front());
      Shared& constant = made[static_cast<size_t>(place - node.outputs.begin())];
      constant = evaluate(part);
      if (!constant) return {};
    }
    return made;
  }

  Shared evaluate(const Node& node) {
    std::vector<StripOperand> operands;
    uint64_t read = 0;
    for (const ValueId id : node.inputs) {
      const Value& value = graph_.value(id);
      if (!value.constant || value.dtype == DType::string) return {};
      operands.push_back({value.constant->bytes.data(), value.dtype, value.constant->elements()});
      read += value.constant->bytes.size();
    }
    const Formula formula = cut_out(*graph_.exprs, node.formula);
    if (has_symbol(formula)) return {};
    const Value& value = graph_.value(node.outputs.front());
    const uint64_t bytes = wanted_bytes(value);
    const bool is_large = !may_grow_ && bytes > std::max(always_kept, read * most_growth);
    if (bytes > budget_ || is_large) return {};
    const auto program = StripProgram::compile(formula.rows, formula.root, operands.size());
    std::byte* data = nullptr;
    auto constant = room_for(value, data);
    if (!program.ok() || !constant) return {};
    program->run(operands, {}, constant->dims, value.dtype, data, 0, constant->elements());
    budget_ -= bytes;
    return constant;
  }

  // The largest number where it is not known.
  static uint64_t wanted_bytes(const Value& value) {
    uint64_t bytes = std::max<size_t>(element_bytes(value.dtype), 1);
    for (const Expr& dim : value.dims) {
      if (!dim.is_constant() || dim.constant() < 0 ||
          __builtin_mul_overflow(bytes, static_cast<uint64_t>(dim.constant()), &bytes)) {
        return UINT64_MAX;
      }
    }
    return bytes;
  }

  Graph& graph_;
  uint64_t budget_;
  bool may_grow_ = false;
};

// Values that depend on constants only and end as weights of a product: what it multiplies with and
// what it adds. Backends pack these once, so they are made once.
std::vector<bool> weights_in(const Graph& graph) {
  constexpr std::array<std::string_view, 4> products = {"Conv", "ConvTranspose", "MatMul", "Gemm"};
  const std::vector<Node>& nodes = graph.main().nodes;
  std::vector<bool> fixed(graph.values.size()), weights(graph.values.size());
  const auto is_fixed = [&](ValueId id) {
    return id == no_id || fixed[id] || graph.value(id).constant != nullptr;
  };
  for (const Node& node : nodes) {
    const bool all = std::ranges::all_of(node.inputs, is_fixed);
    for (const ValueId id : node.outputs) {
      if (id != no_id) fixed[id] = all;
    }
  }
  for (size_t i = nodes.size(); i-- > 0;) {
    const Node& node = nodes[i];
    const bool is_product = node.domain.empty() && std::ranges::count(products, node.op) > 0;
    const bool is_part =
        std::ranges::any_of(node.outputs, [&](ValueId id) { return id != no_id && weights[id]; });
    for (size_t k = is_part ? 0 : 1; k < node.inputs.size() && (is_product || is_part); ++k) {
      if (node.inputs[k] != no_id && is_fixed(node.inputs[k])) weights[node.inputs[k]] = true;
    }
  }
  return weights;
}

// What was folded and has no reader left gives its bytes back.
class Readers {
 public:
  explicit Readers(const Graph& graph) : left_(count_readers(graph)), made_(graph.values.size()) {}
  void made(ValueId id) { made_[id] = true; }
  // The bytes that nobody needs now that the node is folded.
  uint64_t done(Graph& graph, const Node& node) {
    uint64_t bytes = 0;
    for (const ValueId id : node.inputs) {
      if (id == no_id || --left_[id] > 0 || !made_[id]) continue;
      Value& value = graph.value(id);
      bytes += value.constant->bytes.size();
      value.constant.reset();
      value.kind = ValueKind::computed;
    }
    return bytes;
  }

 private:
  std::vector<size_t> left_;
  std::vector<bool> made_;
};

// Values that are read only to be multiplied with as they lie, transposed: kernels read those in
// any type.
std::vector<bool> stored_in(const Graph& graph) {
  std::vector<bool> stored(graph.values.size(), true);
  for (const Node& node : graph.main().nodes) {
    const bool is_gemm =
        is_plain(node, "Gemm") && AttributeContext(graph, node).integer("transB", 0) != 0;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const bool is_turned = node.op == "Transpose" || (is_gemm && i == 1);
      if (node.inputs[i] != no_id && !is_turned) stored[node.inputs[i]] = false;
    }
  }
  return stored;
}

// Weights stay as small as the file has them: those in a quantization format, and large ones of
// narrow elements.
bool unpacks(const Graph& graph, const Node& node, const std::vector<bool>& stored) {
  if (decodes(node)) return true;
  if (!is_plain(node, "Cast") || node.inputs.size() != 1) return false;
  const Value& from = graph.value(node.inputs[0]);
  const uint64_t large = stored[node.outputs[0]] ? large_stored_weight : large_weight;
  return from.constant && from.constant->bytes.size() > large &&
         element_bytes(graph.value(node.outputs[0]).dtype) > element_bytes(from.dtype);
}

void fold_all(Graph& graph, uint64_t budget) {
  Folding folding(graph, budget);
  const Replacements outputs(graph);
  const std::vector<bool> weights = weights_in(graph);
  const std::vector<bool> stored = stored_in(graph);
  Readers readers(graph);
  std::vector<Node> kept;
  kept.reserve(graph.main().nodes.size());
  for (Node& node : graph.main().nodes) {
    // What the graph outputs is written by a node.
    const bool is_output = std::ranges::any_of(
        node.outputs, [&](ValueId id) { return id != no_id && outputs.is_output(id); });
    const bool packed =
        std::ranges::any_of(node.outputs, [&](ValueId id) { return id != no_id && weights[id]; });
    auto constants =
        is_output || unpacks(graph, node, stored) ? std::nullopt : folding.constants(node, packed);
    if (!constants) {
      kept.push_back(std::move(node));
      continue;
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == no_id) continue;
      Value& value = graph.value(node.outputs[i]);
      value.kind = ValueKind::constant;
      value.constant = std::move((*constants)[i]);
      if (value.constant) readers.made(node.outputs[i]);
    }
    folding.give_back(readers.done(graph, node));
  }
  graph.main().nodes = std::move(kept);
}

Status run(Graph& graph, const PassOptions& options) {
  fold_all(graph, options.fold_bytes);
  return {};
}

}  // namespace

Pass fold() {
  return {
      .name = "fold",
      .doc = "What depends on constants only is computed once, within a budget of bytes.",
      .order = 50,
      .run = run,
  };
}

}  // namespace tenon::passes

namespace tenon {

void fold_constants(Graph& graph, uint64_t budget) { passes::fold_all(graph, budget); }

}  // namespace tenon
