// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/printer_spirv.h"

#include "spirv_body.h"

namespace tenon::kir {
namespace {

using namespace spirv;

constexpr uint32_t no_id = 0;

// One kernel as a function of the module. The words of its body are gathered apart, because its
// variables must stand at the head of the first block.
class Printer {
 public:
  Printer(const Kernel& kernel, Module& module)
      : kernel_(kernel),
        module_(module),
        body_(module),
        ids_(kernel.code.size(), no_id),
        homes_(ids_.size(), no_id) {}

  void run() {
    parameters();
    for (size_t i = 0; i < kernel_.code.size(); ++i) leaf(i);
    for (size_t i = 0; i < kernel_.code.size(); ++i) line(i);
    put(body_.words(), Code::return_void, {});
    put(body_.words(), Code::function_end, {});
    const uint32_t function = module_.fresh();
    Words& out = module_.functions();
    put(out, Code::function, {module_.void_type(), function, 0, module_.function_type()});
    put(out, Code::label, {first_block_});
    out.insert(out.end(), variables_.begin(), variables_.end());
    out.insert(out.end(), body_.words().begin(), body_.words().end());
    module_.entry(function, kernel_.name, kernel_.group);
  }

 private:
  const Instruction& at(int32_t id) const { return kernel_.code[static_cast<size_t>(id)]; }
  Type type(int32_t id) const { return at(id).type; }
  uint32_t id(int32_t value) const { return ids_[static_cast<size_t>(value)]; }
  uint32_t operand(int32_t value) const { return value >= 0 ? id(value) : no_id; }
  uint32_t constant(uint64_t bits, Type type) { return module_.constant(bits, type); }
  template <class T>
  uint32_t made(Code code, T type, std::initializer_list<uint32_t> operands) {
    return body_.made(code, type, operands);
  }

  void open_block(uint32_t label) {
    put(body_.words(), Code::label, {label});
    block_ = label;
  }
  void branch(uint32_t label) { put(body_.words(), Code::branch, {label}); }

  uint32_t function_variable(Type of) {
    const uint32_t home = module_.fresh();
    const uint32_t pointer = module_.pointer(Storage::function, module_.type(of));
    put(variables_, Code::variable, {pointer, home, static_cast<uint32_t>(Storage::function)});
    return home;
  }

  static Type held(Type type) { return type == Type::boolean ? Type::u32 : type; }

  void parameters() {
    std::vector<Type> scalars;
    uint32_t binding = 0;
    for (const Param& param : kernel_.params) {
      if (!param.buffer) {
        places_.push_back(static_cast<uint32_t>(scalars.size()));
        scalars.push_back(held(param.type));
        continue;
      }
      const uint32_t buffer =
          module_.global(Storage::storage_buffer, module_.buffer_block(param.dtype));
      module_.decorate(buffer, {decorate_descriptor_set, 0});
      module_.decorate(buffer, {decorate_binding, binding++});
      if (!param.written) module_.decorate(buffer, {decorate_non_writable});
      places_.push_back(buffer);
    }
    if (!scalars.empty()) {
      scalars_ = module_.global(Storage::push_constant, module_.scalar_block(scalars));
    }
  }

  uint32_t built_in(uint32_t which, int32_t axis) {
    const uint32_t vector = made(Code::load, module_.vector_type(), {module_.built_in(which)});
    const uint32_t part =
        made(Code::composite_extract, Type::u32, {vector, static_cast<uint32_t>(axis)});
    return made(Code::bitcast, Type::i32, {part});
  }

  // Leaves are made once, before all else.
  void leaf(size_t i) {
    const Instruction& from = kernel_.code[i];
    switch (from.op) {
      case Op::constant:
        ids_[i] = constant(from.k, from.type);
        return;
      case Op::param: {
        const Type stored = held(from.type);
        const uint32_t member = constant(places_[static_cast<size_t>(from.a)], Type::u32);
        const uint32_t pointer = module_.pointer(Storage::push_constant, module_.type(stored));
        const uint32_t place = made(Code::access_chain, pointer, {scalars_, member});
        ids_[i] = made(Code::load, stored, {place});
        if (from.type == Type::boolean) ids_[i] = body_.is_set(ids_[i]);
        return;
      }
      case Op::group:
        ids_[i] = built_in(built_in_workgroup, from.a);
        return;
      case Op::local:
        ids_[i] = built_in(built_in_local, from.a);
        return;
      case Op::shared:
        homes_[i] =
            module_.global(Storage::workgroup, module_.array(module_.type(from.type), from.k));
        return;
      default:
        return;
    }
  }

  void line(size_t i) {
    const Instruction& from = kernel_.code[i];
    const auto home = [&] { return homes_[static_cast<size_t>(from.a)]; };
    switch (from.op) {
      case Op::constant:
      case Op::param:
      case Op::group:
      case Op::local:
      case Op::shared:
        return;
      case Op::loop:
        open_loop(i, from);
        return;
      case Op::when:
        open_when(from);
        return;
      case Op::otherwise:
        branch(open_.back().merge);
        open_block(open_.back().other);
        open_.back().has_otherwise = true;
        return;
      case Op::end:
        close();
        return;
      case Op::load:
        ids_[i] = from.k == 1 ? made(Code::load, from.type, {shared_place(from)}) : load(from);
        return;
      case Op::store:
        from.k == 1 ? put(body_.words(), Code::store, {shared_place(from), id(from.c)})
                    : store(from);
        return;
      case Op::barrier:
        barrier();
        return;
      case Op::variable:
        homes_[i] = function_variable(from.type);
        put(body_.words(), Code::store, {homes_[i], id(from.a)});
        return;
      case Op::get:
        ids_[i] = made(Code::load, from.type, {home()});
        return;
      case Op::set:
        put(body_.words(), Code::store, {home(), id(from.b)});
        return;
      default:
        ids_[i] = body_.value(from, type(from.a), id(from.a), operand(from.b), operand(from.c));
        return;
    }
  }

  void barrier() {
    constexpr uint32_t workgroup = 2;
    constexpr uint32_t acquire_release_of_workgroup_memory = 0x108;
    const uint32_t scope = constant(workgroup, Type::u32);
    put(body_.words(), Code::control_barrier,
        {scope, scope, constant(acquire_release_of_workgroup_memory, Type::u32)});
  }

  void open_loop(size_t i, const Instruction& from) {
    Block block = {.loop = static_cast<int32_t>(i)};
    block.header = module_.fresh();
    block.merge = module_.fresh();
    block.other = module_.fresh();  // where the counter is moved on
    const uint32_t inside = module_.fresh();
    homes_[i] = function_variable(Type::i32);
    put(body_.words(), Code::store, {homes_[i], id(from.a)});
    branch(block.header);
    open_block(block.header);
    ids_[i] = made(Code::load, Type::i32, {homes_[i]});
    uint32_t goes_on = made(Code::s_less_than, Type::boolean, {ids_[i], id(from.b)});
    if (from.k != 0) {
      const uint32_t flag = made(Code::load, Type::boolean, {homes_[from.k - 1]});
      goes_on = made(Code::logical_and, Type::boolean, {goes_on, flag});
    }
    put(body_.words(), Code::loop_merge, {block.merge, block.other, 0});
    put(body_.words(), Code::branch_conditional, {goes_on, inside, block.merge});
    open_block(inside);
    open_.push_back(block);
  }

  void open_when(const Instruction& from) {
    Block block = {.loop = -1};
    const uint32_t inside = module_.fresh();
    block.other = module_.fresh();
    block.merge = module_.fresh();
    put(body_.words(), Code::selection_merge, {block.merge, 0});
    put(body_.words(), Code::branch_conditional, {id(from.a), inside, block.other});
    open_block(inside);
    open_.push_back(block);
  }

  void close() {
    const Block block = open_.back();
    open_.pop_back();
    if (block.loop >= 0) {
      const auto i = static_cast<size_t>(block.loop);
      branch(block.other);
      open_block(block.other);
      const uint32_t next = made(Code::i_add, Type::i32, {ids_[i], id(kernel_.code[i].c)});
      put(body_.words(), Code::store, {homes_[i], next});
      branch(block.header);
    } else {
      branch(block.merge);
      if (!block.has_otherwise) {
        open_block(block.other);
        branch(block.merge);
      }
    }
    open_block(block.merge);
  }

  uint32_t shared_place(const Instruction& from) {
    const uint32_t pointer = module_.pointer(Storage::workgroup, module_.type(type(from.a)));
    return made(Code::access_chain, pointer, {homes_[static_cast<size_t>(from.a)], id(from.b)});
  }

  uint32_t place(const Instruction& from) {
    const auto p = static_cast<size_t>(from.a);
    const uint32_t pointer =
        module_.pointer(Storage::storage_buffer, module_.element_type(kernel_.params[p].dtype));
    return made(Code::access_chain, pointer, {places_[p], constant(0, Type::u32), id(from.b)});
  }

  // The element as it is computed with.
  uint32_t widened(uint32_t element, DType dtype) {
    switch (dtype) {
      case DType::boolean:
        return body_.is_set(made(Code::u_convert, Type::u32, {element}));
      case DType::u8:
      case DType::u16:
        return made(Code::u_convert, Type::u32, {element});
      case DType::i8:
      case DType::i16:
        return made(Code::s_convert, Type::i32, {element});
      case DType::f16:
        return made(Code::f_convert, Type::f32, {element});
      default:
        return element;
    }
  }

  uint32_t load(const Instruction& from) {
    const DType dtype = kernel_.params[static_cast<size_t>(from.a)].dtype;
    const auto element = [&] {
      return widened(made(Code::load, module_.element_type(dtype), {place(from)}), dtype);
    };
    if (from.c < 0) return element();
    const uint32_t inside = module_.fresh();
    const uint32_t merge = module_.fresh();
    const uint32_t before = block_;
    put(body_.words(), Code::selection_merge, {merge, 0});
    put(body_.words(), Code::branch_conditional, {id(from.c), inside, merge});
    open_block(inside);
    const uint32_t loaded = element();
    branch(merge);
    open_block(merge);
    return made(Code::phi, from.type, {loaded, inside, constant(0, from.type), before});
  }

  void store(const Instruction& from) {
    const DType dtype = kernel_.params[static_cast<size_t>(from.a)].dtype;
    uint32_t element = id(from.c);
    if (dtype == DType::boolean) element = body_.number_of(element, Type::u32);
    if (dtype == DType::f16) {
      constexpr uint32_t nearest_even = 0;
      element = made(Code::f_convert, module_.element_type(dtype), {element});
      module_.decorate(element, {decorate_rounding, nearest_even});
    } else if (element_bytes(dtype) < 4) {
      const bool is_signed = dtype == DType::i8 || dtype == DType::i16;
      element = made(is_signed ? Code::s_convert : Code::u_convert, module_.element_type(dtype),
                     {element});
    }
    put(body_.words(), Code::store, {place(from), element});
  }

  struct Block {
    int32_t loop;  // the instruction that opened it, -1 for a branch
    uint32_t header = 0;
    uint32_t other = 0;  // the loop's next step, or the other branch
    uint32_t merge = 0;
    bool has_otherwise = false;
  };

  const Kernel& kernel_;
  Module& module_;
  Body body_;
  Words variables_;
  std::vector<uint32_t> ids_;     // of each instruction's value
  std::vector<uint32_t> homes_;   // of variables, counters and shared arrays
  std::vector<uint32_t> places_;  // of parameters: the buffer, or the member of the scalars' block
  uint32_t scalars_ = 0;
  uint32_t first_block_ = module_.fresh();
  uint32_t block_ = first_block_;
  std::vector<Block> open_;
};

}  // namespace

std::vector<uint32_t> print_spirv(std::span<const Kernel> kernels) {
  Module module;
  for (const Kernel& kernel : kernels) Printer(kernel, module).run();
  return module.finish();
}

}  // namespace tenon::kir
