// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"

#include "tenon/expr.h"
#include "tenon/in_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

// Gives a program sizes: dims, places in the scratch, chunks.
namespace tenon::kernels {
namespace {

// Beyond any machine's memory, and so small that kernels need not fear for their 64 bits when they
// add up sizes.
constexpr int64_t most_elements = int64_t{1} << 45;
constexpr int64_t max_tasks = 65536;  // of one step; more kernel chunks are run in groups

struct Sizes {
  std::vector<std::vector<int64_t>> dims;
  std::vector<int64_t> elements;
  std::vector<uint64_t> bytes;
};

Result<std::vector<int64_t>> evaluate_dims(const GraphView& graph, std::span<const tenon_dim> dims,
                                           std::span<const int64_t> symbols) {
  std::vector<int64_t> extents;
  for (const tenon_dim dim : dims) {
    TENON_TRY_ASSIGN(const int64_t extent, evaluate_dim(graph.exprs(), dim, symbols));
    if (extent < 0) return invalid("axis {} has extent {}", extents.size(), extent);
    extents.push_back(extent);
  }
  return extents;
}

Status size_value(const GraphView& graph, uint32_t value, std::span<const int64_t> symbols,
                  Sizes& sizes) {
  const tenon_value& row = graph.value(value);
  TENON_TRY_ASSIGN(sizes.dims[value], evaluate_dims(graph, graph.dims(row), symbols));
  // An empty tensor may have any other extents; their product must not count as too large.
  int64_t elements = std::ranges::count(sizes.dims[value], 0) > 0 ? 0 : 1;
  for (const int64_t extent : sizes.dims[value]) {
    if (__builtin_mul_overflow(elements, extent, &elements) || elements > most_elements) {
      return no_memory("dims [{}] are more than 2^45 elements", fmt::join(sizes.dims[value], ", "));
    }
  }
  const auto bytes = elements * static_cast<int64_t>(element_bytes(graph.dtype(value)));
  sizes.elements[value] = elements;
  sizes.bytes[value] = static_cast<uint64_t>(bytes);
  return {};
}

Result<Sizes> size_values(const Program& program, std::span<const int64_t> symbols) {
  const GraphView& graph = program.graph;
  Sizes sizes;
  sizes.dims.resize(graph.values());
  sizes.elements.resize(graph.values());
  sizes.bytes.resize(graph.values());
  for (uint32_t value = 0; value < graph.values(); ++value) {
    const KernelPlace& place = program.places[value];
    if (place.kind == KernelPlace::Kind::omitted) continue;
    const Status status = size_value(graph, value, symbols, sizes);
    if (!status.ok()) {
      return status.at(fmt::format("value \"{}\"", graph.text(graph.value(value).name)));
    }
    if (place.kind == KernelPlace::Kind::constant && place.offset < sizes.bytes[value]) {
      return invalid("constant \"{}\" has {} bytes, its dims need {}",
                     graph.text(graph.value(value).name), place.offset, sizes.bytes[value]);
    }
  }
  return sizes;
}

// Everything bind() gathers while it walks the steps.
struct Binder {
  const Program& program;
  std::span<const int64_t> symbols;
  Sizes sizes;
  std::vector<KernelPlace> places;
  Bound& bound;

  KernelOperand operand(uint32_t value) const {
    if (value == TENON_NONE) return {};
    return {program.graph.dtype(value), sizes.dims[value], sizes.elements[value], places[value]};
  }
  KernelOperand stored_operand(const Step& step) const;
  Status add(const Step& step);
  Status add_copy(uint32_t binding, uint32_t value);
  // Copies what the node changes in place, where it lies elsewhere.
  Status begin_in_place(const Step& step);
  Status add_copy(KernelOperand from, KernelOperand to, uint32_t value);
  Status add(BoundStep step);
  Status add_phases(BoundStep step);
};

uint64_t aligned(int64_t bytes) {
  return (static_cast<uint64_t>(bytes) + memory_alignment - 1) / memory_alignment *
         memory_alignment;
}

// One step for each phase.
Status Binder::add_phases(BoundStep step) {
  const std::vector<int64_t> earlier = std::move(step.work.earlier);
  step.work.earlier.clear();
  for (const int64_t chunks : earlier) {
    BoundStep phase = step;
    phase.work.chunks = chunks;
    TENON_TRY(add(std::move(phase)));
    ++step.phase;
  }
  return add(std::move(step));
}

Status Binder::add(BoundStep step) {
  const KernelWork& work = step.work;
  if (work.chunks < 0 || work.scratch < 0 || work.shared < 0) {
    return internal_error("{} chunks, {} and {} bytes of scratch", work.chunks, work.scratch,
                          work.shared);
  }
  if (step.work.chunks == 0) return {};
  step.group = (step.work.chunks - 1) / max_tasks + 1;
  bound.worker_bytes = std::max(bound.worker_bytes, aligned(work.scratch));
  bound.shared_bytes = std::max(bound.shared_bytes, aligned(work.shared));
  bound.chunks.push_back(static_cast<uint32_t>((step.work.chunks - 1) / step.group + 1));
  bound.steps.push_back(std::move(step));
  return {};
}

// The matrix under the dims that the node knows.
KernelOperand Binder::stored_operand(const Step& step) const {
  const Stored& stored = *step.stored;
  KernelOperand made = operand(step.node.input_value(stored.input));
  made.turned = true;
  made.dtype = program.graph.dtype(stored.value);
  made.place = places[stored.value];
  if (!stored.maker) return made;
  made.formula = stored.formula.get();
  made.formula_dims = sizes.dims[stored.value];
  for (size_t i = 0; i < stored.maker->inputs(); ++i) {
    made.formula_inputs.push_back(operand(stored.maker->input_value(i)));
  }
  return made;
}

Status Binder::add(const Step& step) {
  TENON_TRY(begin_in_place(step));
  BoundStep made;
  made.run = step.kernel->run;
  made.op = step.node.op();
  made.name = step.node.name();
  made.state = step.state.get();
  for (size_t i = 0; i < step.node.inputs(); ++i) {
    const bool is_stored = step.stored && step.stored->input == i;
    made.inputs.push_back(is_stored ? stored_operand(step) : operand(step.node.input_value(i)));
  }
  for (size_t i = 0; i < step.node.outputs(); ++i) {
    made.outputs.push_back(operand(step.node.output_value(i)));
  }
  // Kernels need not think of empty outputs: there is nothing to compute.
  const auto empty = [](const KernelOperand& output) { return output.elements == 0; };
  if (std::ranges::all_of(made.outputs, empty)) return {};
  if (step.kernel->shape != nullptr) {
    const KernelSizes known(step.node, step.state, made.inputs, made.outputs, symbols);
    TENON_TRY_ASSIGN(made.work, step.kernel->shape(known));
  }
  return add_phases(std::move(made));
}

void run_copy(const KernelArguments& arguments, int64_t) {
  const auto bytes =
      static_cast<size_t>(arguments.output_elements(0)) * element_bytes(arguments.output_dtype(0));
  // The host may have bound one memory twice, as it does for states.
  if (arguments.output_data(0) == arguments.input_data(0)) return;
  std::memcpy(arguments.output_data(0), arguments.input_data(0), bytes);
}

Status Binder::add_copy(KernelOperand from, KernelOperand to, uint32_t value) {
  BoundStep made;
  made.run = run_copy;
  made.op = "copy";
  made.name = program.graph.text(program.graph.value(value).name);
  made.work.chunks = to.elements == 0 ? 0 : 1;
  made.inputs = {std::move(from)};
  made.outputs = {std::move(to)};
  return add(std::move(made));
}

Status Binder::begin_in_place(const Step& step) {
  for (const InPlacePair& pair : in_place_pairs(program.graph, step.node.row())) {
    if (sizes.dims[pair.output] != sizes.dims[pair.input]) {
      return invalid("what is changed in place has dims [{}], the result [{}]",
                     fmt::join(sizes.dims[pair.input], ", "),
                     fmt::join(sizes.dims[pair.output], ", "));
    }
    if (program.homes[pair.output] == program.homes[pair.input]) continue;
    TENON_TRY(add_copy(operand(pair.input), operand(pair.output), pair.input));
  }
  return {};
}

Status Binder::add_copy(uint32_t binding, uint32_t value) {
  KernelOperand to = operand(value);
  to.place = {.kind = KernelPlace::Kind::binding, .binding = binding};
  return add_copy(operand(value), std::move(to), value);
}

uint32_t workers(const tenon_tasks* tasks) {
  return tasks == nullptr ? 1 : std::max(tasks->width(), 1u);
}

}  // namespace

Result<std::unique_ptr<Bound>> bind(const Program& program, std::span<const int64_t> symbols) {
  if (symbols.size() != program.graph.symbols()) {
    return invalid("{} symbol values, the graph has {}", symbols.size(), program.graph.symbols());
  }
  auto bound = std::make_unique<Bound>();
  bound->program = &program;
  bound->host_tasks = host_service<tenon_tasks>(TENON_TASKS_ID);
  bound->workers = workers(bound->host_tasks);
  TENON_TRY_ASSIGN(Sizes sizes, size_values(program, symbols));
  Binder binder{program, symbols, std::move(sizes), program.places, *bound};
  TENON_TRY_ASSIGN(bound->values_bytes, plan_scratch(program, binder.sizes.bytes, binder.places));
  for (const uint32_t value : program.bindings) {
    bound->binding_bytes.push_back(binder.sizes.bytes[value]);
  }
  for (const Step& step : program.steps) {
    const Status status = binder.add(step);
    if (!status.ok()) return status.at(fmt::format("{} \"{}\"", step.node.op(), step.node.name()));
  }
  for (const auto& [binding, value] : program.copies) TENON_TRY(binder.add_copy(binding, value));
  for (const BoundStep& step : bound->steps) bound->tasks.push_back({run_task, &step});
  return bound;
}

}  // namespace tenon::kernels
