// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"
#include "tenon/graph_check.h"
#include "tenon/graph_view.h"

#include <cstring>
#include <vector>

// What the checker lets through can be read by GraphView from end to end.
namespace {

using namespace tenon;

uint64_t read_node(const GraphView& view, const tenon_node& node) {
  uint64_t sum = view.op(node).size() + view.name(node).size() + view.text(node.domain).size();
  for (const uint32_t input : view.inputs(node)) {
    if (input != TENON_NONE) sum += view.value(input).rank;
  }
  for (const uint32_t output : view.outputs(node)) {
    if (output != TENON_NONE) sum += view.dims(view.value(output)).size();
  }
  const tenon_attr* attr = view.attr(node, "axis");
  if (attr != nullptr && (attr->kind == TENON_ATTR_INTS || attr->kind == TENON_ATTR_FLOATS)) {
    for (const int64_t number : view.numbers(*attr)) sum += static_cast<uint64_t>(number);
  }
  sum += view.attr_string(node, "mode", "").size();
  if (node.formula != TENON_NONE && node.formula < 64) {
    sum += to_text(view.exprs(), static_cast<ExprId>(node.formula)).size();
  }
  return sum;
}

uint64_t read_all(const GraphView& view) {
  uint64_t sum = 0;
  const std::vector<int64_t> symbols(view.symbols(), 3);
  for (uint32_t i = 0; i < view.nodes(); ++i) sum += read_node(view, view.node(i));
  for (uint32_t i = 0; i < view.values(); ++i) {
    sum += view.text(view.value(i).name).size();
    for (const tenon_dim dim : view.dims(view.value(i))) {
      if (dim >= -64) sum += evaluate_dim(view.exprs(), dim, symbols).ok() ? 1 : 0;
    }
  }
  for (uint32_t i = 0; i < view.blob().bodies.count; ++i) {
    sum += view.inputs(view.body(i)).size() + view.outputs(view.body(i)).size();
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint64_t> words(size / 8);
  if (size < 8) return 0;
  std::memcpy(words.data(), data, words.size() * 8);
  if (!check_graph(words.data(), words.size() * 8).ok()) return 0;
  // Kept by the compiler because it decides what is returned.
  return read_all(GraphView(reinterpret_cast<const tenon_graph*>(words.data()))) == 1 ? -1 : 0;
}
