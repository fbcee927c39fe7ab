// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/ptx.h"
#include "sdk/testing/ptx_arithmetic.h"
#include "tenon/kernelgen/printer_ptx.h"

#include <algorithm>
#include <cstring>

namespace tenon::testing {
namespace {

using namespace ptx;

// Memory of parameter p lies at (p + 1) << 40: an address says whose it is.
constexpr uint32_t address_bits = 40;

class Machine {
 public:
  Machine(const Entry& entry, std::span<const PtxArgument> arguments)
      : entry_(entry),
        arguments_(arguments),
        threads_(size_t{entry.group[0]} * entry.group[1] * entry.group[2]),
        registers_(threads_ * entry.registers),
        written_(registers_.size()),
        next_(threads_) {}

  Status run(std::array<uint32_t, 3> groups) {
    for (group_[2] = 0; group_[2] < groups[2]; ++group_[2]) {
      for (group_[1] = 0; group_[1] < groups[1]; ++group_[1]) {
        for (group_[0] = 0; group_[0] < groups[0]; ++group_[0]) TENON_TRY(run_group());
      }
    }
    return {};
  }

 private:
  Status fail(const Instruction& at, std::string_view what) const {
    return invalid("ptx entry {}, line {}, thread {} of group ({}, {}, {}): {}", entry_.name,
                   at.line, thread_, group_[0], group_[1], group_[2], what);
  }

  void start_thread(size_t t) {
    uint64_t* registers = &registers_[t * entry_.registers];
    const size_t row = t / entry_.group[0];
    registers[0] = t % entry_.group[0];
    registers[1] = row % entry_.group[1];
    registers[2] = row / entry_.group[1];
    for (size_t axis = 0; axis < 3; ++axis) registers[3 + axis] = group_[axis];
    std::memset(&written_[t * entry_.registers], 1, special_registers);
    next_[t] = 0;
  }

  Status run_group() {
    std::ranges::fill(written_, char{0});
    shared_.assign(entry_.shared_bytes, std::byte{0xA5});
    for (size_t t = 0; t < threads_; ++t) start_thread(t);
    while (true) {
      for (thread_ = 0; thread_ < threads_; ++thread_) TENON_TRY(run_thread());
      const size_t end = entry_.code.size();
      for (thread_ = 1; thread_ < threads_; ++thread_) {
        if (next_[thread_] == next_[0]) continue;
        const size_t waiting = std::min(next_[thread_], next_[0]);
        return fail(entry_.code[waiting - 1], "barrier that not all threads reach");
      }
      if (next_[0] == end) return {};
    }
  }

  // Up to the next barrier or the end.
  Status run_thread() {
    size_t& i = next_[thread_];
    while (i < entry_.code.size()) {
      const Instruction& at = entry_.code[i++];
      if (at.guard >= 0) {
        TENON_TRY_ASSIGN(const uint64_t guard, value(at, {at.guard, 0}));
        if (((guard & 1) != 0) == at.is_guard_negated) continue;
      }
      switch (at.operation) {
        case Operation::bar:
          return {};
        case Operation::ret:
          i = entry_.code.size();
          return {};
        case Operation::bra:
          i = at.target;
          break;
        case Operation::ld:
          TENON_TRY(load(at));
          break;
        case Operation::st:
          TENON_TRY(store(at));
          break;
        default:
          TENON_TRY(compute(at));
          break;
      }
    }
    return {};
  }

  Result<uint64_t> value(const Instruction& at, Operand operand) const {
    if (operand.register_ < 0) return operand.number;
    const size_t i = thread_ * entry_.registers + static_cast<size_t>(operand.register_);
    if (written_[i] == 0) return fail(at, "register read before it is written");
    return registers_[i];
  }

  Status set(const Instruction& at, uint64_t bits) {
    if (at.operands[0].register_ < 0) return fail(at, "result in no register");
    const size_t i = thread_ * entry_.registers + static_cast<size_t>(at.operands[0].register_);
    registers_[i] = bits;
    written_[i] = 1;
    return {};
  }

  Status compute(const Instruction& at) {
    std::array<uint64_t, 3> operands = {};
    for (size_t k = 1; k < at.count; ++k) {
      TENON_TRY_ASSIGN(operands[k - 1], value(at, at.operands[k]));
    }
    if (at.operation == Operation::mov || at.operation == Operation::cvta)
      return set(at, operands[0]);
    const std::optional<uint64_t> result = result_of(at, operands[0], operands[1], operands[2]);
    if (!result) return fail(at, "division by zero or an operation of another type");
    return set(at, *result);
  }

  // Where `bytes` lie, or null outside.
  std::byte* memory(Space space, uint64_t address, uint64_t bytes) {
    std::byte* base = shared_.data();
    uint64_t size = shared_.size();
    if (space == Space::global) {
      const uint64_t p = (address >> address_bits) - 1;
      if (p >= arguments_.size() || arguments_[p].data == nullptr) return nullptr;
      base = static_cast<std::byte*>(arguments_[p].data);
      size = arguments_[p].bytes;
      address &= (uint64_t{1} << address_bits) - 1;
    }
    const bool fits = address % bytes == 0 && address + bytes <= size;
    return fits ? base + address : nullptr;
  }

  Status load(const Instruction& at) {
    if (at.space == Space::param) {
      const uint64_t p = at.operands[1].number;
      if (p >= arguments_.size()) return fail(at, "parameter that is not there");
      const bool is_memory = arguments_[p].data != nullptr;
      return set(at, is_memory ? (p + 1) << address_bits : arguments_[p].bits);
    }
    TENON_TRY_ASSIGN(const uint64_t address, value(at, at.operands[1]));
    const uint64_t bytes = at.type.width / 8;
    const std::byte* from = memory(at.space, address, bytes);
    if (from == nullptr) return fail(at, fmt::format("load of {:#x} outside memory", address));
    uint64_t bits = 0;
    std::memcpy(&bits, from, bytes);
    if (at.type.kind == Kind::signed_ && bytes < 4) {
      const uint64_t sign = uint64_t{1} << (at.type.width - 1);
      bits = ((bits ^ sign) - sign) & 0xFFFFFFFF;
    }
    return set(at, bits);
  }

  Status store(const Instruction& at) {
    TENON_TRY_ASSIGN(const uint64_t address, value(at, at.operands[0]));
    TENON_TRY_ASSIGN(const uint64_t bits, value(at, at.operands[1]));
    const uint64_t bytes = at.type.width / 8;
    std::byte* to = memory(at.space, address, bytes);
    if (to == nullptr) return fail(at, fmt::format("store to {:#x} outside memory", address));
    std::memcpy(to, &bits, bytes);
    return {};
  }

  const Entry& entry_;
  std::span<const PtxArgument> arguments_;
  size_t threads_;
  std::array<uint32_t, 3> group_ = {};
  std::vector<uint64_t> registers_;  // thread by thread
  std::vector<char> written_;        // whether a register holds something
  std::vector<size_t> next_;         // instruction of each thread
  std::vector<std::byte> shared_;
  size_t thread_ = 0;
};

}  // namespace

Status PtxModule::run(std::string_view entry, std::array<uint32_t, 3> groups,
                      std::span<const PtxArgument> arguments) const {
  const auto found = entries_.find(entry);
  if (found == entries_.end()) return invalid("ptx: there is no entry {}", entry);
  if (found->second.parameters.size() != arguments.size()) {
    return invalid("ptx entry {}: {} arguments for {} parameters", entry, arguments.size(),
                   found->second.parameters.size());
  }
  return Machine(found->second, arguments).run(groups);
}

Status verify_ptx(const kernelgen::IslandProgram& program, const kernelgen::IslandPlan& plan,
                  std::span<void* const> bindings) {
  using Kind = kernelgen::BoundArgument::Kind;
  TENON_TRY_ASSIGN(const PtxModule module, PtxModule::parse(kir::print_ptx(program.kernels(), {})));
  std::vector<std::byte> scratch(plan.scratch_bytes);
  std::byte nothing = {};
  for (const kernelgen::BoundLaunch& launch : plan.launches) {
    std::vector<PtxArgument> arguments;
    for (const kernelgen::BoundArgument& from : launch.arguments) {
      PtxArgument argument = {.data = nullptr, .bytes = from.bytes, .bits = from.bits};
      if (from.kind == Kind::scratch) argument.data = scratch.data() + from.offset;
      if (from.kind == Kind::binding) argument.data = bindings[from.binding];
      // An empty tensor has an address too.
      if (from.kind != Kind::number && argument.data == nullptr) argument.data = &nothing;
      arguments.push_back(argument);
    }
    TENON_TRY(module.run(program.kernels()[launch.kernel].name, launch.groups, arguments));
  }
  return {};
}

}  // namespace tenon::testing
