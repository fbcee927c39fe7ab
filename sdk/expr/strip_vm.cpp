// SPDX-License-Identifier: Apache-2.0
#include "tenon/strip_vm.h"

#include "strip_affine.h"
#include "strip_code.h"
#include "strip_memory.h"

#include <algorithm>
#include <bit>
#include <memory_resource>

namespace tenon {
namespace strip {
namespace {

constexpr size_t register_bytes = static_cast<size_t>(length) * 8;
// Longer steps are not multiplied: their product might wrap into the tensor.
constexpr int64_t longest_step = int64_t{1} << 40;

// Of everything but registers; a formula that needs more takes it from the heap.
constexpr size_t small_bytes = 16384;

size_t bytes_of_registers(const Code& code) { return register_bytes * (code.registers + 2); }

std::pmr::vector<int64_t> evaluate(const Code& code, std::span<const int64_t> symbols,
                                   std::pmr::memory_resource& memory) {
  std::pmr::vector<int64_t> values(&memory);
  values.reserve(code.uniforms.size());
  const auto value = [&](int32_t at) { return at < 0 ? 0 : values[static_cast<size_t>(at)]; };
  for (const Uniform& uniform : code.uniforms) {
    const tenon_expr& row = uniform.row;
    const auto type = static_cast<Type>(row.type);
    if (row.op == TENON_EXPR_CONST) {
      values.push_back(row.k);
    } else if (row.op == TENON_EXPR_SYMBOL) {
      const bool given = static_cast<uint64_t>(row.k) < symbols.size();
      const int64_t bits = given ? symbols[static_cast<size_t>(row.k)] : 0;
      values.push_back(is_float(type) ? bits
                                      : fold(TENON_EXPR_CAST, type, Type::i64, bits, 0, 0, false));
    } else {
      values.push_back(
          fold(row.op, type, uniform.operand_type, value(row.a), value(row.b), value(row.c), true));
    }
  }
  return values;
}

// One run: registers, walkers and the functions chosen for the element types.
class Run {
 public:
  Run(const Code& code, std::span<const StripOperand> operands, std::span<const int64_t> symbols,
      std::span<const int64_t> dims, int64_t begin, int64_t end, std::span<std::byte> scratch)
      : code_(code), operands_(operands), registers_(scratch.data()) {
    if (scratch.size() < bytes_of_registers(code)) {
      own_registers_ = std::make_unique_for_overwrite<std::byte[]>(bytes_of_registers(code));
      registers_ = own_registers_.get();
    }
    const std::pmr::vector<int64_t> uniforms = evaluate(code, symbols, memory_);
    const int64_t filled = std::min(length, end - begin);
    for (const Fill& fill : code.fills) {
      fill_register(fill.out, fill.type, uniforms[fill.uniform], filled);
    }
    std::pmr::vector<int64_t> factors(&memory_), extents(&memory_);
    walkers_.reserve(code.walks.size());
    for (const Walk& walk : code.walks) {
      factors.clear();
      for (const uint32_t factor : walk.factors) factors.push_back(uniforms[factor]);
      // A walk that changes seldom goes over groups.
      extents.assign(dims.begin(), dims.end());
      if (walk.rate > 0) extents.back() >>= walk.rate;
      walkers_.emplace_back(uniforms[walk.base], walk.axes, factors, extents, begin >> walk.rate,
                            memory_);
    }
    sources_.reserve(code.instructions.size());
    for (const Instruction& instruction : code.instructions)
      sources_.push_back(source(instruction));
  }

  // The next `elements` elements; returns their register.
  const void* next(int64_t elements) {
    for (size_t i = 0; i < code_.instructions.size(); ++i) {
      const Instruction& in = code_.instructions[i];
      const int64_t count = elements >> in.rate;
      switch (in.kind) {
        case Kind::step:
          in.step(at(in.out), at(in.a), at(in.b), at(in.c), count);
          break;
        case Kind::index:
          index(walkers_[in.walk], static_cast<int64_t*>(at(in.out)), count);
          break;
        case Kind::load:
          load(in, sources_[i], count);
          break;
        case Kind::gather:
          gather(in, sources_[i], static_cast<const int64_t*>(at(in.a)), count);
          break;
      }
    }
    return at(code_.result);
  }

  void* scratch() { return at(code_.registers); }

 private:
  struct Source {
    StripOperand operand;
    Memory memory{};
    Step convert = nullptr;  // when the formula widens to another type than the tensor's own
    int64_t pitch = 8;       // bytes of a register's element as it is read
  };

  void* at(uint32_t reg) {
    // Steps with fewer operands are given registers that do not exist and do not look at them.
    return reg == UINT32_MAX ? nullptr : registers_ + register_bytes * reg;
  }

  bool is_single(Type type) const { return code_.single && is_float(type); }

  void fill_register(uint32_t reg, Type type, int64_t value, int64_t count) {
    if (!is_float(type)) {
      std::fill_n(static_cast<int64_t*>(at(reg)), count, value);
    } else if (code_.single) {
      std::fill_n(static_cast<float*>(at(reg)), count,
                  static_cast<float>(std::bit_cast<double>(value)));
    } else {
      std::fill_n(static_cast<double*>(at(reg)), count, std::bit_cast<double>(value));
    }
  }

  Source source(const Instruction& in) const {
    Source source;
    if (in.kind != Kind::load && in.kind != Kind::gather) return source;
    if (in.operand < operands_.size()) source.operand = operands_[in.operand];
    source.memory = memory_of(source.operand.dtype, code_.single);
    const Type own = type_of(source.operand.dtype);
    if (own != in.type && !(is_float(own) && is_float(in.type))) {
      source.convert = step_of(TENON_EXPR_CAST, in.type, own, code_.single);
    }
    source.pitch = is_single(own) ? 4 : 8;
    return source;
  }

  static void index(Walker& walker, int64_t* out, int64_t count) {
    walker.next(count, [&](int64_t first, int64_t step, int64_t n) {
      auto value = static_cast<uint64_t>(first);
      for (int64_t i = 0; i < n; ++i, value += static_cast<uint64_t>(step)) {
        out[i] = static_cast<int64_t>(value);
      }
      out += n;
    });
  }

  void load(const Instruction& in, const Source& source, int64_t count) {
    auto* out = static_cast<std::byte*>(source.convert != nullptr ? scratch() : at(in.out));
    const StripOperand& operand = source.operand;
    const auto exists = [&](int64_t i) { return i >= 0 && i < operand.elements; };
    walkers_[in.walk].next(count, [&](int64_t first, int64_t step, int64_t n) {
      const bool short_step = step > -longest_step && step < longest_step;
      if (short_step && exists(first) && exists(first + (n - 1) * step)) {
        source.memory.read(operand.data, first, step, n, out);
      } else {
        read_guarded(source, first, step, n, out);
      }
      out += n * source.pitch;
    });
    if (source.convert != nullptr) {
      source.convert(at(in.out), scratch(), nullptr, nullptr, count);
    }
  }

  void read_guarded(const Source& source, int64_t first, int64_t step, int64_t count,
                    std::byte* out) {
    auto* indexes = static_cast<int64_t*>(at(code_.registers + 1));
    auto value = static_cast<uint64_t>(first);
    for (int64_t i = 0; i < count; ++i, value += static_cast<uint64_t>(step)) {
      indexes[i] = static_cast<int64_t>(value);
    }
    source.memory.gather(source.operand.data, source.operand.elements, indexes, count, out);
  }

  void gather(const Instruction& in, const Source& source, const int64_t* indexes, int64_t count) {
    void* out = source.convert != nullptr ? scratch() : at(in.out);
    source.memory.gather(source.operand.data, source.operand.elements, indexes, count, out);
    if (source.convert != nullptr) source.convert(at(in.out), out, nullptr, nullptr, count);
  }

  const Code& code_;
  std::span<const StripOperand> operands_;
  std::byte* registers_;  // and two for conversions and guarded loads
  std::unique_ptr<std::byte[]> own_registers_;
  alignas(std::max_align_t) std::byte small_[small_bytes];
  std::pmr::monotonic_buffer_resource memory_{small_, sizeof small_};
  std::pmr::vector<Walker> walkers_{&memory_};
  std::pmr::vector<Source> sources_{&memory_};
};

// Groups must not reach from one row of the innermost axis into the next.
const Code& code_for(const Codes& codes, std::span<const int64_t> dims, int64_t begin,
                     int64_t end) {
  const bool fits = codes.grouped && static_cast<int64_t>(dims.size()) == codes.axis + 1 &&
                    dims.back() % codes.multiple == 0 && begin % codes.multiple == 0 &&
                    end % codes.multiple == 0;
  return fits ? *codes.grouped : codes.every;
}

}  // namespace
}  // namespace strip

StripProgram::StripProgram(std::unique_ptr<Code> code) : code_(std::move(code)) {}
StripProgram::StripProgram(StripProgram&&) noexcept = default;
StripProgram& StripProgram::operator=(StripProgram&&) noexcept = default;
StripProgram::~StripProgram() = default;

Result<StripProgram> StripProgram::compile(std::span<const tenon_expr> rows, ExprId root,
                                           size_t n_operands, Precision precision) {
  TENON_TRY_ASSIGN(strip::Codes codes,
                   strip::compile_strips(rows, root, n_operands, precision == Precision::f32));
  return StripProgram(std::make_unique<Code>(Code{std::move(codes)}));
}

size_t StripProgram::scratch_bytes() const {
  const strip::Codes& codes = code_->codes;
  const size_t grouped = codes.grouped ? strip::bytes_of_registers(*codes.grouped) : 0;
  return std::max(strip::bytes_of_registers(codes.every), grouped);
}

void StripProgram::run(std::span<const StripOperand> operands, std::span<const int64_t> symbols,
                       std::span<const int64_t> dims, DType dtype, void* out, int64_t begin,
                       int64_t end, std::span<std::byte> scratch) const {
  if (begin >= end) return;
  const strip::Code& code = strip::code_for(code_->codes, dims, begin, end);
  strip::Run run(code, operands, symbols, dims, begin, end, scratch);
  const strip::Memory memory = strip::memory_of(dtype, code.single);
  const bool converts = is_float(code.result_type) != is_float(type_of(dtype));
  const strip::Step convert =
      strip::step_of(TENON_EXPR_CAST, type_of(dtype), code.result_type, code.single);
  for (int64_t first = begin; first < end; first += strip::length) {
    const int64_t count = std::min(strip::length, end - first);
    const void* result = run.next(count);
    if (converts) {
      convert(run.scratch(), result, nullptr, nullptr, count);
      result = run.scratch();
    }
    memory.write(out, first, count, result);
  }
}

}  // namespace tenon
