// SPDX-License-Identifier: Apache-2.0
#include "tenon/graph_check.h"

#include "graph_block.h"
#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <algorithm>

namespace tenon {
namespace graph_check {
namespace {

struct TableRule {
  std::string_view name;
  tenon_table tenon_graph::*table;
  uint32_t row;     // bytes known here
  bool contiguous;  // read as one array: its rows cannot be longer
};

constexpr TableRule rules[] = {
    {"nodes", &tenon_graph::nodes, sizeof(tenon_node), false},
    {"values", &tenon_graph::values, sizeof(tenon_value), false},
    {"operands", &tenon_graph::operands, sizeof(uint32_t), true},
    {"dims", &tenon_graph::dims, sizeof(tenon_dim), true},
    {"exprs", &tenon_graph::exprs, sizeof(tenon_expr), true},
    {"symbols", &tenon_graph::symbols, sizeof(tenon_symbol), false},
    {"attrs", &tenon_graph::attrs, sizeof(tenon_attr), false},
    {"numbers", &tenon_graph::numbers, sizeof(int64_t), true},
    {"states", &tenon_graph::states, sizeof(tenon_state), false},
    {"bodies", &tenon_graph::bodies, sizeof(tenon_body), false},
    {"text", &tenon_graph::text, 1, true},
};

// The length of the UTF-8 sequence at `at`, or 0: no overlong forms, surrogates or numbers beyond
// 0x10FFFF.
size_t sequence_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : uint8_t{0};
  };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first < 0xF0 || first > 0xF4) return 0;
  const bool overlong = first == 0xF0 && second < 0x90;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
}

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace

Status check_tables(const tenon_graph& graph, uint64_t size) {
  if (graph.size < sizeof(tenon_graph) || graph.size % 8 != 0 || graph.size > size) {
    return corrupt("header of {} bytes, expected at least {}", graph.size, sizeof(tenon_graph));
  }
  if (graph.version != TENON_GRAPH_VERSION) {
    return version_mismatch("layout {}, known is {}", graph.version, TENON_GRAPH_VERSION);
  }
  if (graph.bytes != size) return corrupt("{} bytes, the header says {}", size, graph.bytes);
  for (const TableRule& rule : rules) {
    const tenon_table& table = graph.*rule.table;
    const bool longer = !rule.contiguous && table.stride > rule.row && table.stride % 8 == 0;
    if (table.stride != rule.row && !longer) {
      return corrupt("table {}: rows of {} bytes, expected {}", rule.name, table.stride, rule.row);
    }
    if (table.offset % 8 != 0 || table.offset < graph.size || table.offset > size) {
      return corrupt(
          "table {}: offset {} is not a multiple of 8 behind the header and inside {} "
          "bytes",
          rule.name, table.offset, size);
    }
    if (uint64_t{table.count} * table.stride > size - table.offset) {
      return corrupt("table {}: {} rows of {} bytes at {} end behind {} bytes", rule.name,
                     table.count, table.stride, table.offset, size);
    }
  }
  return {};
}

Status check_texts(Block& block) {
  const uint64_t end = block.graph().text.count;
  block.texts.assign(static_cast<size_t>(end / 4), false);
  for (uint64_t at = 0; at + 4 <= end;) {
    uint32_t length = 0;
    std::copy_n(block.text() + at, sizeof length, reinterpret_cast<char*>(&length));
    if (length > end - at - 4) {
      return corrupt("text at {}: {} bytes, {} are left", at, length, end - at - 4);
    }
    if (!is_utf8({block.text() + at + 4, length})) return corrupt("text at {} is no UTF-8", at);
    if (at == 0 && length != 0) return corrupt("the first text is not empty");
    block.texts[static_cast<size_t>(at / 4)] = true;
    at += 4 + (uint64_t{length} + 3) / 4 * 4;
  }
  if (block.texts.empty()) return corrupt("no text, expected at least the empty one");
  return {};
}

Status check_exprs(Block& block) {
  const tenon_table& table = block.graph().exprs;
  const std::span rows(&block.row<tenon_expr>(table, 0), table.count);
  block.sizes.resize(rows.size());
  block.loads.resize(rows.size());
  block.axes.resize(rows.size());
  std::vector<bool> uniform(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const tenon_expr& row = rows[i];
    if (!is_valid_row(rows, i)) {
      return corrupt("expression {}: operation {} of type {} breaks a rule", i, row.op, row.type);
    }
    if (row.op == TENON_EXPR_SYMBOL && row.k >= int64_t{block.graph().symbols.count}) {
      return corrupt("expression {}: symbol {} of {}", i, row.k, block.graph().symbols.count);
    }
    const bool leaf = row.op <= TENON_EXPR_LOAD;
    uniform[i] = !leaf || row.op == TENON_EXPR_CONST || row.op == TENON_EXPR_SYMBOL;
    block.loads[i] = row.op == TENON_EXPR_LOAD ? row.k : -1;
    block.axes[i] = row.op == TENON_EXPR_COORD ? row.k : -1;
    const size_t operands = row.op == TENON_EXPR_LOAD ? 3 : expr_op(row.op).operands;
    const int32_t ids[] = {row.a, row.b, row.c};
    for (size_t n = 0; n < 3; ++n) {
      if (n >= operands && ids[n] != -1) {
        return corrupt("expression {}: operand {} where none is expected", i, ids[n]);
      }
      if (ids[n] < 0) continue;
      const auto operand = static_cast<size_t>(ids[n]);
      uniform[i] = uniform[i] && uniform[operand];
      block.loads[i] = std::max(block.loads[i], block.loads[operand]);
      block.axes[i] = std::max(block.axes[i], block.axes[operand]);
    }
    block.sizes[i] = uniform[i] && row.type == TENON_TYPE_I64;
  }
  return {};
}

}  // namespace graph_check

Status check_graph(const void* bytes, uint64_t size) {
  using namespace graph_check;
  constexpr std::string_view where = "graph blob";
  if (bytes == nullptr || size < sizeof(tenon_graph)) {
    return corrupt("{}: {} bytes, expected at least {}", where, size, sizeof(tenon_graph));
  }
  if (reinterpret_cast<uintptr_t>(bytes) % 8 != 0) {
    return invalid("{}: the block is not 8-byte aligned", where);
  }
  const auto& graph = *static_cast<const tenon_graph*>(bytes);
  Status status = check_tables(graph, size);
  if (!status.ok()) return status.at(where);
  Block block(static_cast<const char*>(bytes), graph);
  for (const auto check : {check_texts, check_exprs, check_rows}) {
    if (status = check(block); !status.ok()) return status.at(where);
  }
  return check_order(block).at(where);
}

}  // namespace tenon
