// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/interpreter.h"

namespace tenon::kir {
namespace {

class Checker {
 public:
  explicit Checker(const Kernel& kernel) : kernel_(kernel), visible_(kernel.code.size(), 0) {}

  Status run() {
    for (size_t i = 0; i < kernel_.code.size(); ++i) {
      const Instruction& at = kernel_.code[i];
      TENON_TRY(operands(i, at));
      if (at.op == Op::otherwise || at.op == Op::end) {
        if (blocks_.empty()) return fail(i, "end without a block");
        close();
      }
      visible_[i] = 1;
      if (at.op == Op::loop || at.op == Op::when || at.op == Op::otherwise) blocks_.push_back(i);
    }
    return blocks_.empty() ? Status() : fail(blocks_.back(), "block without an end");
  }

 private:
  Status fail(size_t i, std::string_view what) const {
    return invalid("kernel {}: instruction {}: {}", kernel_.name, i, what);
  }

  // What the block made is not seen after it; leaves are the same everywhere.
  void close() {
    for (size_t i = blocks_.back() + 1; i < kernel_.code.size() && visible_[i] != 0; ++i) {
      if (kernel_.code[i].op > Op::local) visible_[i] = 2;
    }
    blocks_.pop_back();
  }

  bool seen(int32_t id) const {
    return id >= 0 && static_cast<size_t>(id) < kernel_.code.size() &&
           visible_[static_cast<size_t>(id)] == 1;
  }

  Type type(int32_t id) const { return kernel_.code[static_cast<size_t>(id)].type; }

  Status operands(size_t i, const Instruction& at) const {
    switch (at.op) {
      case Op::constant:
      case Op::group:
      case Op::local:
      case Op::shared:
      case Op::barrier:
      case Op::otherwise:
      case Op::end:
        return {};
      case Op::param:
        return buffer_at(at.a) == 0 ? Status() : fail(i, "no such scalar parameter");
      case Op::load:
      case Op::store:
        return memory(i, at);
      default:
        break;
    }
    if (!seen(at.a) || (at.b >= 0 && !seen(at.b)) || (at.c >= 0 && !seen(at.c))) {
      return fail(i, "operand is not visible here");
    }
    if (at.op == Op::loop && at.k != 0) {
      const auto goes_on = static_cast<int32_t>(at.k - 1);
      const bool is_flag = at.k <= kernel_.code.size() && seen(goes_on) &&
                           kernel_.code[at.k - 1].op == Op::variable &&
                           type(goes_on) == Type::boolean;
      if (!is_flag) return fail(i, "loop on what is no bool variable");
    }
    const bool two = at.op >= Op::add && at.op <= Op::eq;
    if (two && (at.b < 0 || type(at.a) != type(at.b))) return fail(i, "operands of two types");
    if (at.op == Op::select && (at.c < 0 || type(at.b) != at.type || type(at.c) != at.type)) {
      return fail(i, "branches of two types");
    }
    if ((at.op == Op::select || at.op == Op::when) && type(at.a) != Type::boolean) {
      return fail(i, "condition is no bool");
    }
    if (at.op == Op::set && type(at.a) != type(at.b)) return fail(i, "variable of another type");
    return {};
  }

  Status memory(size_t i, const Instruction& at) const {
    if (!seen(at.b) || (at.c >= 0 && !seen(at.c)) || (at.op == Op::store && at.c < 0)) {
      return fail(i, "operand is not visible here");
    }
    if (at.k == 1) {
      return seen(at.a) && kernel_.code[static_cast<size_t>(at.a)].op == Op::shared
                 ? Status()
                 : fail(i, "no such shared array");
    }
    if (buffer_at(at.a) != 1) return fail(i, "no such buffer");
    const Type stored = at.op == Op::store ? type(at.c) : at.type;
    return stored == kernel_.params[static_cast<size_t>(at.a)].type
               ? Status()
               : fail(i, "element of another type");
  }

  // 1 a buffer, 0 a scalar, -1 neither.
  int buffer_at(int32_t p) const {
    if (p < 0 || static_cast<size_t>(p) >= kernel_.params.size()) return -1;
    return kernel_.params[static_cast<size_t>(p)].buffer ? 1 : 0;
  }

  const Kernel& kernel_;
  std::vector<char> visible_;  // 0 not yet, 1 seen, 2 gone
  std::vector<size_t> blocks_;
};

}  // namespace

Status check(const Kernel& kernel) { return Checker(kernel).run(); }

}  // namespace tenon::kir
