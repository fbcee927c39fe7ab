// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/judge.h"

#include "tests/random_graphs/onnx_file.h"

#include "tenon/strip_vm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>

namespace tenon::random_graphs {

namespace {

// What the policy allows beyond the error that the evaluator follows.
struct Allowed {
  Real absolute, relative;
};
Allowed allowed(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return {1e-10L, 1e-10L};
    case DType::f16:
      return {1e-3L, 2e-3L};
    case DType::bf16:
      return {1e-2L, 1.6e-2L};
    case DType::f32:
      return {1e-5L, 1e-5L};
    default:
      return {0, 0};
  }
}

bool alike(Real got, Real expected, Real error, DType dtype) {
  if (std::isinf(error) || got == expected) return true;
  if (std::isnan(got) || std::isnan(expected)) return std::isnan(got) && std::isnan(expected);
  if (std::isinf(got) || std::isinf(expected)) return false;
  const Allowed bound = allowed(dtype);
  return std::fabs(got - expected) <= bound.absolute + bound.relative * std::fabs(expected) + error;
}

Real element(const Tensor& tensor, size_t i) {
  const auto dtype = static_cast<DType>(tensor.dtype);
  const auto at = static_cast<int64_t>(i);
  if (is_float(dtype)) return load_float(tensor.data.data(), dtype, at);
  return static_cast<Real>(load_integer(tensor.data.data(), dtype, at));
}

std::string difference(const Tensor& got, const Value& expected) {
  if (static_cast<DType>(got.dtype) != expected.dtype || got.dims != expected.dims) {
    return fmt::format("{}[{}], expected {}[{}]", tenon::name_of(static_cast<DType>(got.dtype)),
                       fmt::join(got.dims, ","), tenon::name_of(expected.dtype),
                       fmt::join(expected.dims, ","));
  }
  for (size_t i = 0; i < expected.x.size(); ++i) {
    const Real x = element(got, i);
    if (alike(x, expected.x[i], expected.error[i], expected.dtype)) continue;
    return fmt::format("element {}: {:.9g}, expected {:.9g} with an error of {:.2g}", i, x,
                       expected.x[i], expected.error[i]);
  }
  return {};
}

Model load(const Engine& engine, const std::string& bytes) {
  tenon_model* model = nullptr;
  detail::check(tenon_model_load_memory(engine.handle(), bytes.data(), bytes.size(), "random.onnx",
                                        nullptr, 0, nullptr, &model));
  return Model(model);
}

std::vector<Tensor> inputs_of(const Graph& graph) {
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < graph.slots.size(); ++i) {
    const Slot& slot = graph.slots[i];
    if (slot.kind != Slot::Kind::input) continue;
    inputs.push_back({name_of(i), static_cast<uint32_t>(slot.value.dtype), slot.value.dims,
                      elements_of(slot.value)});
  }
  return inputs;
}

Graph with_outputs(Graph graph, std::vector<size_t> outputs) {
  graph.outputs = std::move(outputs);
  return graph;
}

// Without nodes and values that no output needs. Places of values stay, empty.
Graph pruned(const Graph& graph) {
  std::set<size_t> needed(graph.outputs.begin(), graph.outputs.end());
  Graph small = graph;
  small.nodes.clear();
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    bool used = false;
    for (const size_t output : node.outputs) used = used || needed.contains(output);
    if (!used) continue;
    needed.insert(node.inputs.begin(), node.inputs.end());
    small.nodes.insert(small.nodes.begin(), node);
  }
  for (size_t i = 0; i < small.slots.size(); ++i) {
    if (!needed.contains(i)) small.slots[i] = {Slot::Kind::computed, {}, false};
  }
  return small;
}

// The value becomes an input that has what was computed; its node goes when nobody needs it.
Graph cut(const Graph& graph, size_t node, size_t value) {
  Graph small = graph;
  small.slots[value].kind = Slot::Kind::input;
  small.slots[value].value.error.assign(small.slots[value].value.x.size(), 0);
  small.nodes.erase(small.nodes.begin() + static_cast<ptrdiff_t>(node));
  return pruned(small);
}

}  // namespace

Verdict judge(const Engine& engine, const std::string& device, const Graph& graph) {
  try {
    const std::string bytes = onnx_model(graph);  // outlives the model
    const Model model = load(engine, bytes);
    Session session = model.session(device);
    const std::vector<Tensor> outputs = session.run(inputs_of(graph));
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
      const std::string text = difference(outputs[i], graph.slots[graph.outputs[i]].value);
      if (text.empty()) continue;
      return {Verdict::Kind::differs, fmt::format("{}: {}", name_of(graph.outputs[i]), text)};
    }
  } catch (const Error& error) {
    const bool refused = error.status() == TENON_UNSUPPORTED;
    return {refused ? Verdict::Kind::refused : Verdict::Kind::failed, error.what()};
  }
  return {};
}

Graph shrink(const Engine& engine, const std::string& device, Graph graph,
             const Accuracy& accuracy) {
  const auto wrong = [&](Graph& smaller) {
    evaluate(smaller, accuracy);
    return judge(engine, device, smaller).wrong();
  };
  bool smaller = true;
  while (smaller) {
    smaller = false;
    // The first value that is wrong alone; operands cut off from the front.
    for (size_t n = 0; n < graph.nodes.size() && !smaller; ++n) {
      for (const size_t output : graph.nodes[n].outputs) {
        Graph tried = pruned(with_outputs(graph, {output}));
        const bool same = tried.nodes.size() == graph.nodes.size() && graph.outputs.size() == 1;
        if (!same && wrong(tried)) {
          graph = std::move(tried);
          smaller = true;
          break;
        }
      }
    }
    for (size_t n = 0; n < graph.nodes.size() && !smaller; ++n) {
      if (graph.nodes[n].outputs.size() != 1) continue;
      const size_t value = graph.nodes[n].outputs.front();
      if (value == graph.outputs.front()) continue;
      Graph tried = cut(graph, n, value);
      if (!wrong(tried)) continue;
      graph = std::move(tried);
      smaller = true;
    }
  }
  return graph;
}

}  // namespace tenon::random_graphs
