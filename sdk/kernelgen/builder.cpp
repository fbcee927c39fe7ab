// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/builder.h"

#include <utility>

namespace tenon::kir {

Type Value::type() const { return builder_->type(*this); }

size_t Builder::Hash::operator()(const Instruction& instruction) const {
  uint64_t hash =
      static_cast<uint64_t>(instruction.op) * 31 + static_cast<uint64_t>(instruction.type);
  const auto mix = [&](uint64_t word) { hash = (hash ^ word) * 0x9E3779B97F4A7C15u; };
  mix(static_cast<uint32_t>(instruction.a));
  mix(static_cast<uint32_t>(instruction.b));
  mix(static_cast<uint32_t>(instruction.c));
  mix(instruction.k);
  return hash ^ (hash >> 29);
}

Builder::Builder(std::string name, std::array<uint32_t, 3> group)
    : name_(std::move(name)), group_(group), scopes_(1) {}

Value Builder::put(Instruction instruction) {
  code_.push_back(instruction);
  return {this, static_cast<int32_t>(code_.size()) - 1};
}

// Finds the value in this scope or one around it before writing it anew.
Value Builder::pure(Instruction instruction) {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (const auto found = scope->find(instruction); found != scope->end()) {
      return {this, found->second};
    }
  }
  const Value made = put(instruction);
  // Leaves are the same everywhere, so the outermost scope owns them.
  const bool leaf = instruction.op <= Op::local;
  (leaf ? scopes_.front() : scopes_.back()).emplace(instruction, made.id());
  return made;
}

Buffer Builder::buffer(DType dtype, bool written) {
  params_.push_back({.name = "p" + std::to_string(params_.size()),
                     .buffer = true,
                     .written = written,
                     .dtype = dtype,
                     .type = type_of(dtype)});
  return {static_cast<int32_t>(params_.size()) - 1};
}

Value Builder::scalar(Type type) {
  params_.push_back({.name = "p" + std::to_string(params_.size()),
                     .buffer = false,
                     .written = false,
                     .dtype = DType::none,
                     .type = type});
  return pure({.op = Op::param, .type = type, .a = static_cast<int32_t>(params_.size()) - 1});
}

DType Builder::dtype(Buffer buffer) const {
  return params_[static_cast<size_t>(buffer.param)].dtype;
}

Value Builder::constant(uint64_t bits, Type type) {
  return pure({.op = Op::constant, .type = type, .k = bits});
}
Value Builder::integer(int64_t value, Type type) {
  if (is_float(type)) return real(static_cast<double>(value), type);
  return constant(integer_bits(value, type), type);
}
Value Builder::real(double value, Type type) { return constant(bits_of(value, type), type); }
Value Builder::boolean(bool value) { return constant(value ? 1 : 0, Type::boolean); }
Value Builder::group(int axis) { return pure({.op = Op::group, .type = Type::i32, .a = axis}); }
Value Builder::local(int axis) { return pure({.op = Op::local, .type = Type::i32, .a = axis}); }
Value Builder::thread(int axis) {
  const uint32_t threads = group_[static_cast<size_t>(axis)];
  if (threads == 1) return group(axis);
  return group(axis) * threads + local(axis);
}

Value Builder::load(Buffer buffer, Value index, Value inside) {
  const Param& param = params_[static_cast<size_t>(buffer.param)];
  if (inside.valid() && is_constant(inside, 1)) inside = {};
  const Instruction load = {
      .op = Op::load, .type = param.type, .a = buffer.param, .b = index.id(), .c = inside.id()};
  return param.written ? put(load) : pure(load);
}

void Builder::store(Buffer buffer, Value index, Value value) {
  put({.op = Op::store, .type = type(value), .a = buffer.param, .b = index.id(), .c = value.id()});
}

Shared Builder::shared(Type type, uint32_t count) {
  return {put({.op = Op::shared, .type = type, .k = count}).id()};
}

Value Builder::load(Shared array, Value index) {
  const Type element = code_[static_cast<size_t>(array.array)].type;
  return put({.op = Op::load, .type = element, .a = array.array, .b = index.id(), .k = 1});
}

void Builder::store(Shared array, Value index, Value value) {
  put({.op = Op::store,
       .type = type(value),
       .a = array.array,
       .b = index.id(),
       .c = value.id(),
       .k = 1});
}

void Builder::barrier() { put({.op = Op::barrier, .type = Type::boolean}); }

Variable Builder::variable(Value initial) {
  return {put({.op = Op::variable, .type = type(initial), .a = initial.id()})};
}
Value Builder::get(Variable variable) {
  return put({.op = Op::get, .type = type(variable.home), .a = variable.home.id()});
}
void Builder::set(Variable variable, Value value) {
  put({.op = Op::set, .type = type(value), .a = variable.home.id(), .b = value.id()});
}

void Builder::loop(Value first, Value limit, Value step, const std::function<void(Value)>& body) {
  loop(first, limit, step, {}, body);
}

void Builder::loop(Value first, Value limit, Value step, Variable goes_on,
                   const std::function<void(Value)>& body) {
  const Value counter = put({.op = Op::loop,
                             .type = Type::i32,
                             .a = first.id(),
                             .b = limit.id(),
                             .c = step.id(),
                             .k = static_cast<uint64_t>(goes_on.home.id() + 1)});
  scopes_.emplace_back();
  body(counter);
  scopes_.pop_back();
  put({.op = Op::end, .type = Type::boolean});
}

void Builder::loop_while(Variable goes_on, Value limit, const std::function<void(Value)>& body) {
  loop(integer(0), limit, integer(1), goes_on, body);
}

void Builder::loop(Value limit, const std::function<void(Value)>& body) {
  if (is_constant(limit, 1)) return body(integer(0));
  loop(integer(0), limit, integer(1), body);
}

void Builder::when(Value condition, const std::function<void()>& yes,
                   const std::function<void()>& no) {
  if (is_constant(condition, 1)) return yes();
  put({.op = Op::when, .type = Type::boolean, .a = condition.id()});
  scopes_.emplace_back();
  yes();
  scopes_.pop_back();
  if (no) {
    put({.op = Op::otherwise, .type = Type::boolean});
    scopes_.emplace_back();
    no();
    scopes_.pop_back();
  }
  put({.op = Op::end, .type = Type::boolean});
}

const uint64_t* Builder::constant_bits(Value value) const {
  if (!value.valid()) return nullptr;
  const Instruction& at = code_[static_cast<size_t>(value.id())];
  return at.op == Op::constant ? &at.k : nullptr;
}

bool Builder::is_constant(Value value, int64_t wanted) const {
  const uint64_t* bits = constant_bits(value);
  if (bits == nullptr) return false;
  const Type type = code_[static_cast<size_t>(value.id())].type;
  return !is_float(type) && *bits == integer_bits(wanted, type);
}

// What the operation is equal to without being written; invalid when it must be.
Value Builder::simplified(const Instruction& at) {
  const Value a(this, at.a);
  const Value b(this, at.b);
  const Value c(this, at.c);
  const uint64_t* ka = constant_bits(a);
  const uint64_t* kb = constant_bits(b);
  const uint64_t* kc = constant_bits(c);
  const bool whole = ka != nullptr && (at.b < 0 || kb != nullptr) && (at.c < 0 || kc != nullptr);
  if (whole) {
    return constant(
        compute(at.op, at.type, type(a), *ka, kb != nullptr ? *kb : 0, kc != nullptr ? *kc : 0),
        at.type);
  }
  if (at.op == Op::select && ka != nullptr) return *ka != 0 ? b : c;
  if (at.op == Op::select && at.b == at.c) return b;
  if (at.op == Op::cast && type(a) == at.type) return a;
  if (at.op == Op::bitcast && type(a) == at.type) return a;
  if (is_float(at.type) || is_float(type(a))) return {};
  switch (at.op) {
    case Op::add:
      return is_constant(a, 0) ? b : is_constant(b, 0) ? a : Value();
    case Op::sub:
      return is_constant(b, 0) ? a : Value();
    case Op::mul:
      if (is_constant(a, 0) || is_constant(b, 0)) return integer(0, at.type);
      return is_constant(a, 1) ? b : is_constant(b, 1) ? a : Value();
    case Op::div:
      return is_constant(b, 1) ? a : Value();
    case Op::rem:
      return is_constant(b, 1) ? integer(0, at.type) : Value();
    case Op::bit_and:
      if (at.type != Type::boolean) return {};
      if (is_constant(a, 0) || is_constant(b, 0)) return boolean(false);
      return is_constant(a, 1) ? b : is_constant(b, 1) || at.a == at.b ? a : Value();
    case Op::bit_or:
      if (at.type != Type::boolean) return {};
      if (is_constant(a, 1) || is_constant(b, 1)) return boolean(true);
      return is_constant(a, 0) ? b : is_constant(b, 0) || at.a == at.b ? a : Value();
    default:
      return {};
  }
}

Value Builder::unary(Op op, Value a) {
  const Instruction made = {.op = op, .type = type(a), .a = a.id()};
  const Value known = simplified(made);
  return known.valid() ? known : pure(made);
}

Value Builder::binary(Op op, Value a, Value b) {
  const bool compares = op == Op::lt || op == Op::le || op == Op::eq;
  const Instruction made = {
      .op = op, .type = compares ? Type::boolean : type(a), .a = a.id(), .b = b.id()};
  const Value known = simplified(made);
  return known.valid() ? known : pure(made);
}

Value Builder::fma(Value a, Value b, Value c) {
  if (!is_float(type(a))) return wrapping(Op::add, wrapping(Op::mul, a, b), c);
  return pure({.op = Op::fma, .type = type(a), .a = a.id(), .b = b.id(), .c = c.id()});
}

Value Builder::select(Value condition, Value yes, Value no) {
  const Instruction made = {
      .op = Op::select, .type = type(yes), .a = condition.id(), .b = yes.id(), .c = no.id()};
  const Value known = simplified(made);
  return known.valid() ? known : pure(made);
}

Value Builder::cast(Value a, Type to) {
  if (to == Type::boolean && type(a) != Type::boolean) return !(a == integer(0, type(a)));
  const Instruction made = {.op = Op::cast, .type = to, .a = a.id()};
  const Value known = simplified(made);
  return known.valid() ? known : pure(made);
}

Value Builder::bitcast(Value a, Type to) {
  const Instruction made = {.op = Op::bitcast, .type = to, .a = a.id()};
  const Value known = simplified(made);
  return known.valid() ? known : pure(made);
}

Value Builder::wrapping(Op op, Value a, Value b) {
  const Type of = type(a);
  if (!is_signed(of)) return binary(op, a, b);
  const Type free = of == Type::i32 ? Type::u32 : Type::u64;
  return bitcast(binary(op, bitcast(a, free), bitcast(b, free)), of);
}

namespace {

bool has_effect(Op op) {
  return op == Op::store || op == Op::barrier || op == Op::set || op == Op::loop ||
         op == Op::when || op == Op::otherwise || op == Op::end;
}

// Calls f(operand) for every operand that is an instruction.
template <class F>
void each_operand(Instruction& at, F&& f) {
  switch (at.op) {
    case Op::constant:
    case Op::param:
    case Op::group:
    case Op::local:
    case Op::shared:
      return;
    case Op::load:
    case Op::store:
      if (at.k == 1) f(at.a);
      break;
    case Op::loop: {
      auto goes_on = static_cast<int32_t>(at.k) - 1;
      f(goes_on);
      at.k = static_cast<uint64_t>(goes_on + 1);
      f(at.a);
      break;
    }
    default:
      f(at.a);
      break;
  }
  f(at.b);
  f(at.c);
}

}  // namespace

Kernel Builder::finish() {
  std::vector<char> used(code_.size(), 0);
  for (size_t i = code_.size(); i-- > 0;) {
    if (used[i] == 0 && !has_effect(code_[i].op)) continue;
    used[i] = 1;
    each_operand(code_[i], [&](int32_t operand) {
      if (operand >= 0) used[static_cast<size_t>(operand)] = 1;
    });
  }
  Kernel kernel = {.name = name_, .params = std::move(params_), .code = {}, .group = group_};
  std::vector<int32_t> moved(code_.size(), -1);
  for (size_t i = 0; i < code_.size(); ++i) {
    if (used[i] == 0) continue;
    each_operand(code_[i], [&](int32_t& operand) {
      if (operand >= 0) operand = moved[static_cast<size_t>(operand)];
    });
    moved[i] = static_cast<int32_t>(kernel.code.size());
    kernel.code.push_back(code_[i]);
  }
  return kernel;
}

Value operator+(Value a, Value b) { return a.builder().binary(Op::add, a, b); }
Value operator-(Value a, Value b) { return a.builder().binary(Op::sub, a, b); }
Value operator*(Value a, Value b) { return a.builder().binary(Op::mul, a, b); }
Value operator/(Value a, Value b) { return a.builder().binary(Op::div, a, b); }
Value operator%(Value a, Value b) { return a.builder().binary(Op::rem, a, b); }
Value operator<(Value a, Value b) { return a.builder().binary(Op::lt, a, b); }
Value operator<=(Value a, Value b) { return a.builder().binary(Op::le, a, b); }
Value operator>(Value a, Value b) { return b < a; }
Value operator>=(Value a, Value b) { return b <= a; }
Value operator==(Value a, Value b) { return a.builder().binary(Op::eq, a, b); }
Value operator!=(Value a, Value b) { return !(a == b); }
Value operator&(Value a, Value b) { return a.builder().binary(Op::bit_and, a, b); }
Value operator|(Value a, Value b) { return a.builder().binary(Op::bit_or, a, b); }
Value operator!(Value a) { return a.builder().unary(Op::bit_not, a); }
Value operator-(Value a) { return a.builder().unary(Op::neg, a); }

namespace {
Value like(Value a, double number) {
  return is_float(a.type()) ? a.builder().real(number, a.type())
                            : a.builder().integer(static_cast<int64_t>(number), a.type());
}
}  // namespace

Value operator+(Value a, double b) { return a + like(a, b); }
Value operator-(Value a, double b) { return a - like(a, b); }
Value operator*(Value a, double b) { return a * like(a, b); }
Value operator/(Value a, double b) { return a / like(a, b); }
Value operator%(Value a, int64_t b) { return a % a.builder().integer(b, a.type()); }
Value operator<(Value a, double b) { return a < like(a, b); }
Value operator<=(Value a, double b) { return a <= like(a, b); }
Value operator>(Value a, double b) { return a > like(a, b); }
Value operator>=(Value a, double b) { return a >= like(a, b); }
Value operator==(Value a, double b) { return a == like(a, b); }

}  // namespace tenon::kir
