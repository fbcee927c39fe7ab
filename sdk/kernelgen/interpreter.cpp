// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/interpreter.h"

#include "half.h"

#include <cmath>
#include <cstring>
#include <utility>

namespace tenon::kir {
namespace {

constexpr int64_t nobody = -1;
constexpr int64_t many = -2;

// Who touched an element of shared memory last, and between which barriers.
struct Cell {
  uint64_t bits = 0;
  int64_t writer = nobody;
  int64_t write_epoch = -1;
  int64_t reader = nobody;
  int64_t read_epoch = -1;
};

using Mask = std::vector<char>;

struct Frame {
  size_t start;  // the loop or when
  Mask mask;     // threads inside
};

uint64_t load_bits(const Param& param, const void* data, uint64_t index) {
  const size_t bytes = element_bytes(param.dtype);
  uint64_t raw = 0;
  std::memcpy(&raw, static_cast<const char*>(data) + index * bytes, bytes);
  switch (param.dtype) {
    case DType::f16:
      return half_to_float_bits(static_cast<uint16_t>(raw));
    case DType::i8:
      return integer_bits(static_cast<int8_t>(raw), Type::i32);
    case DType::i16:
      return integer_bits(static_cast<int16_t>(raw), Type::i32);
    case DType::boolean:
      return raw != 0 ? 1 : 0;
    default:
      return raw;
  }
}

void store_bits(const Param& param, void* data, uint64_t index, uint64_t bits) {
  const size_t bytes = element_bytes(param.dtype);
  if (param.dtype == DType::f16) bits = float_bits_to_half(static_cast<uint32_t>(bits));
  std::memcpy(static_cast<char*>(data) + index * bytes, &bits, bytes);
}

class Machine {
 public:
  Machine(const Kernel& kernel, std::array<uint32_t, 3> groups, std::span<const Argument> arguments)
      : kernel_(kernel),
        groups_(groups),
        arguments_(arguments),
        width_(size_t{kernel.group[0]} * kernel.group[1] * kernel.group[2]),
        values_(kernel.code.size() * width_),
        match_(kernel.code.size()),
        shared_(kernel.code.size()),
        writers_(kernel.params.size()) {
    std::vector<size_t> open;
    for (size_t i = 0; i < kernel.code.size(); ++i) {
      const Op op = kernel.code[i].op;
      if (op == Op::otherwise || op == Op::end) {
        match_[open.back()] = i;
        open.pop_back();
      }
      if (op == Op::loop || op == Op::when || op == Op::otherwise) open.push_back(i);
    }
    for (size_t p = 0; p < kernel.params.size(); ++p) {
      if (kernel.params[p].written) writers_[p].assign(arguments[p].elements, nobody);
    }
  }

  Status run() {
    for (uint32_t z = 0; z < groups_[2]; ++z) {
      for (uint32_t y = 0; y < groups_[1]; ++y) {
        for (uint32_t x = 0; x < groups_[0]; ++x) {
          TENON_TRY(run_group({x, y, z}));
          ++group_number_;
        }
      }
    }
    return {};
  }

 private:
  uint64_t* values(int32_t id) { return &values_[static_cast<size_t>(id) * width_]; }

  Status fail(size_t at, size_t thread, std::string_view what) const {
    return invalid("kernel {}: {} (instruction {}, group {}, thread {})", kernel_.name, what, at,
                   group_number_, thread);
  }

  void set_leaves(std::array<uint32_t, 3> group) {
    for (size_t i = 0; i < kernel_.code.size(); ++i) {
      const Instruction& at = kernel_.code[i];
      uint64_t* to = &values_[i * width_];
      for (size_t t = 0; t < width_; ++t) {
        if (at.op == Op::constant) to[t] = at.k;
        if (at.op == Op::param) to[t] = arguments_[static_cast<size_t>(at.a)].bits;
        if (at.op == Op::group) to[t] = group[static_cast<size_t>(at.a)];
        if (at.op != Op::local) continue;
        const size_t row = t / kernel_.group[0];
        to[t] = at.a == 0   ? t % kernel_.group[0]
                : at.a == 1 ? row % kernel_.group[1]
                            : row / kernel_.group[1];
      }
      if (at.op == Op::shared) shared_[i].assign(at.k, {});
    }
  }

  Status run_group(std::array<uint32_t, 3> group) {
    set_leaves(group);
    epoch_ = 0;
    frames_.assign(1, {0, Mask(width_, 1)});
    for (size_t i = 0; i < kernel_.code.size(); ++i) {
      const Instruction& at = kernel_.code[i];
      switch (at.op) {
        case Op::loop:
        case Op::when:
        case Op::otherwise:
        case Op::end:
          i = jump(i);
          break;
        case Op::barrier:
          TENON_TRY(barrier(i));
          break;
        default:
          for (size_t t = 0; t < width_; ++t) {
            if (frames_.back().mask[t] != 0) TENON_TRY(step(i, at, t));
          }
      }
    }
    return {};
  }

  Status barrier(size_t i) {
    for (size_t t = 0; t < width_; ++t) {
      if (frames_.back().mask[t] == 0) return fail(i, t, "barrier in divergent flow");
    }
    ++epoch_;
    return {};
  }

  // Enters, repeats or leaves a block; the last instruction done.
  size_t jump(size_t i) {
    const Instruction& at = kernel_.code[i];
    if (at.op == Op::loop || at.op == Op::when) {
      if (at.op == Op::loop) std::memcpy(values(static_cast<int32_t>(i)), values(at.a), width_ * 8);
      frames_.push_back({i, enter(i, frames_.back().mask)});
      return any(frames_.back().mask) ? i : match_[i] - 1;
    }
    const size_t start = frames_.back().start;
    if (at.op == Op::otherwise) {
      const Mask& around = frames_[frames_.size() - 2].mask;
      const uint64_t* condition = values(kernel_.code[start].a);
      for (size_t t = 0; t < width_; ++t) {
        frames_.back().mask[t] = around[t] != 0 && condition[t] == 0 ? 1 : 0;
      }
      frames_.back().start = i;
      return any(frames_.back().mask) ? i : match_[i] - 1;
    }
    if (kernel_.code[start].op == Op::loop && any(frames_.back().mask)) {
      uint64_t* counter = values(static_cast<int32_t>(start));
      const uint64_t* step = values(kernel_.code[start].c);
      for (size_t t = 0; t < width_; ++t) {
        if (frames_.back().mask[t] != 0) counter[t] = (counter[t] + step[t]) & 0xFFFFFFFFu;
      }
      frames_.back().mask = enter(start, frames_.back().mask);
      if (any(frames_.back().mask)) return start;
    }
    frames_.pop_back();
    return i;
  }

  Mask enter(size_t start, Mask mask) {
    const Instruction& at = kernel_.code[start];
    for (size_t t = 0; t < width_; ++t) {
      if (mask[t] == 0) continue;
      bool inside = at.op == Op::when
                        ? values(at.a)[t] != 0
                        : integer_of(values(static_cast<int32_t>(start))[t], Type::i32) <
                              integer_of(values(at.b)[t], Type::i32);
      if (at.op == Op::loop && at.k != 0)
        inside = inside && values(static_cast<int32_t>(at.k - 1))[t] != 0;
      mask[t] = inside ? 1 : 0;
    }
    return mask;
  }

  static bool any(const Mask& mask) { return std::memchr(mask.data(), 1, mask.size()) != nullptr; }

  Status step(size_t i, const Instruction& at, size_t t) {
    uint64_t& to = values_[i * width_ + t];
    switch (at.op) {
      case Op::constant:
      case Op::param:
      case Op::group:
      case Op::local:
      case Op::shared:
        return {};
      case Op::variable:
      case Op::get:
        to = values(at.a)[t];
        return {};
      case Op::set:
        values(at.a)[t] = values(at.b)[t];
        return {};
      case Op::load:
        return at.k == 1 ? load_shared(i, at, t) : load_global(i, at, t);
      case Op::store:
        return at.k == 1 ? store_shared(i, at, t) : store_global(i, at, t);
      default:
        return arithmetic(i, at, t);
    }
  }

  Status arithmetic(size_t i, const Instruction& at, size_t t) {
    const uint64_t a = values(at.a)[t];
    const uint64_t b = at.b >= 0 ? values(at.b)[t] : 0;
    const uint64_t c = at.c >= 0 ? values(at.c)[t] : 0;
    const Type from = kernel_.code[static_cast<size_t>(at.a)].type;
    if (!is_float(at.type) && (at.op == Op::div || at.op == Op::rem)) {
      if (b == 0) return fail(i, t, "division by zero");
      if (is_signed(at.type) && integer_of(b, at.type) == -1) return fail(i, t, "division by -1");
    }
    if (is_signed(at.type) && overflows(at, a, b)) return fail(i, t, "signed overflow");
    if ((at.op == Op::shl || at.op == Op::shr) && b >= bits_in(at.type)) {
      return fail(i, t, "shift by the width or more");
    }
    values_[i * width_ + t] = compute(at.op, at.type, from, a, b, c);
    return {};
  }

  static bool overflows(const Instruction& at, uint64_t a, uint64_t b) {
    const int64_t x = integer_of(a, at.type);
    const int64_t y = integer_of(b, at.type);
    int64_t exact = 0;
    bool over = false;
    switch (at.op) {
      case Op::add:
        over = __builtin_add_overflow(x, y, &exact);
        break;
      case Op::sub:
        over = __builtin_sub_overflow(x, y, &exact);
        break;
      case Op::mul:
        over = __builtin_mul_overflow(x, y, &exact);
        break;
      default:
        return false;
    }
    return over || (at.type == Type::i32 && exact != static_cast<int32_t>(exact));
  }

  Status load_global(size_t i, const Instruction& at, size_t t) {
    uint64_t& to = values_[i * width_ + t];
    if (at.c >= 0 && values(at.c)[t] == 0) {
      to = 0;
      return {};
    }
    const auto p = static_cast<size_t>(at.a);
    const int64_t index = index_of(at, t);
    if (index < 0 || static_cast<uint64_t>(index) >= arguments_[p].elements) {
      return outside(i, t, "load", p, index);
    }
    if (kernel_.params[p].written) {
      const int64_t writer = writers_[p][static_cast<size_t>(index)];
      if (writer != nobody && writer != thread_number(t)) {
        return fail(
            i, t, fmt::format("race: reads element {} of p{} that another thread wrote", index, p));
      }
    }
    to = load_bits(kernel_.params[p], arguments_[p].data, static_cast<uint64_t>(index));
    return {};
  }

  Status store_global(size_t i, const Instruction& at, size_t t) {
    const auto p = static_cast<size_t>(at.a);
    const int64_t index = index_of(at, t);
    if (index < 0 || static_cast<uint64_t>(index) >= arguments_[p].elements) {
      return outside(i, t, "store", p, index);
    }
    if (!kernel_.params[p].written) return fail(i, t, "store to a read-only buffer");
    int64_t& writer = writers_[p][static_cast<size_t>(index)];
    if (writer != nobody && writer != thread_number(t)) {
      return fail(i, t, fmt::format("race: two threads write element {} of p{}", index, p));
    }
    writer = thread_number(t);
    store_bits(kernel_.params[p], arguments_[p].data, static_cast<uint64_t>(index),
               values(at.c)[t]);
    return {};
  }

  Status load_shared(size_t i, const Instruction& at, size_t t) {
    std::vector<Cell>& array = shared_[static_cast<size_t>(at.a)];
    const int64_t index = index_of(at, t);
    if (index < 0 || static_cast<size_t>(index) >= array.size())
      return beyond(i, t, "load", array, index);
    Cell& cell = array[static_cast<size_t>(index)];
    const auto self = static_cast<int64_t>(t);
    if (cell.writer == nobody)
      return fail(i, t, fmt::format("shared element {} is read before it is written", index));
    if (cell.write_epoch == epoch_ && cell.writer != self) {
      return fail(
          i, t,
          fmt::format(
              "race: reads shared element {} that thread {} wrote without a barrier between", index,
              cell.writer));
    }
    const bool alone = cell.read_epoch != epoch_ || cell.reader == self;
    cell.reader = alone ? self : many;
    cell.read_epoch = epoch_;
    values_[i * width_ + t] = cell.bits;
    return {};
  }

  Status store_shared(size_t i, const Instruction& at, size_t t) {
    std::vector<Cell>& array = shared_[static_cast<size_t>(at.a)];
    const int64_t index = index_of(at, t);
    if (index < 0 || static_cast<size_t>(index) >= array.size())
      return beyond(i, t, "store", array, index);
    Cell& cell = array[static_cast<size_t>(index)];
    const auto self = static_cast<int64_t>(t);
    if (cell.write_epoch == epoch_ && cell.writer != self) {
      return fail(
          i, t,
          fmt::format("race: shared element {} is also written by thread {}", index, cell.writer));
    }
    if (cell.read_epoch == epoch_ && cell.reader != self) {
      return fail(
          i, t,
          fmt::format(
              "race: writes shared element {} that another thread reads without a barrier between",
              index));
    }
    cell.bits = values(at.c)[t];
    cell.writer = self;
    cell.write_epoch = epoch_;
    return {};
  }

  int64_t index_of(const Instruction& at, size_t t) {
    return integer_of(values(at.b)[t], kernel_.code[static_cast<size_t>(at.b)].type);
  }
  int64_t thread_number(size_t t) const {
    return group_number_ * static_cast<int64_t>(width_) + static_cast<int64_t>(t);
  }
  Status outside(size_t i, size_t t, std::string_view what, size_t p, int64_t index) const {
    return fail(i, t,
                fmt::format("{} of element {} of p{}, which has {}", what, index, p,
                            arguments_[p].elements));
  }
  Status beyond(size_t i, size_t t, std::string_view what, const std::vector<Cell>& array,
                int64_t index) const {
    return fail(i, t, fmt::format("{} of shared element {} of {}", what, index, array.size()));
  }

  const Kernel& kernel_;
  std::array<uint32_t, 3> groups_;
  std::span<const Argument> arguments_;
  size_t width_;
  std::vector<uint64_t> values_;  // instruction by instruction, thread by thread
  std::vector<size_t> match_;     // where the block of a loop, when or otherwise ends
  std::vector<std::vector<Cell>> shared_;
  std::vector<std::vector<int64_t>> writers_;  // of each element of a written buffer
  std::vector<Frame> frames_;
  int64_t epoch_ = 0;
  int64_t group_number_ = 0;
};

}  // namespace

Status interpret(const Kernel& kernel, std::array<uint32_t, 3> groups,
                 std::span<const Argument> arguments) {
  TENON_TRY(check(kernel));
  if (arguments.size() != kernel.params.size()) {
    return invalid("kernel {}: {} arguments for {} parameters", kernel.name, arguments.size(),
                   kernel.params.size());
  }
  return Machine(kernel, groups, arguments).run();
}

}  // namespace tenon::kir
