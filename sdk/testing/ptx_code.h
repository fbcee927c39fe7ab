// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

// PTX after reading: what ptx_parse.cpp makes and ptx_run.cpp runs. Data only.
namespace tenon::testing::ptx {

enum class Operation : uint8_t {
  abs,
  add,
  and_,
  bar,
  bra,
  cvt,
  cvta,
  div,
  fma,
  ld,
  mad,
  max,
  min,
  mov,
  mul,
  neg,
  not_,
  or_,
  rem,
  ret,
  selp,
  setp,
  shl,
  shr,
  sqrt,
  st,
  sub,
  xor_,
};

enum class Kind : uint8_t { predicate, bits, unsigned_, signed_, real };

// ".s32": a kind and a width in bits.
struct Type {
  Kind kind = Kind::bits;
  uint8_t width = 32;
};

enum class Space : uint8_t { none, param, global, shared };
enum class Rounding : uint8_t { none, nearest, down, up, zero };
enum class Comparison : uint8_t { none, lt, le, eq, ge, ne };

// A register, or a number when there is none.
struct Operand {
  int32_t register_ = -1;
  uint64_t number = 0;
};

struct Instruction {
  Operation operation = Operation::ret;
  Type type;  // of the result, or of what is compared or stored
  Type from;  // cvt: of the operand
  Space space = Space::none;
  Rounding rounding = Rounding::none;
  Comparison comparison = Comparison::none;
  bool is_wide = false;  // mad.wide
  int32_t guard = -1;    // register of the predicate
  bool is_guard_negated = false;
  uint32_t target = 0;  // bra: instruction to go on with
  std::array<Operand, 4> operands = {};
  uint32_t count = 0;  // of operands
  uint32_t line = 0;
};

// Registers every entry has: %tid.x ... %ctaid.z.
constexpr uint32_t special_registers = 6;

struct Entry {
  std::string name;
  std::vector<Type> parameters;
  std::array<uint32_t, 3> group = {1, 1, 1};
  uint64_t shared_bytes = 0;
  uint32_t registers = special_registers;
  std::vector<Instruction> code;
};

}  // namespace tenon::testing::ptx
