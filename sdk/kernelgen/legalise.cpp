// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/legalise.h"

#include "halves.h"

namespace tenon::kir {
namespace {

bool is_wide_integer(Type type) { return type == Type::i64 || type == Type::u64; }

// Writes the kernel anew, instruction by instruction: values of 64-bit integers as halves.
class Rewriter {
 public:
  explicit Rewriter(const Kernel& kernel)
      : kernel_(kernel),
        b_(kernel.name, kernel.group),
        narrow_(kernel.code.size()),
        wide_(kernel.code.size()),
        variables_(kernel.code.size()),
        arrays_(kernel.code.size()) {}

  Result<Kernel> run() {
    for (const Param& param : kernel_.params) parameter(param);
    TENON_TRY(walk(0, kernel_.code.size()));
    return b_.finish();
  }

 private:
  struct Place {
    Variable low;
    Variable high;
  };
  struct Given {
    Buffer buffer;
    Value scalar;
    Halves halves;
  };

  const Instruction& at(int32_t id) const { return kernel_.code[static_cast<size_t>(id)]; }
  Type type(int32_t id) const { return at(id).type; }
  bool is_wide(int32_t id) const { return is_wide_integer(type(id)); }
  Value narrow(int32_t id) const { return narrow_[static_cast<size_t>(id)]; }
  Halves wide(int32_t id) const { return wide_[static_cast<size_t>(id)]; }
  // A place in memory: indices have 32 bits.
  Value index(int32_t id) { return is_wide(id) ? b_.bitcast(wide(id).low, Type::i32) : narrow(id); }

  void parameter(const Param& param) {
    Given given;
    if (param.buffer) {
      const bool splits = is_wide_integer(param.type);
      given.buffer = b_.buffer(splits ? DType::u32 : param.dtype, param.written);
    } else if (is_wide_integer(param.type)) {
      given.halves.low = b_.scalar(Type::u32);
      given.halves.high = b_.scalar(Type::u32);
    } else {
      given.scalar = b_.scalar(param.type);
    }
    given_.push_back(given);
  }

  // Where the block that begins at i ends: at its otherwise or end.
  size_t end_of(size_t i) const {
    size_t depth = 0;
    while (true) {
      const Op op = kernel_.code[++i].op;
      if (depth == 0 && (op == Op::otherwise || op == Op::end)) return i;
      if (op == Op::loop || op == Op::when) ++depth;
      if (op == Op::end) --depth;
    }
  }

  Status walk(size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      const Op op = kernel_.code[i].op;
      if (op == Op::loop || op == Op::when) {
        TENON_TRY_ASSIGN(i, block(i));
      } else {
        TENON_TRY(one(i));
      }
    }
    return {};
  }

  // The block's last instruction.
  Result<size_t> block(size_t i) {
    const Instruction& from = kernel_.code[i];
    const size_t end = end_of(i);
    Status status;
    if (from.op == Op::loop) {
      const auto body = [&](Value counter) {
        narrow_[i] = counter;
        status = walk(i + 1, end);
      };
      if (from.k == 0) {
        b_.loop(narrow(from.a), narrow(from.b), narrow(from.c), body);
      } else {
        b_.loop_while(variables_[from.k - 1].low, narrow(from.b), body);
      }
      TENON_TRY(std::move(status));
      return end;
    }
    if (kernel_.code[end].op == Op::end) {
      b_.when(narrow(from.a), [&] { status = walk(i + 1, end); });
      TENON_TRY(std::move(status));
      return end;
    }
    const size_t last = end_of(end);
    Status other;
    b_.when(
        narrow(from.a), [&] { status = walk(i + 1, end); }, [&] { other = walk(end + 1, last); });
    TENON_TRY(std::move(status));
    TENON_TRY(std::move(other));
    return last;
  }

  Status one(size_t i) {
    const Instruction& from = kernel_.code[i];
    switch (from.op) {
      case Op::load:
        load(i, from);
        return {};
      case Op::store:
        store(from);
        return {};
      case Op::shared:
        arrays_[i] = is_wide_integer(from.type)
                         ? b_.shared(Type::u32, static_cast<uint32_t>(2 * from.k))
                         : b_.shared(from.type, static_cast<uint32_t>(from.k));
        return {};
      case Op::barrier:
        b_.barrier();
        return {};
      case Op::variable:
      case Op::get:
      case Op::set:
        variable(i, from);
        return {};
      default:
        break;
    }
    if (is_wide_integer(from.type)) return wide_value(i, from);
    return narrow_value(i, from);
  }

  void load(size_t i, const Instruction& from) {
    const Value place = index(from.b);
    const Value inside = from.c >= 0 ? narrow(from.c) : Value();
    const auto read = [&](Value where) {
      return from.k == 1 ? b_.load(arrays_[static_cast<size_t>(from.a)], where)
                         : b_.load(given_[static_cast<size_t>(from.a)].buffer, where, inside);
    };
    if (is_wide_integer(from.type)) {
      wide_[i] = {read(half(place, 0)), read(half(place, 1))};
    } else {
      narrow_[i] = read(place);
    }
  }

  // Where a half of an element lies. What is left out may have any place, so nothing may overflow.
  Value half(Value place, uint32_t which) {
    const Value word = b_.bitcast(place, Type::u32);
    return b_.binary(Op::shl, word, b_.integer(1, Type::u32)) + static_cast<double>(which);
  }

  void store(const Instruction& from) {
    const Value place = index(from.b);
    const auto write = [&](Value where, Value value) {
      if (from.k == 1) return b_.store(arrays_[static_cast<size_t>(from.a)], where, value);
      b_.store(given_[static_cast<size_t>(from.a)].buffer, where, value);
    };
    if (!is_wide(from.c)) return write(place, narrow(from.c));
    write(half(place, 0), wide(from.c).low);
    write(half(place, 1), wide(from.c).high);
  }

  void variable(size_t i, const Instruction& from) {
    const bool splits = is_wide_integer(from.type);
    const auto home =
        static_cast<size_t>(from.op == Op::variable ? static_cast<int32_t>(i) : from.a);
    Place& place = variables_[home];
    if (from.op == Op::variable) {
      place.low = b_.variable(splits ? wide(from.a).low : narrow(from.a));
      if (splits) place.high = b_.variable(wide(from.a).high);
    } else if (from.op == Op::get) {
      if (splits) wide_[i] = {b_.get(place.low), b_.get(place.high)};
      if (!splits) narrow_[i] = b_.get(place.low);
    } else {
      b_.set(place.low, splits ? wide(from.b).low : narrow(from.b));
      if (splits) b_.set(place.high, wide(from.b).high);
    }
  }

  Status wide_value(size_t i, const Instruction& from) {
    Halves& to = wide_[i];
    const Type of = from.type;
    const auto a = [&] { return wide(from.a); };
    const auto b = [&] { return wide(from.b); };
    const auto each = [&](Op op) {
      return Halves{b_.binary(op, a().low, b().low), b_.binary(op, a().high, b().high)};
    };
    switch (from.op) {
      case Op::constant:
        to = halves(b_, from.k);
        return {};
      case Op::param:
        to = given_[static_cast<size_t>(from.a)].halves;
        return {};
      case Op::add:
        to = add(a(), b());
        return {};
      case Op::sub:
        to = subtract(a(), b());
        return {};
      case Op::mul:
        to = multiply(a(), b());
        return {};
      case Op::div:
        to = divide(a(), b(), of);
        return {};
      case Op::rem:
        to = remainder(a(), b(), of);
        return {};
      case Op::min:
        to = kir::select(is_less(a(), b(), of), a(), b());
        return {};
      case Op::max:
        to = kir::select(is_less(b(), a(), of), a(), b());
        return {};
      case Op::bit_and:
      case Op::bit_or:
      case Op::bit_xor:
        to = each(from.op);
        return {};
      case Op::shl:
        to = shift_left(a(), b().low);
        return {};
      case Op::shr:
        to = shift_right(a(), b().low, of);
        return {};
      case Op::neg:
        to = negate(a());
        return {};
      case Op::abs:
        to = absolute(a());
        return {};
      case Op::bit_not:
        to = {b_.unary(Op::bit_not, a().low), b_.unary(Op::bit_not, a().high)};
        return {};
      case Op::select:
        to = kir::select(narrow(from.a), wide(from.b), wide(from.c));
        return {};
      case Op::cast:
        to = is_wide(from.a)          ? a()
             : is_float(type(from.a)) ? from_float(narrow(from.a), of)
                                      : widen(narrow(from.a));
        return {};
      case Op::bitcast:
        if (!is_wide(from.a)) return refuse_bits();
        to = a();
        return {};
      default:
        return invalid("kernel {}: operation {} of 64-bit integers", kernel_.name,
                       static_cast<int>(from.op));
    }
  }

  Status refuse_bits() const {
    return unsupported("kernel {}: the bits of f64 on a device without 64-bit integers",
                       kernel_.name);
  }

  // Results of other types; operands may be wide.
  Status narrow_value(size_t i, const Instruction& from) {
    Value& to = narrow_[i];
    const bool takes_wide = is_arithmetic(from.op) && from.op != Op::select && is_wide(from.a);
    if (!takes_wide) return same(to, from);
    const Type of = type(from.a);
    switch (from.op) {
      case Op::lt:
        to = is_less(wide(from.a), wide(from.b), of);
        return {};
      case Op::le:
        to = !is_less(wide(from.b), wide(from.a), of);
        return {};
      case Op::eq:
        to = is_equal(wide(from.a), wide(from.b));
        return {};
      case Op::cast:
        to = is_float(from.type) ? to_float(wide(from.a), of, from.type)
                                 : b_.cast(wide(from.a).low, from.type);
        return {};
      default:
        return refuse_bits();
    }
  }

  Status same(Value& to, const Instruction& from) {
    switch (from.op) {
      case Op::constant:
        to = b_.constant(from.k, from.type);
        return {};
      case Op::param:
        to = given_[static_cast<size_t>(from.a)].scalar;
        return {};
      case Op::group:
        to = b_.group(from.a);
        return {};
      case Op::local:
        to = b_.local(from.a);
        return {};
      case Op::fma:
        to = b_.fma(narrow(from.a), narrow(from.b), narrow(from.c));
        return {};
      case Op::select:
        to = b_.select(narrow(from.a), narrow(from.b), narrow(from.c));
        return {};
      case Op::cast:
        to = b_.cast(narrow(from.a), from.type);
        return {};
      case Op::bitcast:
        to = b_.bitcast(narrow(from.a), from.type);
        return {};
      default:
        to = from.b >= 0 ? b_.binary(from.op, narrow(from.a), narrow(from.b))
                         : b_.unary(from.op, narrow(from.a));
        return {};
    }
  }

  const Kernel& kernel_;
  Builder b_;
  std::vector<Given> given_;  // by parameter
  std::vector<Value> narrow_;
  std::vector<Halves> wide_;
  std::vector<Place> variables_;
  std::vector<Shared> arrays_;
};

}  // namespace

Result<Kernel> without_wide_integers(const Kernel& kernel) { return Rewriter(kernel).run(); }

}  // namespace tenon::kir
