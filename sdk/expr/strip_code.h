// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip_ops.h"
#include "tenon/strip_vm.h"

#include <cstdint>
#include <optional>
#include <vector>

// What a formula becomes: numbers known once a run, and instructions over strips of registers.
// Written once by compile_strips(), then only read.
namespace tenon {
namespace strip {

// A row without coordinates and elements; a, b, c are places in Code::uniforms.
struct Uniform {
  tenon_expr row;
  Type operand_type = Type::i64;
};

// An affine index: base + sum of factor * coordinate on its axis. Numbers are places in uniforms.
struct Walk {
  uint32_t base = 0;
  std::vector<int64_t> axes;
  std::vector<uint32_t> factors;
  int rate = 0;
};

// A register that holds one number during the whole run.
struct Fill {
  uint32_t out = 0;
  uint32_t uniform = 0;
  Type type = Type::i64;
};

enum class Kind : uint8_t {
  step,    // registers a, b, c through `step`
  index,   // a walk as numbers
  load,    // elements of an operand at a walk
  gather,  // elements of an operand at the indexes in register a
};

struct Instruction {
  Kind kind = Kind::step;
  Type type = Type::i64;  // of the result
  uint32_t out = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t c = 0;
  uint32_t operand = 0;
  uint32_t walk = 0;
  Step step = nullptr;
  int rate = 0;  // one register element for 2^rate elements of the output
};

struct Code {
  bool single = false;  // floats are computed in f32
  std::vector<Uniform> uniforms;
  std::vector<Walk> walks;
  std::vector<Fill> fills;
  std::vector<Instruction> instructions;
  uint32_t registers = 0;
  uint32_t result = 0;
  Type result_type = Type::f32;
};

// Twice the same: `every` computes all rows for every element; `grouped`, when it is better and
// where the innermost axis allows it, rows that change seldom once a group.
struct Codes {
  Code every;
  std::optional<Code> grouped;
  int64_t axis = 0;      // of grouped: the innermost axis of the output
  int64_t multiple = 1;  // of grouped: of which its extent, and where a run begins, are multiples
};

Result<Codes> compile_strips(std::span<const tenon_expr> rows, ExprId root, size_t n_operands,
                             bool single);

}  // namespace strip

struct StripProgram::Code {
  strip::Codes codes;
};

}  // namespace tenon
