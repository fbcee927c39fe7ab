// SPDX-License-Identifier: Apache-2.0
#include "graph_block.h"

// Values are made once and used after they are made. A body sees the values made before the node
// it belongs to; what it makes is not seen outside.
namespace tenon::graph_check {
namespace {

enum class Seen : uint8_t { not_made, visible, hidden };

class Order {
 public:
  explicit Order(const Block& block) : block_(block), graph_(block.graph()) {
    seen_.resize(graph_.values.count, Seen::not_made);
    entered_.resize(graph_.bodies.count, false);
    for (uint32_t i = 0; i < graph_.values.count; ++i) {
      const uint32_t kind = value(i).kind;
      if (kind != TENON_VALUE_COMPUTED && kind != TENON_VALUE_INPUT) seen_[i] = Seen::visible;
    }
  }

  // An explicit stack: bodies may be nested as deep as the block is long.
  Status check() {
    TENON_TRY(enter(0));
    while (!open_.empty()) {
      Open& top = open_.back();
      if (top.next_body < top.end_body) {
        TENON_TRY(enter(top.next_body++));
        continue;
      }
      if (top.node_open) TENON_TRY(finish_node(top));
      if (top.next_node == top.end_node) {
        TENON_TRY(leave());
        continue;
      }
      TENON_TRY(begin_node(top));
    }
    for (uint32_t i = 0; i < graph_.bodies.count; ++i) {
      if (!entered_[i]) return corrupt("body {}: no node has it", i);
    }
    if (nodes_ == graph_.nodes.count) return {};
    return corrupt("{} of {} nodes are in no body", graph_.nodes.count - nodes_,
                   graph_.nodes.count);
  }

 private:
  struct Open {
    uint32_t body = 0;
    uint32_t next_node = 0;
    uint32_t end_node = 0;
    uint32_t next_body = 0;  // bodies of the node that is open
    uint32_t end_body = 0;
    bool node_open = false;
  };

  const tenon_value& value(uint32_t i) const { return block_.row<tenon_value>(graph_.values, i); }
  uint32_t operand(uint32_t i) const { return block_.row<uint32_t>(graph_.operands, i); }

  Status enter(uint32_t index) {
    if (entered_[index]) return corrupt("body {}: more than one node has it", index);
    entered_[index] = true;
    const auto& body = block_.row<tenon_body>(graph_.bodies, index);
    for (uint32_t i = 0; i < body.n_in; ++i) {
      const uint32_t input = operand(body.in0 + i);
      if (input == TENON_NONE) return corrupt("body {}: input {} is omitted", index, i);
      const uint32_t kind = value(input).kind;
      if (kind == TENON_VALUE_COMPUTED) {
        return corrupt("body {}: input {} is value {}, which is computed", index, i, input);
      }
      if (kind != TENON_VALUE_INPUT) continue;
      if (seen_[input] != Seen::not_made) {
        return corrupt("body {}: value {} is an input twice", index, input);
      }
      seen_[input] = Seen::visible;
    }
    open_.push_back({.body = index, .next_node = body.node0, .end_node = body.node0 + body.n_node});
    return {};
  }

  Status begin_node(Open& top) {
    const auto& node = block_.row<tenon_node>(graph_.nodes, top.next_node);
    for (uint32_t i = 0; i < node.n_in; ++i) {
      const uint32_t input = operand(node.in0 + i);
      if (input != TENON_NONE && seen_[input] != Seen::visible) {
        return corrupt("node {}: input {} is value {}, which is not made before", top.next_node, i,
                       input);
      }
    }
    top.next_body = node.body0;
    top.end_body = node.body0 + node.n_body;
    top.node_open = true;
    return {};
  }

  Status finish_node(Open& top) {
    const auto& node = block_.row<tenon_node>(graph_.nodes, top.next_node);
    for (uint32_t i = 0; i < node.n_out; ++i) {
      const uint32_t output = operand(node.out0 + i);
      if (output == TENON_NONE) continue;
      if (value(output).kind != TENON_VALUE_COMPUTED || seen_[output] != Seen::not_made) {
        return corrupt("node {}: output {} is value {}, which is made elsewhere", top.next_node, i,
                       output);
      }
      seen_[output] = Seen::visible;
    }
    top.node_open = false;
    ++top.next_node;
    ++nodes_;
    return {};
  }

  Status leave() {
    const uint32_t index = open_.back().body;
    open_.pop_back();
    const auto& body = block_.row<tenon_body>(graph_.bodies, index);
    for (uint32_t i = 0; i < body.n_out; ++i) {
      const uint32_t output = operand(body.out0 + i);
      if (output == TENON_NONE || seen_[output] != Seen::visible) {
        return corrupt("body {}: output {} is no value that is made in it", index, i);
      }
    }
    for (uint32_t i = 0; i < body.n_in; ++i) hide(operand(body.in0 + i));
    for (uint32_t n = body.node0; n < body.node0 + body.n_node; ++n) {
      const auto& node = block_.row<tenon_node>(graph_.nodes, n);
      for (uint32_t i = 0; i < node.n_out; ++i) hide(operand(node.out0 + i));
    }
    return {};
  }

  void hide(uint32_t index) {
    if (index == TENON_NONE) return;
    const uint32_t kind = value(index).kind;
    if (kind == TENON_VALUE_COMPUTED || kind == TENON_VALUE_INPUT) seen_[index] = Seen::hidden;
  }

  const Block& block_;
  const tenon_graph& graph_;
  std::vector<Seen> seen_;
  std::vector<bool> entered_;
  std::vector<Open> open_;
  uint64_t nodes_ = 0;  // finished
};

}  // namespace

Status check_order(const Block& block) { return Order(block).check(); }

}  // namespace tenon::graph_check
