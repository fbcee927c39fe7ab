// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/island_program.h"

#include "sources.h"
#include "tenon/in_place.h"
#include "tenon/memory_plan.h"

#include <fmt/format.h>

#include <map>

namespace tenon::kernelgen {

// Walks the island's nodes in order, writes their kernels and gives every value a home.
class IslandProgram::Compiler {
 public:
  Compiler(const tenon_graph* graph, const Limits& limits, IslandProgram& program)
      : island_(graph, limits), graph_(island_.graph()), program_(program) {}

  Status run() {
    const tenon_body& body = graph_.body();
    in_place_homes_ = in_place_homes(graph_);
    bind_border(body);
    const std::map<uint32_t, Expr> conditions = find_sources(island_);
    for (uint32_t i = 0; i < body.n_node; ++i) {
      const tenon_node& node = graph_.node(body.node0 + i);
      const auto condition = conditions.find(i);
      only_if_ = no_expr;
      if (condition != conditions.end()) {
        const Expr wanted = condition->second;
        if (wanted.is_constant() && wanted.constant() == 0) continue;
        if (!wanted.is_constant()) only_if_ = wanted.id();
      }
      TENON_TRY(one(node).at(fmt::format("node \"{}\"", graph_.name(node))));
    }
    TENON_TRY(copy_outputs(body));
    const std::span<const tenon_expr> rows = island_.pool().rows();
    program_.exprs_.assign(rows.begin(), rows.end());
    return {};
  }

 private:
  Memory memory_of(uint32_t value) {
    const auto step = static_cast<uint32_t>(program_.steps_.size());
    return {.elements = island_.elements(value).id(),
            .element_bytes = static_cast<uint32_t>(element_bytes(graph_.dtype(value))),
            .first = step,
            .last = step,
            .only_if = only_if_,
            .name = std::string(graph_.text(graph_.value(value).name))};
  }

  // Inputs are bindings; an output is the home of the value that a node computes into it.
  void bind_border(const tenon_body& body) {
    for (const uint32_t value : graph_.inputs(body)) {
      homes_.emplace(value, Place{false, static_cast<uint32_t>(program_.bindings_.size())});
      program_.bindings_.push_back(memory_of(value));
    }
    for (const uint32_t value : graph_.outputs(body)) {
      const auto index = static_cast<uint32_t>(program_.bindings_.size());
      if (!homes_.emplace(value, Place{false, index}).second) copies_.push_back({value, index});
      program_.bindings_.push_back(memory_of(value));
    }
  }

  Result<Place> home_of(uint32_t value, bool is_written) {
    const auto found = homes_.find(value);
    if (found != homes_.end()) {
      const Place place = found->second;
      if (place.is_temporary) {
        program_.temporaries_[place.index].last = static_cast<uint32_t>(program_.steps_.size());
      }
      return place;
    }
    if (!is_written) {
      return invalid("value \"{}\" is neither computed before nor an input of the island",
                     graph_.text(graph_.value(value).name));
    }
    const uint32_t shared = in_place_homes_[value];
    if (shared != value) {
      TENON_TRY_ASSIGN(const Place place, home_of(shared, true));
      homes_.emplace(value, place);
      return place;
    }
    const Place place = {true, static_cast<uint32_t>(program_.temporaries_.size())};
    program_.temporaries_.push_back(memory_of(value));
    homes_.emplace(value, place);
    return place;
  }

  // Copies what the node changes in place, where it lies elsewhere.
  Status begin_in_place(const tenon_node& node) {
    for (const InPlacePair& pair : in_place_pairs(graph_, node)) {
      if (!island_.elements(pair.output).same(island_.elements(pair.input))) {
        return invalid("what is changed in place and the result differ in dims");
      }
      if (in_place_homes_[pair.output] == in_place_homes_[pair.input]) continue;
      TENON_TRY_ASSIGN(const Place from, home_of(pair.input, false));
      TENON_TRY_ASSIGN(const Place to, home_of(pair.output, true));
      TENON_TRY(add_copy(pair.input, from, to, "copy of what changes in place"));
    }
    return {};
  }

  Status add_copy(uint32_t value, Place from, Place to, std::string label) {
    TENON_TRY(island_.check_value(value));
    TENON_TRY_ASSIGN(Generated copy,
                     generate_copy(island_, graph_.dtype(value), island_.elements(value), "copy"));
    Step step = {.kernel = 0,
                 .arguments = std::move(copy.arguments),
                 .operands = {from, to},
                 .groups = copy.groups,
                 .label = std::move(label),
                 .is_copy_of_binding = !from.is_temporary && !to.is_temporary};
    step.kernel = add(std::move(copy.kernel));
    program_.steps_.push_back(std::move(step));
    return {};
  }

  // Gives a node's own memory its places among the program's.
  std::vector<uint32_t> keep(const std::vector<Temporary>& temporaries, std::string_view node) {
    std::vector<uint32_t> indices;
    const auto step = static_cast<uint32_t>(program_.steps_.size());
    for (const Temporary& each : temporaries) {
      indices.push_back(static_cast<uint32_t>(program_.temporaries_.size()));
      program_.temporaries_.push_back(
          {.elements = each.elements,
           .element_bytes = static_cast<uint32_t>(element_bytes(each.dtype)),
           .first = step,
           .last = step,
           .only_if = only_if_,
           .name = fmt::format("memory of {}", node)});
    }
    return indices;
  }

  Status one(const tenon_node& node) {
    TENON_TRY_ASSIGN(Kernels kernels,
                     generate(island_, node, fmt::format("k{}", program_.kernels_.size())));
    TENON_TRY(begin_in_place(node));
    const std::vector<uint32_t> temporaries = keep(kernels.temporaries, graph_.name(node));
    std::vector<uint32_t> values;
    for (const uint32_t value : graph_.inputs(node)) values.push_back(value);
    for (const uint32_t value : graph_.outputs(node)) values.push_back(value);
    for (Generated& kernel : kernels.list) {
      Step step = {.kernel = 0,
                   .arguments = std::move(kernel.arguments),
                   .operands = std::vector<Place>(values.size() + temporaries.size()),
                   .groups = kernel.groups,
                   .label = std::string(graph_.name(node)),
                   .only_if = only_if_ != no_expr ? only_if_ : kernel.only_if};
      for (Argument& argument : step.arguments) {
        if (!argument.is_operand) continue;
        if (argument.operand >= first_further) {
          TENON_TRY_ASSIGN(const Place place,
                           home_of(kernels.further[argument.operand - first_further], false));
          argument.operand = static_cast<uint32_t>(step.operands.size());
          step.operands.push_back(place);
          continue;
        }
        if (argument.operand >= values.size()) {
          const uint32_t index = temporaries[argument.operand - values.size()];
          program_.temporaries_[index].last = static_cast<uint32_t>(program_.steps_.size());
          step.operands[argument.operand] = {true, index};
          continue;
        }
        const uint32_t value = values[argument.operand];
        TENON_TRY_ASSIGN(step.operands[argument.operand],
                         home_of(value, argument.operand >= node.n_in));
      }
      step.kernel = add(std::move(kernel.kernel));
      program_.steps_.push_back(std::move(step));
    }
    return {};
  }

  // Kernels that differ in nothing but their name are one.
  uint32_t add(kir::Kernel kernel) {
    kernel.name = "k";
    std::string text = kir::print_c(kernel, kir::opencl_c());
    const auto next = static_cast<uint32_t>(program_.kernels_.size());
    const auto [found, is_new] = texts_.emplace(std::move(text), next);
    if (is_new) {
      kernel.name = fmt::format("tenon_{}", next);
      program_.kernels_.push_back(std::move(kernel));
    }
    return found->second;
  }

  // An output that is an input, or that stands twice.
  Status copy_outputs(const tenon_body& body) {
    (void)body;
    for (const auto& [value, binding] : copies_) {
      TENON_TRY(add_copy(value, homes_.at(value), Place{false, binding}, "copy of an output"));
    }
    return {};
  }

  struct Copy {
    uint32_t value;
    uint32_t binding;
  };

  Island island_;
  const GraphView& graph_;
  IslandProgram& program_;
  ExprId only_if_ = no_expr;  // of the node at hand
  std::vector<uint32_t> in_place_homes_;
  std::map<uint32_t, Place> homes_;
  std::vector<Copy> copies_;
  std::map<std::string, uint32_t> texts_;
};

Result<IslandProgram> IslandProgram::compile(const tenon_graph* graph, const Limits& limits,
                                             const kir::CTarget& target) {
  IslandProgram program;
  TENON_TRY(Compiler(graph, limits, program).run());
  if (!program.kernels_.empty()) program.source_ = kir::print_c(program.kernels_, target);
  return program;
}

Result<uint64_t> IslandProgram::bytes_of(const Memory& memory,
                                         std::span<const int64_t> symbols) const {
  TENON_TRY_ASSIGN(const int64_t elements, evaluate(exprs_, memory.elements, symbols));
  if (elements < 0) return invalid("value \"{}\" has {} elements", memory.name, elements);
  if (elements > INT32_MAX) {
    return unsupported("value \"{}\" has {} elements, kernels index up to {}", memory.name,
                       elements, INT32_MAX);
  }
  return static_cast<uint64_t>(elements) * memory.element_bytes;
}

namespace {

// A number as a kernel argument: its bits and size.
Result<BoundArgument> number(int64_t value, const kir::Param& param, bool is_size) {
  BoundArgument made = {.kind = BoundArgument::Kind::number, .bytes = 4};
  switch (param.type) {
    case Type::boolean:
      made.bits = value != 0 ? 1 : 0;
      return made;
    case Type::f32:
      made.bits = kir::bits_of(kir::real_of(static_cast<uint64_t>(value), Type::f64), Type::f32);
      return made;
    case Type::f64:
    case Type::u64:
    case Type::i64:
      made.bits = static_cast<uint64_t>(value);
      made.bytes = 8;
      return made;
    case Type::u32:
      made.bits = kir::integer_bits(value, Type::u32);
      return made;
    case Type::i32:
      break;
  }
  if (is_size && (value < INT32_MIN || value > INT32_MAX)) {
    return unsupported("a size of {} does not fit the kernels' 32-bit indices", value);
  }
  made.bits = kir::integer_bits(value, Type::i32);
  return made;
}

}  // namespace

Result<BoundLaunch> IslandProgram::bind(const Step& step, const Layout& layout,
                                        std::span<const int64_t> symbols) const {
  BoundLaunch launch = {.kernel = step.kernel,
                        .groups = {},
                        .arguments = {},
                        .is_copy_of_binding = step.is_copy_of_binding};
  for (size_t axis = 0; axis < 3; ++axis) {
    TENON_TRY_ASSIGN(const int64_t groups, evaluate(exprs_, step.groups[axis], symbols));
    if (groups < 0 || groups > INT32_MAX)
      return unsupported("{} work-groups, at most {}", groups, INT32_MAX);
    launch.groups[axis] = static_cast<uint32_t>(groups);
  }
  const kir::Kernel& kernel = kernels_[step.kernel];
  for (size_t i = 0; i < step.arguments.size(); ++i) {
    const Argument& argument = step.arguments[i];
    if (!argument.is_operand) {
      const bool is_size =
          static_cast<Type>(exprs_[static_cast<size_t>(argument.number)].type) == Type::i64;
      TENON_TRY_ASSIGN(const int64_t value, evaluate(exprs_, argument.number, symbols));
      TENON_TRY_ASSIGN(const BoundArgument bound,
                       number(value >> argument.shift, kernel.params[i], is_size));
      launch.arguments.push_back(bound);
      continue;
    }
    const Place& place = step.operands[argument.operand];
    BoundArgument bound = {.kind = BoundArgument::Kind::binding, .binding = place.index};
    if (place.is_temporary) {
      bound = {.kind = BoundArgument::Kind::scratch,
               .binding = 0,
               .offset = layout.offsets[place.index],
               .bits = 0,
               .bytes = layout.temporary_bytes[place.index]};
    } else {
      bound.bytes = layout.binding_bytes[place.index];
    }
    launch.arguments.push_back(bound);
  }
  return launch;
}

Result<bool> IslandProgram::holds(ExprId condition, std::span<const int64_t> symbols) const {
  if (condition == no_expr) return true;
  TENON_TRY_ASSIGN(const int64_t value, evaluate(exprs_, condition, symbols));
  return value != 0;
}

Result<IslandProgram::Layout> IslandProgram::lay_out(std::span<const int64_t> symbols,
                                                     uint64_t alignment) const {
  Layout layout;
  for (const Memory& binding : bindings_) {
    TENON_TRY_ASSIGN(const uint64_t bytes, bytes_of(binding, symbols));
    layout.binding_bytes.push_back(bytes);
  }
  std::vector<MemoryRequest> requests;
  for (const Memory& temporary : temporaries_) {
    TENON_TRY_ASSIGN(const bool is_used, holds(temporary.only_if, symbols));
    uint64_t bytes = 0;
    if (is_used) {
      TENON_TRY_ASSIGN(bytes, bytes_of(temporary, symbols));
    }
    layout.temporary_bytes.push_back(bytes);
    requests.push_back(
        {.bytes = bytes, .first = temporary.first, .last = temporary.last, .alignment = alignment});
  }
  TENON_TRY_ASSIGN(MemoryPlan plan, plan_memory(requests));
  layout.offsets = std::move(plan.offsets);
  layout.scratch_bytes = plan.bytes;
  return layout;
}

Result<IslandPlan> IslandProgram::plan(std::span<const int64_t> symbols, uint64_t alignment) const {
  TENON_TRY_ASSIGN(Layout layout, lay_out(symbols, alignment));
  IslandPlan plan;
  for (const Step& step : steps_) {
    TENON_TRY_ASSIGN(const bool is_used, holds(step.only_if, symbols));
    if (!is_used) continue;
    Result<BoundLaunch> launch = bind(step, layout, symbols);
    if (!launch.ok()) return launch.status().at(step.label);
    const auto& groups = launch->groups;
    const bool is_empty = groups[0] == 0 || groups[1] == 0 || groups[2] == 0;
    if (!is_empty) plan.launches.push_back(std::move(*launch));
  }
  plan.binding_bytes = std::move(layout.binding_bytes);
  plan.scratch_bytes = layout.scratch_bytes;
  return plan;
}

Status can_generate(Island& island, const tenon_node& node) {
  return generate(island, node, "probe").status();
}

}  // namespace tenon::kernelgen
