// SPDX-License-Identifier: Apache-2.0
#include "spirv_module.h"

#include "tenon/kernelgen/kir.h"

namespace tenon::kir::spirv {

void put(Words& section, Code code, std::span<const uint32_t> operands) {
  section.push_back(static_cast<uint32_t>(operands.size() + 1) << 16 | static_cast<uint32_t>(code));
  section.insert(section.end(), operands.begin(), operands.end());
}

void put(Words& section, Code code, std::initializer_list<uint32_t> operands) {
  put(section, code, std::span(operands.begin(), operands.size()));
}

Words text_words(std::string_view text) {
  Words words(text.size() / 4 + 1, 0);
  for (size_t i = 0; i < text.size(); ++i) {
    words[i / 4] |= uint32_t{static_cast<unsigned char>(text[i])} << (8 * (i % 4));
  }
  return words;
}

Module::Module() : capabilities_{Capability::shader} { extended_ = fresh(); }

// A type or constant that is wanted again is the one that was made. The id stands before the
// operands of a type and after the type of a constant.
uint32_t Module::declared(Code code, std::span<const uint32_t> operands) {
  Words key = {static_cast<uint32_t>(code)};
  key.insert(key.end(), operands.begin(), operands.end());
  const auto [found, is_new] = known_.emplace(std::move(key), next_);
  if (!is_new) return found->second;
  const uint32_t id = fresh();
  Words words(operands.begin(), operands.end());
  const bool is_constant =
      code == Code::constant || code == Code::constant_true || code == Code::constant_false;
  words.insert(words.begin() + (is_constant ? 1 : 0), id);
  put(globals_, code, words);
  return id;
}

uint32_t Module::void_type() { return declared(Code::type_void, {}); }

uint32_t Module::integer_type(uint32_t width, bool is_signed) {
  const uint32_t words[] = {width, is_signed ? 1u : 0u};
  return declared(Code::type_int, words);
}

uint32_t Module::type(Type type) {
  if (type == Type::boolean) return declared(Code::type_bool, {});
  const uint32_t width = bits_in(type);
  if (is_float(type)) {
    if (width == 64) capabilities_.insert(Capability::float64);
    return declared(Code::type_float, std::span(&width, 1));
  }
  if (width == 64) capabilities_.insert(Capability::int64);
  return integer_type(width, is_signed(type));
}

uint32_t Module::element_type(DType dtype) {
  const auto width = static_cast<uint32_t>(8 * element_bytes(dtype));
  if (width == 8) capabilities_.insert(Capability::storage_8_bit);
  if (width == 16) capabilities_.insert(Capability::storage_16_bit);
  if (width >= 32) return type(type_of(dtype));
  if (dtype == DType::f16) return declared(Code::type_float, std::span(&width, 1));
  return integer_type(width, dtype == DType::i8 || dtype == DType::i16);
}

uint32_t Module::vector_type() {
  const uint32_t words[] = {type(Type::u32), 3};
  return declared(Code::type_vector, words);
}

uint32_t Module::pointer(Storage storage, uint32_t to) {
  const uint32_t words[] = {static_cast<uint32_t>(storage), to};
  return declared(Code::type_pointer, words);
}

uint32_t Module::function_type() {
  const uint32_t result = void_type();
  return declared(Code::type_function, std::span(&result, 1));
}

uint32_t Module::constant(uint64_t bits, Type of) {
  const uint32_t type_id = type(of);
  if (of == Type::boolean) {
    return declared(bits != 0 ? Code::constant_true : Code::constant_false, std::span(&type_id, 1));
  }
  Words words = {type_id, static_cast<uint32_t>(bits)};
  if (bits_in(of) == 64) words.push_back(static_cast<uint32_t>(bits >> 32));
  return declared(Code::constant, words);
}

uint32_t Module::buffer_block(DType dtype) {
  const uint32_t element = element_type(dtype);
  const auto before = static_cast<uint32_t>(known_.size());
  const uint32_t run = declared(Code::type_runtime_array, std::span(&element, 1));
  const bool is_new = known_.size() > before;
  const uint32_t block = declared(Code::type_struct, std::span(&run, 1));
  if (is_new) {
    decorate(run, {decorate_array_stride, static_cast<uint32_t>(element_bytes(dtype))});
    decorate(block, {decorate_block});
    put(decorations_, Code::member_decorate, {block, 0, decorate_offset, 0});
  }
  return block;
}

// Never shared: other members could want the same struct at other offsets.
uint32_t Module::scalar_block(std::span<const Type> members) {
  const uint32_t block = fresh();
  Words words = {block};
  uint32_t offset = 0;
  for (uint32_t i = 0; i < members.size(); ++i) {
    const uint32_t bytes = bits_in(members[i]) / 8;
    offset = (offset + bytes - 1) / bytes * bytes;
    words.push_back(type(members[i]));
    put(decorations_, Code::member_decorate, {block, i, decorate_offset, offset});
    offset += bytes;
  }
  decorate(block, {decorate_block});
  put(globals_, Code::type_struct, words);
  return block;
}

uint32_t Module::array(uint32_t element, uint64_t count) {
  const uint32_t words[] = {element, constant(count, Type::u32)};
  return declared(Code::type_array, words);
}

uint32_t Module::global(Storage storage, uint32_t to) {
  const uint32_t type_id = pointer(storage, to);
  const uint32_t id = fresh();
  put(globals_, Code::variable, {type_id, id, static_cast<uint32_t>(storage)});
  return id;
}

uint32_t Module::built_in(uint32_t which) {
  if (const auto found = built_ins_.find(which); found != built_ins_.end()) return found->second;
  const uint32_t id = global(Storage::input, vector_type());
  decorate(id, {decorate_built_in, which});
  built_ins_.emplace(which, id);
  return id;
}

void Module::decorate(uint32_t id, std::initializer_list<uint32_t> words) {
  Words all = {id};
  all.insert(all.end(), words.begin(), words.end());
  put(decorations_, Code::decorate, all);
}

void Module::entry(uint32_t function, std::string_view name, std::span<const uint32_t> group) {
  constexpr uint32_t compute = 5;
  constexpr uint32_t local_size = 17;
  Words words = {compute, function};
  const Words letters = text_words(name);
  words.insert(words.end(), letters.begin(), letters.end());
  for (const uint32_t which : {built_in_workgroup, built_in_local})
    words.push_back(built_in(which));
  put(entries_, Code::entry_point, words);
  put(modes_, Code::execution_mode, {function, local_size, group[0], group[1], group[2]});
}

Words Module::finish() const {
  constexpr uint32_t magic = 0x07230203;
  constexpr uint32_t version = 0x00010300;
  constexpr uint32_t glsl_memory = 1;
  Words all = {magic, version, 0, next_, 0};
  for (const Capability each : capabilities_) {
    put(all, Code::capability, {static_cast<uint32_t>(each)});
  }
  if (capabilities_.contains(Capability::storage_8_bit)) {
    put(all, Code::extension, text_words("SPV_KHR_8bit_storage"));
  }
  Words import = {extended_};
  const Words name = text_words("GLSL.std.450");
  import.insert(import.end(), name.begin(), name.end());
  put(all, Code::ext_inst_import, import);
  put(all, Code::memory_model, {0, glsl_memory});
  for (const Words* section : {&entries_, &modes_, &decorations_, &globals_, &functions_}) {
    all.insert(all.end(), section->begin(), section->end());
  }
  return all;
}

}  // namespace tenon::kir::spirv
