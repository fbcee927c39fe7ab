// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"

#include "tenon/expr_ops.h"
#include "tenon/in_place.h"

#include <cstring>

// Chooses a kernel for each node and a kind of place for each value.
namespace tenon::kernels {
namespace {

Status poll(const tenon_cancel* cancel) {
  if (cancel == nullptr || cancel->poll == nullptr) return {};
  return from_host(cancel->poll(cancel->context), "stopped while compiling");
}

KernelPlace binding_place(size_t index) {
  return {.kind = KernelPlace::Kind::binding, .binding = static_cast<uint32_t>(index)};
}

bool placed(const Program& program, uint32_t value) {
  return program.places[value].kind != KernelPlace::Kind::omitted;
}

// A constant that is no input of the island: its bytes are asked from the host.
Status place_constant(Program& program, uint32_t value) {
  const auto* constants = host_service<tenon_constant>(TENON_CONSTANT_ID);
  if (constants == nullptr) return invalid("value {}: the host tells no constants", value);
  const void* data = nullptr;
  uint64_t bytes = 0;
  TENON_TRY(from_host(constants->map(program.graph.value(value).data, &data, &bytes),
                      fmt::format("bytes of constant {}", value)));
  program.places[value] = {.kind = KernelPlace::Kind::constant,
                           .offset = bytes,
                           .data = static_cast<const std::byte*>(data)};
  return {};
}

Status need(Program& program, uint32_t value) {
  if (value == TENON_NONE || placed(program, value)) return {};
  if (program.graph.value(value).kind == TENON_VALUE_CONSTANT) {
    return place_constant(program, value);
  }
  return invalid("value {} is used before anything makes it", value);
}

void place_inputs(Program& program) {
  for (const uint32_t value : program.graph.inputs(program.graph.body())) {
    program.places[value] = binding_place(program.bindings.size());
    program.bindings.push_back(value);
  }
}

// Outputs that a node writes are written in place; whatever lies elsewhere is copied at the end.
Status place_outputs(Program& program) {
  for (const uint32_t value : program.graph.outputs(program.graph.body())) {
    const auto binding = static_cast<uint32_t>(program.bindings.size());
    program.bindings.push_back(value);
    if (program.graph.value(value).kind == TENON_VALUE_CONSTANT) TENON_TRY(need(program, value));
    if (placed(program, value)) {
      program.copies.emplace_back(binding, value);
    } else {
      program.places[value] = binding_place(binding);
    }
  }
  return {};
}

// What lies nowhere still has sizes.
void place_stored(Program& program, const NodeView& node, const Stored& stored) {
  const KernelPlace computed = {.kind = KernelPlace::Kind::computed};
  program.places[node.input_value(stored.input)] = computed;
  if (stored.maker) program.places[stored.value] = computed;
}

bool is_formula(const Kernel& kernel) { return kernel.op == "formula" || kernel.op == any_formula; }

std::vector<uint32_t> straight_inputs(const NodeView& node) {
  const std::span<const tenon_expr> rows = node.graph().exprs();
  std::vector<bool> is_straight(node.inputs(), true);
  for (const ExprId id : needed_rows(rows, static_cast<ExprId>(node.row().formula))) {
    const tenon_expr& row = rows[static_cast<size_t>(id)];
    const bool goes_elsewhere = row.op == TENON_EXPR_LOAD && row.a >= 0;
    if (goes_elsewhere) is_straight[static_cast<size_t>(row.k)] = false;
  }
  // A value that is two operands must be straight as both.
  std::vector<uint32_t> found;
  for (size_t i = 0; i < node.inputs(); ++i) {
    const uint32_t value = node.input_value(i);
    bool may_lie_there = value != TENON_NONE;
    for (size_t k = 0; k < node.inputs(); ++k) {
      if (node.input_value(k) == value) may_lie_there = may_lie_there && is_straight[k];
    }
    if (may_lie_there) found.push_back(value);
  }
  return found;
}

Status add_step(Program& program, Step step, uint32_t precision, std::vector<bool>& made) {
  const NodeView& node = step.node;
  for (const uint32_t value : step.reads()) {
    TENON_TRY(need(program, value));
    if (value != TENON_NONE && !made[value] &&
        program.places[value].kind == KernelPlace::Kind::binding) {
      return invalid("value {} is used before anything makes it", value);
    }
  }
  if (step.stored) place_stored(program, node, *step.stored);
  TENON_TRY_ASSIGN(step.kernel, program.device->plugin->kernel_for(node));
  if (step.kernel->prepare != nullptr) {
    TENON_TRY_ASSIGN(step.state, step.kernel->prepare(node, KernelConstants(node, precision)));
  }
  for (size_t i = 0; i < node.outputs(); ++i) {
    const uint32_t value = node.output_value(i);
    if (value == TENON_NONE) continue;
    made[value] = true;
    if (placed(program, value)) continue;
    const KernelPlace& home = program.places[program.homes[value]];
    const bool is_binding = home.kind == KernelPlace::Kind::binding;
    program.places[value] = is_binding ? home : KernelPlace{.kind = KernelPlace::Kind::scratch};
  }
  if (is_formula(*step.kernel)) step.straight = straight_inputs(node);
  program.steps.push_back(std::move(step));
  return {};
}

std::vector<uint64_t> copy_of(const tenon_graph& graph) {
  std::vector<uint64_t> blob((graph.bytes + 7) / 8);
  std::memcpy(blob.data(), &graph, graph.bytes);
  return blob;
}

}  // namespace

Result<std::unique_ptr<Program>> compile(const Device& device, const tenon_graph& graph,
                                         uint32_t precision, const tenon_cancel* cancel) {
  std::vector<uint64_t> blob = copy_of(graph);
  const GraphView view(reinterpret_cast<const tenon_graph*>(blob.data()));
  auto program =
      std::unique_ptr<Program>(new Program{&device, std::move(blob), view, {}, {}, {}, {}, {}});
  program->places.resize(view.values());
  program->homes = in_place_homes(view);
  place_inputs(*program);
  std::vector<bool> made(view.values(), false);
  for (const uint32_t value : program->bindings) made[value] = true;
  TENON_TRY(place_outputs(*program));

  const tenon_body& body = view.body();
  StoredMatrices stored = find_stored(*device.plugin, view);
  for (uint32_t i = 0; i < body.n_node; ++i) {
    TENON_TRY(poll(cancel));
    if (stored.left_out.contains(i)) continue;
    const NodeView node(view, view.node(body.node0 + i));
    Step step = {node, nullptr, {}, {}};
    if (const auto found = stored.of.find(i); found != stored.of.end()) step.stored = found->second;
    const Status status = add_step(*program, std::move(step), precision, made);
    if (!status.ok()) return status.at(fmt::format("{} \"{}\"", node.op(), node.name()));
  }
  for (size_t i = 0; i < view.outputs(body).size(); ++i) {
    const uint32_t value = view.outputs(body)[i];
    if (!made[value] && program->places[value].kind == KernelPlace::Kind::binding) {
      return invalid("output {} is made by no node", i);
    }
  }
  return program;
}

}  // namespace tenon::kernels
