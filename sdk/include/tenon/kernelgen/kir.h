// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

// KIR: the loop IR that templates write and printers walk. Structured control, mutable variables,
// no phi and no pointers. Data only; builder.h writes it. What is promised of each operation:
//   signed integers must not overflow (the interpreter reports it), unsigned ones wrap;
//   a divisor is neither 0 nor, for signed types, -1; shifts are below the width;
//   a cast of a float to an integer must be in range; a cast to bool is not used;
//   rem, min and max are of integers; loops count upwards by a positive step.
namespace tenon::kir {

// Leaves (up to local) have one value in the whole kernel and stand anywhere.
enum class Op : uint8_t {
  constant,  // k: bits
  param,     // a: index of a scalar parameter
  group,     // a: axis; index of the work-group
  local,     // a: axis; index within the work-group
  load,      // a: buffer parameter (k 0) or shared array (k 1); b: element; c: bool or none
  store,     // a, k as load; b: element; c: value
  shared,    // k: elements of `type`, one array per work-group
  barrier,   // of the work-group, for shared memory
  variable,  // a: initial value
  get,       // a: variable
  set,       // a: variable; b: value
  loop,      // a: first; b: limit; c: step; k: 0, or 1 + the bool variable that must hold for
             // each turn; the value is the counter, i32
  when,      // a: condition
  otherwise,
  end,
  add,
  sub,
  mul,
  div,
  rem,
  min,
  max,
  bit_and,  // of bools: logical
  bit_or,
  bit_xor,
  shl,
  shr,
  lt,
  le,
  eq,
  neg,
  abs,
  bit_not,
  floor,
  ceil,
  round,  // half to even
  trunc,
  sqrt,
  fma,  // fused or not, as is fast
  select,
  cast,
  bitcast,
};

struct Instruction {
  Op op;
  Type type;
  int32_t a = -1;
  int32_t b = -1;
  int32_t c = -1;
  uint64_t k = 0;
  bool operator==(const Instruction&) const = default;
};

// A buffer of `dtype` elements or a scalar of `type`. Buffers hold only memory types that need no
// decoding: bool, 8 to 64 bit integers, f16, f32, f64.
struct Param {
  std::string name;
  bool buffer = false;
  bool written = false;
  DType dtype = DType::none;
  Type type = Type::i32;
};

struct Kernel {
  std::string name;
  std::vector<Param> params;
  std::vector<Instruction> code;
  std::array<uint32_t, 3> group = {1, 1, 1};  // threads of a work-group

  // Whether threads of a work-group wait for each other.
  bool has_barrier() const {
    for (const Instruction& instruction : code) {
      if (instruction.op == Op::barrier) return true;
    }
    return false;
  }
};

// One operation on bits, as every printer's target must compute it. `type` is the result's,
// `from` the first operand's. Narrow values are held zero-extended.
uint64_t compute(Op op, Type type, Type from, uint64_t a, uint64_t b, uint64_t c);
// Whether compute() covers it: arithmetic without memory or control.
bool is_arithmetic(Op op);

uint64_t bits_of(double value, Type type);  // of a float type
double real_of(uint64_t bits, Type type);   // of a float type
int64_t integer_of(uint64_t bits, Type type);
uint64_t integer_bits(int64_t value, Type type);  // wraps
constexpr uint32_t bits_in(Type type) {
  return type == Type::boolean                                         ? 1
         : type == Type::i64 || type == Type::u64 || type == Type::f64 ? 64
                                                                       : 32;
}
constexpr bool is_signed(Type type) { return type == Type::i32 || type == Type::i64; }

}  // namespace tenon::kir
