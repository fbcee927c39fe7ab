// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

// A SPIR-V module being written: its sections in their order, every type and constant once.
// Numbers of instructions, capabilities and decorations are those of the SPIR-V specification.
namespace tenon::kir::spirv {

enum class Code : uint16_t {
  extension = 10,
  ext_inst_import = 11,
  ext_inst = 12,
  memory_model = 14,
  entry_point = 15,
  execution_mode = 16,
  capability = 17,
  type_void = 19,
  type_bool = 20,
  type_int = 21,
  type_float = 22,
  type_vector = 23,
  type_array = 28,
  type_runtime_array = 29,
  type_struct = 30,
  type_pointer = 32,
  type_function = 33,
  constant_true = 41,
  constant_false = 42,
  constant = 43,
  function = 54,
  function_end = 56,
  variable = 59,
  load = 61,
  store = 62,
  access_chain = 65,
  decorate = 71,
  member_decorate = 72,
  composite_extract = 81,
  convert_f_to_u = 109,
  convert_f_to_s = 110,
  convert_s_to_f = 111,
  convert_u_to_f = 112,
  u_convert = 113,
  s_convert = 114,
  f_convert = 115,
  bitcast = 124,
  s_negate = 126,
  f_negate = 127,
  i_add = 128,
  f_add = 129,
  i_sub = 130,
  f_sub = 131,
  i_mul = 132,
  f_mul = 133,
  u_div = 134,
  s_div = 135,
  f_div = 136,
  u_mod = 137,
  s_rem = 138,
  logical_equal = 164,
  logical_not_equal = 165,
  logical_or = 166,
  logical_and = 167,
  logical_not = 168,
  select = 169,
  i_equal = 170,
  i_not_equal = 171,
  u_less_than = 176,
  s_less_than = 177,
  u_less_equal = 178,
  s_less_equal = 179,
  f_equal = 180,
  f_less_than = 184,
  f_less_equal = 188,
  shift_right_logical = 194,
  shift_right_arithmetic = 195,
  shift_left = 196,
  bit_or = 197,
  bit_xor = 198,
  bit_and = 199,
  bit_not = 200,
  control_barrier = 224,
  phi = 245,
  loop_merge = 246,
  selection_merge = 247,
  label = 248,
  branch = 249,
  branch_conditional = 250,
  return_void = 253,
};

// Of the set GLSL.std.450.
enum class Extended : uint32_t {
  round_even = 2,
  trunc = 3,
  f_abs = 4,
  s_abs = 5,
  floor = 8,
  ceil = 9,
  sqrt = 31,
  u_min = 38,
  s_min = 39,
  u_max = 41,
  s_max = 42,
  fma = 50,
};

enum class Storage : uint32_t {
  input = 1,
  workgroup = 4,
  function = 7,
  push_constant = 9,
  storage_buffer = 12,
};

enum class Capability : uint32_t {
  shader = 1,
  float64 = 10,
  int64 = 11,
  storage_16_bit = 4433,
  storage_8_bit = 4448,
};

constexpr uint32_t decorate_block = 2;
constexpr uint32_t decorate_array_stride = 6;
constexpr uint32_t decorate_built_in = 11;
constexpr uint32_t decorate_non_writable = 24;
constexpr uint32_t decorate_binding = 33;
constexpr uint32_t decorate_descriptor_set = 34;
constexpr uint32_t decorate_offset = 35;
constexpr uint32_t decorate_rounding = 39;
constexpr uint32_t decorate_no_contraction = 42;
constexpr uint32_t built_in_workgroup = 26;
constexpr uint32_t built_in_local = 27;

using Words = std::vector<uint32_t>;
void put(Words& section, Code code, std::span<const uint32_t> operands);
void put(Words& section, Code code, std::initializer_list<uint32_t> operands);
// Text as words, ended by a zero byte.
Words text_words(std::string_view text);

class Module {
 public:
  Module();

  uint32_t fresh() { return next_++; }
  uint32_t extended() const { return extended_; }

  uint32_t void_type();
  uint32_t type(Type type);
  // An element of a buffer: 8 and 16-bit types only live there.
  uint32_t element_type(DType dtype);
  uint32_t vector_type();  // of three u32
  uint32_t pointer(Storage storage, uint32_t to);
  uint32_t function_type();
  uint32_t constant(uint64_t bits, Type type);
  // Blocks with their layout: a runtime array of elements, scalars one after another.
  uint32_t buffer_block(DType dtype);
  uint32_t scalar_block(std::span<const Type> members);
  uint32_t array(uint32_t element, uint64_t count);
  uint32_t global(Storage storage, uint32_t type);
  uint32_t built_in(uint32_t which);

  void decorate(uint32_t id, std::initializer_list<uint32_t> words);
  void entry(uint32_t function, std::string_view name, std::span<const uint32_t> group);
  Words& functions() { return functions_; }

  Words finish() const;

 private:
  uint32_t integer_type(uint32_t width, bool is_signed);
  uint32_t declared(Code code, std::span<const uint32_t> operands);

  uint32_t next_ = 1;
  uint32_t extended_ = 0;
  std::set<Capability> capabilities_;
  Words entries_, modes_, decorations_, globals_, functions_;
  std::map<std::vector<uint32_t>, uint32_t> known_;  // types and constants by their words
  std::map<uint32_t, uint32_t> built_ins_;
};

}  // namespace tenon::kir::spirv
