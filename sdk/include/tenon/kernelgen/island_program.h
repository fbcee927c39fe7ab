// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/generate.h"
#include "tenon/kernelgen/printer_c.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

// An island as code for all shapes, and its plan for one set of symbol values. No device is touched
// here: generated_backend.h builds the text and launches. An IslandProgram is immutable after
// compile; plan() may be called by many threads at once.
namespace tenon::kernelgen {

// An argument of one launch.
struct BoundArgument {
  enum class Kind : uint8_t { binding, scratch, number };
  Kind kind = Kind::number;
  uint32_t binding = 0;  // index into tenon_run.bindings
  uint64_t offset = 0;   // bytes into scratch
  uint64_t bits = 0;     // of a number
  uint64_t bytes = 0;    // of the tensor, or of the number as an argument
};

struct BoundLaunch {
  uint32_t kernel = 0;  // index into kernels()
  std::array<uint32_t, 3> groups = {1, 1, 1};
  std::vector<BoundArgument> arguments;
  // A copy between two bindings: left out when the host has bound one memory twice.
  bool is_copy_of_binding = false;
};

struct IslandPlan {
  std::vector<BoundLaunch> launches;
  std::vector<uint64_t> binding_bytes;  // what each binding must hold
  uint64_t scratch_bytes = 0;
};

class IslandProgram {
 public:
  static Result<IslandProgram> compile(const tenon_graph* graph, const Limits& limits,
                                       const kir::CTarget& target);

  // Source text of all kernels; empty when there is nothing to launch.
  const std::string& source() const { return source_; }
  const std::vector<kir::Kernel>& kernels() const { return kernels_; }

  // Sizes, offsets and numbers for these symbol values. alignment: of offsets into scratch.
  Result<IslandPlan> plan(std::span<const int64_t> symbols, uint64_t alignment) const;

 private:
  struct Place {
    bool is_temporary = false;
    uint32_t index = 0;  // of a binding or a temporary
  };
  struct Step {
    uint32_t kernel = 0;
    std::vector<Argument> arguments;
    std::vector<Place> operands;  // what the arguments' operand numbers mean
    std::array<ExprId, 3> groups;
    std::string label;
    ExprId only_if = no_expr;  // a condition on sizes
    bool is_copy_of_binding = false;
  };
  struct Memory {
    ExprId elements = no_expr;
    uint32_t element_bytes = 1;
    uint32_t first = 0;  // steps between which a temporary lives
    uint32_t last = 0;
    ExprId only_if = no_expr;  // a condition on sizes without which it is not touched
    std::string name;
  };
  class Compiler;

  Result<uint64_t> bytes_of(const Memory& memory, std::span<const int64_t> symbols) const;
  Result<bool> holds(ExprId condition, std::span<const int64_t> symbols) const;
  // Bytes and place of each binding and temporary.
  struct Layout {
    std::vector<uint64_t> binding_bytes;
    std::vector<uint64_t> temporary_bytes;
    std::vector<uint64_t> offsets;  // of temporaries in scratch
    uint64_t scratch_bytes = 0;
  };
  Result<Layout> lay_out(std::span<const int64_t> symbols, uint64_t alignment) const;
  Result<BoundLaunch> bind(const Step& step, const Layout& layout,
                           std::span<const int64_t> symbols) const;

  std::string source_;
  std::vector<kir::Kernel> kernels_;
  std::vector<Step> steps_;
  std::vector<Memory> bindings_;
  std::vector<Memory> temporaries_;
  std::vector<tenon_expr> exprs_;
};

// Why a node cannot run on a device with these limits; ok when it can.
Status can_generate(Island& island, const tenon_node& node);

}  // namespace tenon::kernelgen
