// SPDX-License-Identifier: Apache-2.0
#include "graph_block.h"
#include "tenon/dtype.h"

// Each row by itself: its texts, slices and references.
namespace tenon::graph_check {
namespace {

Status check_text(const Block& block, std::string_view owner, uint64_t index, uint64_t offset) {
  if (block.is_text(offset)) return {};
  return corrupt("{} {}: no text begins at {}", owner, index, offset);
}

Status check_dims(const Block& block) {
  const tenon_table& table = block.graph().dims;
  for (uint32_t i = 0; i < table.count; ++i) {
    const auto dim = block.row<tenon_dim>(table, i);
    if (!block.is_dim(dim)) {
      return corrupt("dim {}: {} is no size and no i64 expression of symbols", i, dim);
    }
  }
  return {};
}

Status check_values(const Block& block, Slices& dims) {
  const tenon_table& table = block.graph().values;
  for (uint32_t i = 0; i < table.count; ++i) {
    const auto& value = block.row<tenon_value>(table, i);
    if (value.kind > TENON_VALUE_NONE || value.dtype >= TENON_DTYPE_COUNT) {
      return corrupt("value {}: kind {} of element type {} is unknown", i, value.kind, value.dtype);
    }
    TENON_TRY(check_text(block, "value", i, value.name));
    TENON_TRY(check_text(block, "value", i, value.format));
    TENON_TRY(dims.take("value", i, value.dim0, value.rank));
    TENON_TRY(dims.take("value", i, value.known0, value.n_known));
  }
  return {};
}

Status check_operands(const Block& block) {
  const tenon_table& table = block.graph().operands;
  const uint32_t values = block.graph().values.count;
  for (uint32_t i = 0; i < table.count; ++i) {
    const auto value = block.row<uint32_t>(table, i);
    if (value != TENON_NONE && value >= values) {
      return corrupt("operand {}: value {} of {}", i, value, values);
    }
  }
  return {};
}

Status check_attr(const Block& block, uint32_t i, Slices& numbers, Slices& dims) {
  const tenon_graph& graph = block.graph();
  const auto& attr = block.row<tenon_attr>(graph.attrs, i);
  const auto refers = [&](uint32_t count, std::string_view what) -> Status {
    if (static_cast<uint64_t>(attr.i) < count) return {};
    return corrupt("attribute {}: {} {} of {}", i, what, attr.i, count);
  };
  TENON_TRY(check_text(block, "attribute", i, attr.name));
  switch (attr.kind) {
    case TENON_ATTR_INT:
    case TENON_ATTR_FLOAT:
      return {};
    case TENON_ATTR_STRING:
      return check_text(block, "attribute", i, static_cast<uint64_t>(attr.i));
    case TENON_ATTR_INTS:
    case TENON_ATTR_FLOATS:
      return numbers.take("attribute", i, attr.first, attr.count);
    case TENON_ATTR_STRINGS:
      TENON_TRY(numbers.take("attribute", i, attr.first, attr.count));
      for (uint64_t n = attr.first; n < uint64_t{attr.first} + attr.count; ++n) {
        const auto offset = static_cast<uint64_t>(block.row<int64_t>(graph.numbers, n));
        TENON_TRY(check_text(block, "attribute", i, offset));
      }
      return {};
    case TENON_ATTR_DIMS:
      return dims.take("attribute", i, attr.first, attr.count);
    case TENON_ATTR_TENSOR:
      return refers(graph.values.count, "value");
    case TENON_ATTR_BODY:
      return refers(graph.bodies.count, "body");
    default:
      return corrupt("attribute {}: kind {} is unknown", i, attr.kind);
  }
}

Status check_symbols(const Block& block) {
  const tenon_graph& graph = block.graph();
  for (uint32_t i = 0; i < graph.symbols.count; ++i) {
    const auto& symbol = block.row<tenon_symbol>(graph.symbols, i);
    TENON_TRY(check_text(block, "symbol", i, symbol.name));
    if (symbol.origin > TENON_SYMBOL_STEP) {
      return corrupt("symbol {}: origin {} is unknown", i, symbol.origin);
    }
    if (symbol.node != TENON_NONE && symbol.node >= graph.nodes.count) {
      return corrupt("symbol {}: node {} of {}", i, symbol.node, graph.nodes.count);
    }
    const bool bounded = symbol.max != 0;
    if (symbol.min < 0 || symbol.multiple < 0 || (bounded && symbol.max < symbol.min)) {
      return corrupt("symbol {}: from {} to {} in steps of {}", i, symbol.min, symbol.max,
                     symbol.multiple);
    }
  }
  return {};
}

Status check_states(const Block& block) {
  const tenon_graph& graph = block.graph();
  for (uint32_t i = 0; i < graph.states.count; ++i) {
    const auto& state = block.row<tenon_state>(graph.states, i);
    TENON_TRY(check_text(block, "state", i, state.name));
    if (state.value >= graph.values.count) {
      return corrupt("state {}: value {} of {}", i, state.value, graph.values.count);
    }
  }
  return {};
}

Status check_formula(const Block& block, uint32_t i, const tenon_node& node) {
  const tenon_graph& graph = block.graph();
  if (node.formula == TENON_NONE) return {};
  if (node.formula >= graph.exprs.count) {
    return corrupt("node {}: formula {} of {} expressions", i, node.formula, graph.exprs.count);
  }
  if (block.loads[node.formula] >= int64_t{node.n_in}) {
    return corrupt("node {}: the formula loads operand {} of {}", i, block.loads[node.formula],
                   node.n_in);
  }
  if (node.n_out == 0) return corrupt("node {}: a formula without an output", i);
  const auto output = block.row<uint32_t>(graph.operands, node.out0);
  const uint32_t rank =
      output == TENON_NONE ? 0 : block.row<tenon_value>(graph.values, output).rank;
  if (block.axes[node.formula] >= int64_t{rank}) {
    return corrupt("node {}: the formula reads axis {} of an output of rank {}", i,
                   block.axes[node.formula], rank);
  }
  return {};
}

Status check_nodes(const Block& block, Slices& operands) {
  const tenon_graph& graph = block.graph();
  Slices attrs("attrs", graph.attrs), bodies("bodies", graph.bodies);
  for (uint32_t i = 0; i < graph.nodes.count; ++i) {
    const auto& node = block.row<tenon_node>(graph.nodes, i);
    for (const uint32_t text : {node.op, node.domain, node.name}) {
      TENON_TRY(check_text(block, "node", i, text));
    }
    TENON_TRY(operands.take("node", i, node.in0, node.n_in));
    TENON_TRY(operands.take("node", i, node.out0, node.n_out));
    TENON_TRY(attrs.take("node", i, node.attr0, node.n_attr));
    TENON_TRY(bodies.take("node", i, node.body0, node.n_body));
    TENON_TRY(check_formula(block, i, node));
    for (uint32_t a = node.attr0; a < node.attr0 + node.n_attr; ++a) {
      const auto& attr = block.row<tenon_attr>(graph.attrs, a);
      if (attr.kind != TENON_ATTR_BODY) continue;
      if (attr.i < int64_t{node.body0} || attr.i - node.body0 >= int64_t{node.n_body}) {
        return corrupt("node {}: attribute {} is body {}, which is not the node's", i, a, attr.i);
      }
    }
  }
  return {};
}

Status check_bodies(const Block& block, Slices& operands) {
  const tenon_graph& graph = block.graph();
  if (graph.bodies.count == 0) return corrupt("no body, expected the graph itself");
  Slices nodes("nodes", graph.nodes);
  for (uint32_t i = 0; i < graph.bodies.count; ++i) {
    const auto& body = block.row<tenon_body>(graph.bodies, i);
    TENON_TRY(check_text(block, "body", i, body.name));
    TENON_TRY(nodes.take("body", i, body.node0, body.n_node));
    TENON_TRY(operands.take("body", i, body.in0, body.n_in));
    TENON_TRY(operands.take("body", i, body.out0, body.n_out));
  }
  return {};
}

}  // namespace

Status check_rows(Block& block) {
  const tenon_graph& graph = block.graph();
  Slices dims("dims", graph.dims), numbers("numbers", graph.numbers);
  Slices operands("operands", graph.operands);
  TENON_TRY(check_dims(block));
  TENON_TRY(check_values(block, dims));
  TENON_TRY(check_operands(block));
  for (uint32_t i = 0; i < graph.attrs.count; ++i) {
    TENON_TRY(check_attr(block, i, numbers, dims));
  }
  TENON_TRY(check_symbols(block));
  TENON_TRY(check_states(block));
  TENON_TRY(check_nodes(block, operands));
  return check_bodies(block, operands);
}

}  // namespace tenon::graph_check
