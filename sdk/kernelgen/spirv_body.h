// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spirv_module.h"
#include "tenon/kernelgen/kir.h"

// The words of one function's blocks, and the instructions that stand for KIR's arithmetic. The
// module must outlive it.
namespace tenon::kir::spirv {

class Body {
 public:
  explicit Body(Module& module) : module_(module) {}
  Words& words() { return words_; }

  // An instruction with a result: its id.
  uint32_t made(Code code, uint32_t type, std::initializer_list<uint32_t> operands);
  uint32_t made(Code code, Type type, std::initializer_list<uint32_t> operands);

  // Whether a word is not 0, and a bool as 0 or 1.
  uint32_t is_set(uint32_t word);
  uint32_t number_of(uint32_t boolean, Type type);
  // The result of an arithmetic instruction; `of` is its first operand's type.
  uint32_t value(const Instruction& from, Type of, uint32_t a, uint32_t b, uint32_t c);

 private:
  uint32_t extended(Extended function, Type type, std::initializer_list<uint32_t> operands);
  // Never contracted with another.
  uint32_t exact(Code code, Type type, std::initializer_list<uint32_t> operands);
  uint32_t compared(Op op, Type of, uint32_t a, uint32_t b);
  uint32_t logic(Op op, uint32_t a, uint32_t b);
  uint32_t real(const Instruction& from, uint32_t a, uint32_t b, uint32_t c);
  uint32_t integer(const Instruction& from, uint32_t a, uint32_t b);
  uint32_t converted(uint32_t a, Type from, Type to);

  Module& module_;
  Words words_;
};

}  // namespace tenon::kir::spirv
