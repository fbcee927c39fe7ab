// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

// Writes one kernel. Equal values of one scope are written once, constants are folded, unused
// values are removed at the end. A Value is a handle that must not leave the loop or branch it was
// made in; what must, goes through a Variable. Not thread safe.
namespace tenon::kir {

class Builder;

class Value {
 public:
  Value() = default;
  Value(Builder* builder, int32_t id) : builder_(builder), id_(id) {}
  bool valid() const { return id_ >= 0; }
  int32_t id() const { return id_; }
  Builder& builder() const { return *builder_; }
  Type type() const;

 private:
  Builder* builder_ = nullptr;
  int32_t id_ = -1;
};

struct Variable {
  Value home;
};
struct Buffer {
  int32_t param = -1;
};
struct Shared {
  int32_t array = -1;
};

class Builder {
 public:
  Builder(std::string name, std::array<uint32_t, 3> group);
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  Buffer buffer(DType dtype, bool written);
  Value scalar(Type type);
  DType dtype(Buffer buffer) const;

  Value constant(uint64_t bits, Type type);
  Value integer(int64_t value, Type type = Type::i32);
  Value real(double value, Type type = Type::f32);
  Value boolean(bool value);
  Value group(int axis);
  Value local(int axis);
  Value thread(int axis);  // among all of the launch

  // The element as type_of(dtype); zero, and nothing is touched, when `inside` is false.
  Value load(Buffer buffer, Value index, Value inside = {});
  void store(Buffer buffer, Value index, Value value);
  Shared shared(Type type, uint32_t count);
  Value load(Shared array, Value index);
  void store(Shared array, Value index, Value value);
  void barrier();

  Variable variable(Value initial);
  Value get(Variable variable);
  void set(Variable variable, Value value);
  // Counts from `first` while below `limit`.
  void loop(Value first, Value limit, Value step, const std::function<void(Value)>& body);
  void loop(Value limit, const std::function<void(Value)>& body);
  // Counts from 0 while below `limit` and the bool variable holds.
  void loop_while(Variable goes_on, Value limit, const std::function<void(Value)>& body);
  void when(Value condition, const std::function<void()>& yes,
            const std::function<void()>& no = nullptr);

  Value unary(Op op, Value a);
  Value binary(Op op, Value a, Value b);
  Value fma(Value a, Value b, Value c);
  Value select(Value condition, Value yes, Value no);
  Value cast(Value a, Type type);
  Value bitcast(Value a, Type type);
  // Sum, difference, product that wrap for signed types too.
  Value wrapping(Op op, Value a, Value b);

  Type type(Value value) const { return code_[static_cast<size_t>(value.id())].type; }
  // The bits of a constant, or null.
  const uint64_t* constant_bits(Value value) const;
  // The kernel; the builder is spent.
  Kernel finish();

 private:
  struct Hash {
    size_t operator()(const Instruction& instruction) const;
  };
  using Scope = std::unordered_map<Instruction, int32_t, Hash>;
  Value put(Instruction instruction);
  void loop(Value first, Value limit, Value step, Variable goes_on,
            const std::function<void(Value)>& body);
  Value pure(Instruction instruction);
  Value simplified(const Instruction& instruction);
  bool is_constant(Value value, int64_t wanted) const;

  std::string name_;
  std::array<uint32_t, 3> group_;
  std::vector<Param> params_;
  std::vector<Instruction> code_;
  std::vector<Scope> scopes_;
};

Value operator+(Value a, Value b);
Value operator-(Value a, Value b);
Value operator*(Value a, Value b);
Value operator/(Value a, Value b);
Value operator%(Value a, Value b);
Value operator<(Value a, Value b);
Value operator<=(Value a, Value b);
Value operator>(Value a, Value b);
Value operator>=(Value a, Value b);
Value operator==(Value a, Value b);
Value operator!=(Value a, Value b);
Value operator&(Value a, Value b);
Value operator|(Value a, Value b);
Value operator!(Value a);
Value operator-(Value a);
// The same with a number, of the other side's type.
Value operator+(Value a, double b);
Value operator-(Value a, double b);
Value operator*(Value a, double b);
Value operator/(Value a, double b);
Value operator%(Value a, int64_t b);
Value operator<(Value a, double b);
Value operator<=(Value a, double b);
Value operator>(Value a, double b);
Value operator>=(Value a, double b);
Value operator==(Value a, double b);

}  // namespace tenon::kir
