// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/printer_ptx.h"

#include "ptx_words.h"

#include <fmt/format.h>

#include <initializer_list>

namespace tenon::kir {
namespace {

using namespace ptx;

class Printer {
 public:
  explicit Printer(const Kernel& kernel)
      : kernel_(kernel), next_(static_cast<uint32_t>(kernel.code.size())) {}

  std::string text() {
    bases();
    for (size_t i = 0; i < kernel_.code.size(); ++i) leaf(i);
    for (size_t i = 0; i < kernel_.code.size(); ++i) line(i);
    put("ret", {});
    return signature() + declarations() + body_ + "}\n";
  }

 private:
  const Instruction& at(int32_t id) const { return kernel_.code[static_cast<size_t>(id)]; }
  Type type(int32_t id) const { return at(id).type; }

  std::string name(int32_t id) const { return register_of(type(id), static_cast<uint32_t>(id)); }
  std::string fresh(Type type) { return register_of(type, next_++); }

  void put(std::string_view operation, std::initializer_list<std::string_view> operands) {
    body_ += fmt::format("  {}{}{};\n", operation, operands.size() == 0 ? "" : " ",
                         fmt::join(operands, ", "));
  }
  void label(std::string_view kind, size_t block) { body_ += fmt::format("{}{}:\n", kind, block); }
  void branch(std::string_view guard, std::string_view kind, size_t block) {
    body_ += fmt::format("  {}bra {}{};\n", guard, kind, block);
  }
  std::string signature() const {
    std::string out = fmt::format(".visible .entry {}(", kernel_.name);
    std::string_view comma = "\n";
    for (const Param& param : kernel_.params) {
      const Type held = param.type == Type::boolean ? Type::u32 : param.type;
      out +=
          fmt::format("{}  .param .{} {}", comma, param.buffer ? "u64" : name_of(held), param.name);
      comma = ",\n";
    }
    return out + fmt::format("\n)\n.reqntid {}, {}, {}\n{{\n", kernel_.group[0], kernel_.group[1],
                             kernel_.group[2]);
  }

  std::string declarations() const {
    std::string out;
    for (const Type type : {Type::boolean, Type::u32, Type::u64, Type::f32, Type::f64}) {
      out += fmt::format("  .reg .{} {}<{}>;\n", raw(type), register_family(type), next_);
    }
    out += fmt::format("  .reg .b16 %h<{}>;\n  .reg .b64 %base<{}>;\n", next_,
                       kernel_.params.size() + 1);
    for (size_t i = 0; i < kernel_.code.size(); ++i) {
      const Instruction& from = kernel_.code[i];
      if (from.op != Op::shared) continue;
      out += fmt::format("  .shared .align 8 .b8 shared{}[{}];\n", i,
                         from.k * shared_bytes(from.type));
    }
    return out;
  }

  void bases() {
    for (size_t p = 0; p < kernel_.params.size(); ++p) {
      if (!kernel_.params[p].buffer) continue;
      const std::string base = fmt::format("%base{}", p);
      put("ld.param.u64", {base, fmt::format("[{}]", kernel_.params[p].name)});
      put("cvta.to.global.u64", {base, base});
    }
  }

  // Leaves are made once, before all else.
  void leaf(size_t i) {
    const Instruction& from = kernel_.code[i];
    constexpr std::string_view axes = "xyz";
    const std::string to = name(static_cast<int32_t>(i));
    switch (from.op) {
      case Op::constant:
        return put(with("mov", raw(from.type)), {to, literal(from)});
      case Op::param: {
        const std::string place =
            fmt::format("[{}]", kernel_.params[static_cast<size_t>(from.a)].name);
        if (from.type != Type::boolean)
          return put(with("ld.param", name_of(from.type)), {to, place});
        const std::string word = fresh(Type::u32);
        put("ld.param.u32", {word, place});
        return put("setp.ne.u32", {to, word, "0"});
      }
      case Op::group:
        return put("mov.u32", {to, fmt::format("%ctaid.{}", axes[static_cast<size_t>(from.a)])});
      case Op::local:
        return put("mov.u32", {to, fmt::format("%tid.{}", axes[static_cast<size_t>(from.a)])});
      case Op::shared:
        return put("mov.u32",
                   {register_of(Type::u32, static_cast<uint32_t>(i)), fmt::format("shared{}", i)});
      default:
        return;
    }
  }

  void line(size_t i) {
    const Instruction& from = kernel_.code[i];
    const auto id = static_cast<int32_t>(i);
    switch (from.op) {
      case Op::constant:
      case Op::param:
      case Op::group:
      case Op::local:
      case Op::shared:
        return;
      case Op::loop:
      case Op::when:
      case Op::otherwise:
      case Op::end:
        block(i, from);
        return;
      case Op::load:
        from.k == 1 ? load_shared(id, from) : load(id, from);
        return;
      case Op::store:
        from.k == 1 ? store_shared(from) : store(from);
        return;
      case Op::barrier:
        put("bar.sync", {"0"});
        return;
      case Op::variable:
      case Op::get:
        put(with("mov", raw(from.type)), {name(id), name(from.a)});
        return;
      case Op::set:
        put(with("mov", raw(from.type)), {name(from.a), name(from.b)});
        return;
      default:
        return value(id, from);
    }
  }

  void block(size_t i, const Instruction& from) {
    if (from.op == Op::loop) {
      const std::string done = fresh(Type::boolean);
      const std::string counter = name(static_cast<int32_t>(i));
      put("mov.b32", {counter, name(from.a)});
      label("LOOP", i);
      put("setp.ge.s32", {done, counter, name(from.b)});
      branch(fmt::format("@{} ", done), "END", i);
      if (from.k != 0) {
        branch(fmt::format("@!{} ", name(static_cast<int32_t>(from.k - 1))), "END", i);
      }
      blocks_.push_back({i, false});
    } else if (from.op == Op::when) {
      branch(fmt::format("@!{} ", name(from.a)), "ELSE", i);
      blocks_.push_back({i, false});
    } else if (from.op == Op::otherwise) {
      Block& open = blocks_.back();
      branch("", "END", open.start);
      label("ELSE", open.start);
      open.has_otherwise = true;
    } else {
      const Block open = blocks_.back();
      blocks_.pop_back();
      const Instruction& start = kernel_.code[open.start];
      if (start.op == Op::loop) {
        const std::string counter = name(static_cast<int32_t>(open.start));
        put("add.s32", {counter, counter, name(start.c)});
        branch("", "LOOP", open.start);
      }
      label(start.op == Op::when && !open.has_otherwise ? "ELSE" : "END", open.start);
    }
  }

  // Register that holds where element `index` lies.
  std::string address(const Instruction& from) {
    const size_t bytes = element_bytes(kernel_.params[static_cast<size_t>(from.a)].dtype);
    const std::string to = fresh(Type::u64);
    const Type index = type(from.b);
    put(with(bits_in(index) == 64 ? "mad.lo" : "mad.wide", name_of(index)),
        {to, name(from.b), fmt::to_string(bytes), fmt::format("%base{}", from.a)});
    return fmt::format("[{}]", to);
  }
  std::string shared_address(const Instruction& from) {
    const std::string to = fresh(Type::u32);
    put("mad.lo.s32", {to, name(from.b), fmt::to_string(shared_bytes(type(from.a))),
                       register_of(Type::u32, static_cast<uint32_t>(from.a))});
    return fmt::format("[{}]", to);
  }

  void load(int32_t id, const Instruction& from) {
    const DType dtype = kernel_.params[static_cast<size_t>(from.a)].dtype;
    const std::string place = address(from);
    std::string held = name(id);
    std::string_view width = raw(from.type);
    if (dtype == DType::boolean) held = fresh(Type::u32);
    if (dtype == DType::boolean) width = "b32";
    if (dtype == DType::f16) held = fmt::format("%h{}", next_++);
    if (dtype == DType::f16) width = "b16";
    std::string guard;
    if (from.c >= 0) {
      const bool is_float = width[0] == 'f';
      put(with("mov", width), {held, !is_float        ? "0"
                                     : width == "f32" ? "0f00000000"
                                                      : "0d0000000000000000"});
      guard = fmt::format("@{} ", name(from.c));
    }
    put(fmt::format("{}ld.global.{}", guard, memory_type(dtype)), {held, place});
    if (dtype == DType::boolean) put("setp.ne.u32", {name(id), held, "0"});
    if (dtype == DType::f16) put("cvt.f32.f16", {name(id), held});
  }

  void store(const Instruction& from) {
    const DType dtype = kernel_.params[static_cast<size_t>(from.a)].dtype;
    const std::string place = address(from);
    std::string held = name(from.c);
    if (dtype == DType::boolean) held = number_of(from.c);
    if (dtype == DType::f16) {
      held = fmt::format("%h{}", next_++);
      put("cvt.rn.f16.f32", {held, name(from.c)});
    }
    put(with("st.global", memory_type(dtype)), {place, held});
  }

  void load_shared(int32_t id, const Instruction& from) {
    const std::string place = shared_address(from);
    if (from.type != Type::boolean)
      return put(with("ld.shared", name_of(from.type)), {name(id), place});
    const std::string word = fresh(Type::u32);
    put("ld.shared.u8", {word, place});
    put("setp.ne.u32", {name(id), word, "0"});
  }

  void store_shared(const Instruction& from) {
    const std::string place = shared_address(from);
    if (from.type == Type::boolean) return put("st.shared.u8", {place, number_of(from.c)});
    put(with("st.shared", name_of(from.type)), {place, name(from.c)});
  }

  // A bool as 0 or 1.
  std::string number_of(int32_t id) {
    const std::string word = fresh(Type::u32);
    put("selp.b32", {word, "1", "0", name(id)});
    return word;
  }

  void value(int32_t id, const Instruction& from) {
    const std::string to = name(id);
    if (type(from.a) == Type::boolean && from.op != Op::select) {
      logic(to, from);
      return;
    }
    switch (from.op) {
      case Op::select:
        choose(to, from);
        return;
      case Op::cast:
        convert(to, from.type, from.a);
        return;
      case Op::bitcast:
        put(bits_in(from.type) == 64 ? "mov.b64" : "mov.b32", {to, name(from.a)});
        return;
      case Op::shl:
      case Op::shr:
        shift(to, from);
        return;
      case Op::fma:
        put(with("fma.rn", name_of(from.type)), {to, name(from.a), name(from.b), name(from.c)});
        return;
      default:
        break;
    }
    const std::string operation = spelled(from.op, type(from.a));
    if (from.b < 0) {
      put(operation, {to, name(from.a)});
    } else {
      put(operation, {to, name(from.a), name(from.b)});
    }
  }

  // Operations on bools. A bool is less than another when it is false and the other true.
  void logic(const std::string& to, const Instruction& from) {
    const std::string a = name(from.a);
    switch (from.op) {
      case Op::bit_and:
        return put("and.pred", {to, a, name(from.b)});
      case Op::bit_or:
        return put("or.pred", {to, a, name(from.b)});
      case Op::bit_xor:
        return put("xor.pred", {to, a, name(from.b)});
      case Op::bit_not:
        return put("not.pred", {to, a});
      case Op::cast:
        return convert(to, from.type, from.a);
      default:
        break;
    }
    const std::string other = fresh(Type::boolean);
    if (from.op == Op::eq) {
      put("xor.pred", {other, a, name(from.b)});
      return put("not.pred", {to, other});
    }
    put("not.pred", {other, a});
    put(from.op == Op::lt ? "and.pred" : "or.pred", {to, other, name(from.b)});
  }

  void choose(const std::string& to, const Instruction& from) {
    const std::string condition = name(from.a);
    if (from.type != Type::boolean) {
      return put(with("selp", raw(from.type)), {to, name(from.b), name(from.c), condition});
    }
    const std::string yes = fresh(Type::boolean);
    const std::string no = fresh(Type::boolean);
    put("and.pred", {yes, condition, name(from.b)});
    put("not.pred", {no, condition});
    put("and.pred", {no, no, name(from.c)});
    put("or.pred", {to, yes, no});
  }

  // Amounts are 32 bits wide.
  void shift(const std::string& to, const Instruction& from) {
    std::string amount = name(from.b);
    if (bits_in(from.type) == 64) {
      const std::string narrow = fresh(Type::u32);
      put("cvt.u32.u64", {narrow, amount});
      amount = narrow;
    }
    const std::string_view left = bits_in(from.type) == 64 ? "shl.b64" : "shl.b32";
    put(from.op == Op::shl ? std::string(left) : with("shr", name_of(from.type)),
        {to, name(from.a), amount});
  }

  void convert(const std::string& to, Type wanted, int32_t id) {
    const Type from = type(id);
    if (from == Type::boolean) {
      const std::string_view one = wanted == Type::f32   ? "0f3F800000"
                                   : wanted == Type::f64 ? "0d3FF0000000000000"
                                                         : "1";
      const std::string_view zero = wanted == Type::f32   ? "0f00000000"
                                    : wanted == Type::f64 ? "0d0000000000000000"
                                                          : "0";
      return put(with("selp", raw(wanted)), {to, one, zero, name(id)});
    }
    const bool same_width = bits_in(from) == bits_in(wanted);
    std::string_view mode;
    if (is_float(wanted)) mode = !is_float(from) || wanted == Type::f32 ? ".rn" : "";
    if (!is_float(wanted) && is_float(from)) mode = ".rzi";
    if (!is_float(wanted) && !is_float(from) && same_width) {
      return put(with("mov", raw(wanted)), {to, name(id)});
    }
    // Widening keeps the sign of what is widened.
    const std::string_view result = is_float(wanted) || is_float(from) ? name_of(wanted)
                                    : bits_in(wanted) == 32            ? "u32"
                                    : is_signed(from)                  ? "s64"
                                                                       : "u64";
    put(fmt::format("cvt{}.{}.{}", mode, result, name_of(from)), {to, name(id)});
  }

  struct Block {
    size_t start;
    bool has_otherwise;
  };

  const Kernel& kernel_;
  uint32_t next_;  // number of the next register
  std::string body_;
  std::vector<Block> blocks_;
};

}  // namespace

std::string print_ptx(std::span<const Kernel> kernels, const PtxTarget& target) {
  std::string text = fmt::format(".version {}\n.target {}\n.address_size 64\n", target.version,
                                 target.architecture);
  for (const Kernel& kernel : kernels) {
    text += "\n";
    text += Printer(kernel).text();
  }
  return text;
}

}  // namespace tenon::kir
