// SPDX-License-Identifier: Apache-2.0
#include "core/graph/blob.h"

#include <bit>
#include <cstring>
#include <numeric>
#include <unordered_map>

namespace tenon {
namespace {

// Numbers that a blob may hold in one table.
constexpr size_t most_rows = 0x7FFFFFFF;

class Writer {
 public:
  Writer(const Graph& graph, std::span<const size_t> nodes)
      : graph_(graph), nodes_written_(nodes), rows_(graph.exprs->rows()) {
    made_.assign(graph.values.size(), false);
    for (const size_t i : nodes) {
      for (const ValueId id : graph.main().nodes[i].outputs) {
        if (id != no_id) made_[id] = true;
      }
    }
    expr_ids_.assign(rows_.size(), no_expr);
    value_ids_.assign(graph.values.size(), no_id);
    text_ids_.reserve(3 * nodes.size());  // about a name for each node, output and constant
    text("");
  }

  Result<Blob> write() {
    const Body& body = graph_.main();
    tenon_body row{};
    row.name = text(body.name);
    row.n_node = static_cast<uint32_t>(nodes_written_.size());
    row.in0 = operands(body.inputs);
    row.n_in = static_cast<uint32_t>(body.inputs.size());
    for (const size_t i : nodes_written_) TENON_TRY(add(body.nodes[i]));
    row.out0 = operands(body.outputs);
    row.n_out = static_cast<uint32_t>(body.outputs.size());
    bodies_.push_back(row);
    for (const Symbol& symbol : graph_.symbols) {
      symbols_.push_back(
          {.name = text(symbol.name),
           .origin = symbol.origin == SymbolOrigin::data ? TENON_SYMBOL_DATA : TENON_SYMBOL_INPUT,
           .node = TENON_NONE,
           .reserved = 0,
           .min = 0,
           .max = 0,
           .multiple = 1});
    }
    return assemble();
  }

 private:
  // The blob's row of an expression of the pool, with all it needs in front of it.
  int32_t expr(ExprId root) {
    if (root < 0) return -1;
    if (expr_ids_[root] >= 0) return expr_ids_[root];
    std::vector<ExprId> stack = {root};
    while (!stack.empty()) {
      const ExprId id = stack.back();
      const tenon_expr& row = rows_[id];
      const size_t before = stack.size();
      for (const ExprId operand : {row.a, row.b, row.c}) {
        if (operand >= 0 && expr_ids_[operand] < 0) stack.push_back(operand);
      }
      if (stack.size() > before) continue;
      stack.pop_back();
      if (expr_ids_[id] >= 0) continue;
      tenon_expr copy = row;
      for (int32_t* operand : {&copy.a, &copy.b, &copy.c}) {
        if (*operand >= 0) *operand = expr_ids_[*operand];
      }
      expr_ids_[id] = static_cast<int32_t>(exprs_.size());
      exprs_.push_back(copy);
    }
    return expr_ids_[root];
  }

  tenon_dim dim(const Expr& size) {
    if (size.is_constant() && size.constant() >= 0) return size.constant();
    return ~static_cast<int64_t>(expr(size.id()));
  }

  uint32_t dims(const std::vector<Expr>& sizes) {
    const auto first = static_cast<uint32_t>(dims_.size());
    for (const Expr& size : sizes) dims_.push_back(dim(size));
    return first;
  }

  uint32_t text(std::string_view words) {
    const auto [at, fresh] =
        text_ids_.try_emplace(std::string(words), static_cast<uint32_t>(text_.size()));
    if (fresh) {
      const auto size = static_cast<uint32_t>(words.size());
      text_.append(reinterpret_cast<const char*>(&size), sizeof size);
      text_.append(words);
      text_.resize((text_.size() + 3) / 4 * 4);
    }
    return at->second;
  }

  uint32_t value(ValueId id) {
    if (id == no_id) return TENON_NONE;
    if (value_ids_[id] != no_id) return value_ids_[id];
    const Value& value = graph_.value(id);
    tenon_value row{};
    row.kind = value.kind == ValueKind::constant ? TENON_VALUE_CONSTANT
               : made_[id]                       ? TENON_VALUE_COMPUTED
                                                 : TENON_VALUE_INPUT;
    // Texts are numbers of a pool; kernels move and compare them.
    const DType dtype = value.dtype == DType::string ? DType::i32 : value.dtype;
    row.dtype = static_cast<uint32_t>(dtype);
    row.rank = static_cast<uint32_t>(value.dims.size());
    row.dim0 = dims(value.dims);
    row.name = text(value.name);
    row.data = reinterpret_cast<uint64_t>(value.constant.get());
    value_ids_[id] = static_cast<uint32_t>(values_.size());
    values_.push_back(row);
    return value_ids_[id];
  }

  uint32_t operands(const std::vector<ValueId>& ids) {
    const auto first = static_cast<uint32_t>(operands_.size());
    for (const ValueId id : ids) operands_.push_back(value(id));
    return first;
  }

  Status add(const Node& node) {
    tenon_node row{};
    row.op = text(node.op);
    row.domain = text(node.domain);
    row.name = text(node.name);
    row.version = node.version;
    row.in0 = operands(node.inputs);
    row.n_in = static_cast<uint32_t>(node.inputs.size());
    row.out0 = operands(node.outputs);
    row.n_out = static_cast<uint32_t>(node.outputs.size());
    row.formula = node.formula == no_expr ? TENON_NONE : static_cast<uint32_t>(expr(node.formula));
    row.attr0 = static_cast<uint32_t>(attrs_.size());
    for (const auto& [name, attribute] : node.attributes) TENON_TRY(add(name, attribute));
    row.n_attr = static_cast<uint32_t>(attrs_.size()) - row.attr0;
    nodes_.push_back(row);
    if (nodes_.size() > most_rows) return unsupported("more than {} nodes", most_rows);
    return {};
  }

  Status add(std::string_view name, const Attribute& attribute) {
    tenon_attr row{};
    row.name = text(name);
    row.first = static_cast<uint32_t>(numbers_.size());
    if (const auto* i = std::get_if<int64_t>(&attribute)) {
      row.kind = TENON_ATTR_INT;
      row.i = *i;
    } else if (const auto* f = std::get_if<double>(&attribute)) {
      row.kind = TENON_ATTR_FLOAT;
      row.f = *f;
    } else if (const auto* s = std::get_if<std::string>(&attribute)) {
      row.kind = TENON_ATTR_STRING;
      row.i = text(*s);
    } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&attribute)) {
      row.kind = TENON_ATTR_INTS;
      numbers_.insert(numbers_.end(), ints->begin(), ints->end());
    } else if (const auto* floats = std::get_if<std::vector<double>>(&attribute)) {
      row.kind = TENON_ATTR_FLOATS;
      for (const double number : *floats) numbers_.push_back(std::bit_cast<int64_t>(number));
    } else if (const auto* strings = std::get_if<std::vector<std::string>>(&attribute)) {
      row.kind = TENON_ATTR_STRINGS;
      for (const std::string& word : *strings) numbers_.push_back(text(word));
    } else if (const auto* sizes = std::get_if<std::vector<Expr>>(&attribute)) {
      row.kind = TENON_ATTR_DIMS;
      row.count = static_cast<uint32_t>(sizes->size());
      row.first = dims(*sizes);
      attrs_.push_back(row);
      return {};
    } else if (const auto* tensor = std::get_if<TensorReference>(&attribute)) {
      row.kind = TENON_ATTR_TENSOR;
      row.i = value(tensor->value);
    } else {
      return unsupported("attribute \"{}\": a body cannot cross to a backend", name);
    }
    row.count = static_cast<uint32_t>(numbers_.size()) - row.first;
    attrs_.push_back(row);
    return {};
  }

  template <class T>
  tenon_table table(const std::vector<T>& rows, uint64_t& offset) {
    const tenon_table made{offset, static_cast<uint32_t>(rows.size()), sizeof(T)};
    offset = (offset + rows.size() * sizeof(T) + 7) / 8 * 8;
    return made;
  }

  Result<Blob> assemble() {
    text_.resize((text_.size() + 7) / 8 * 8);
    tenon_graph head{};
    head.size = sizeof head;
    head.version = TENON_GRAPH_VERSION;
    uint64_t offset = sizeof head;
    head.nodes = table(nodes_, offset);
    head.values = table(values_, offset);
    head.operands = table(operands_, offset);
    head.dims = table(dims_, offset);
    head.exprs = table(exprs_, offset);
    head.symbols = table(symbols_, offset);
    head.attrs = table(attrs_, offset);
    head.numbers = table(numbers_, offset);
    head.states = {offset, 0, sizeof(tenon_state)};
    head.bodies = table(bodies_, offset);
    head.text = {offset, static_cast<uint32_t>(text_.size()), 1};
    head.bytes = offset + text_.size();
    std::vector<uint64_t> words(head.bytes / 8);
    auto* base = reinterpret_cast<char*>(words.data());
    std::memcpy(base, &head, sizeof head);
    const auto put = [&](const tenon_table& at, const auto& rows) {
      if (!rows.empty()) {
        std::memcpy(base + at.offset, rows.data(), rows.size() * sizeof(rows.front()));
      }
    };
    put(head.nodes, nodes_);
    put(head.values, values_);
    put(head.operands, operands_);
    put(head.dims, dims_);
    put(head.exprs, exprs_);
    put(head.symbols, symbols_);
    put(head.attrs, attrs_);
    put(head.numbers, numbers_);
    put(head.bodies, bodies_);
    put(head.text, text_);
    return Blob(std::move(words));
  }

  const Graph& graph_;
  std::span<const size_t> nodes_written_;
  std::vector<bool> made_;  // by one of the nodes written
  std::span<const tenon_expr> rows_;
  std::vector<int32_t> expr_ids_;
  std::vector<uint32_t> value_ids_;
  std::unordered_map<std::string, uint32_t> text_ids_;
  std::vector<tenon_node> nodes_;
  std::vector<tenon_value> values_;
  std::vector<uint32_t> operands_;
  std::vector<tenon_dim> dims_;
  std::vector<tenon_expr> exprs_;
  std::vector<tenon_symbol> symbols_;
  std::vector<tenon_attr> attrs_;
  std::vector<int64_t> numbers_;
  std::vector<tenon_body> bodies_;
  std::string text_;
};

}  // namespace

Result<Blob> to_blob(const Graph& graph) {
  std::vector<size_t> all(graph.main().nodes.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return to_blob(graph, all);
}

Result<Blob> to_blob(const Graph& graph, std::span<const size_t> nodes) {
  return Writer(graph, nodes).write();
}

const Constant& constant_of(uint64_t handle) { return *reinterpret_cast<const Constant*>(handle); }

std::string Blob::key() const {
  std::vector<uint64_t> copy = words_;
  auto* head = reinterpret_cast<tenon_graph*>(copy.data());
  auto* base = reinterpret_cast<char*>(copy.data());
  for (uint32_t i = 0; i < head->values.count; ++i) {
    auto* row = reinterpret_cast<tenon_value*>(base + head->values.offset) + i;
    row->data = 0;
    row->name = 0;
  }
  for (uint32_t i = 0; i < head->nodes.count; ++i) {
    (reinterpret_cast<tenon_node*>(base + head->nodes.offset) + i)->name = 0;
  }
  uint64_t low = 0xcbf29ce484222325u, high = 0x9e3779b97f4a7c15u;
  for (const uint64_t word : copy) {
    low = (low ^ word) * 0x100000001b3u;
    high = (std::rotl(high, 29) ^ word) * 0xff51afd7ed558ccdu;
  }
  return fmt::format("{:016x}{:016x}", low, high);
}

}  // namespace tenon
