// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"

#include <string>
#include <string_view>

// How PTX spells what KIR has. [any thread]
namespace tenon::kir::ptx {

// The type of an operation ("s32"), and of a register's bits ("b32").
std::string_view name_of(Type type);
std::string_view raw(Type type);
// Registers of a type: "%r", and "%r7".
std::string_view register_family(Type type);
std::string register_of(Type type, uint32_t number);
// How an element lies in global memory.
std::string_view memory_type(DType dtype);
// Bytes of an element in shared memory, where a bool is a byte.
uint32_t shared_bytes(Type type);
// "add.s32".
std::string with(std::string_view operation, std::string_view suffix);
std::string literal(const Instruction& from);
// Operations that are one instruction, by the operands' type; none for bool.
std::string spelled(Op op, Type of);

}  // namespace tenon::kir::ptx
