// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernels/arguments.h"

#include "sdk/kernels/program.h"
#include "tenon/kernels/elements.h"
#include "tenon/strip_vm.h"

#include <algorithm>

namespace tenon {
namespace {

std::byte* address(const KernelOperand& operand, const kernels::Frame& frame) {
  switch (operand.place.kind) {
    case KernelPlace::Kind::omitted:
    case KernelPlace::Kind::computed:
      return nullptr;
    case KernelPlace::Kind::scratch:
      return frame.scratch + operand.place.offset;
    case KernelPlace::Kind::constant:
      return const_cast<std::byte*>(operand.place.data);
    case KernelPlace::Kind::binding:
      break;
  }
  const tenon_binding& binding = frame.run.bindings[operand.place.binding];
  return kernels::object(binding.buffer)->data + binding.offset;
}

}  // namespace

size_t KernelArguments::inputs() const { return step_.inputs.size(); }
size_t KernelArguments::outputs() const { return step_.outputs.size(); }
bool KernelArguments::has_input(size_t i) const {
  return i < step_.inputs.size() && step_.inputs[i].present();
}
bool KernelArguments::has_output(size_t i) const {
  return i < step_.outputs.size() && step_.outputs[i].present();
}

std::span<const int64_t> KernelArguments::input_dims(size_t i) const {
  if (!has_input(i)) return {};
  return step_.inputs[i].dims;
}
std::span<const int64_t> KernelArguments::output_dims(size_t i) const {
  if (!has_output(i)) return {};
  return step_.outputs[i].dims;
}
int64_t KernelArguments::input_elements(size_t i) const { return step_.inputs[i].elements; }
int64_t KernelArguments::output_elements(size_t i) const { return step_.outputs[i].elements; }
DType KernelArguments::input_dtype(size_t i) const { return step_.inputs[i].dtype; }
DType KernelArguments::output_dtype(size_t i) const { return step_.outputs[i].dtype; }

const void* KernelArguments::input_data(size_t i) const {
  return has_input(i) ? address(step_.inputs[i], frame_) : nullptr;
}
void* KernelArguments::output_data(size_t i) const {
  return has_output(i) ? address(step_.outputs[i], frame_) : nullptr;
}

bool KernelArguments::is_turned(size_t i) const { return step_.inputs[i].turned; }

void KernelArguments::read(size_t i, int64_t begin, int64_t count, double* to) const {
  const KernelOperand& operand = step_.inputs[i];
  if (operand.formula == nullptr) {
    return widen(address(operand, frame_), operand.dtype, begin, count, to);
  }
  StripOperand operands[kernels::most_formula_inputs];
  for (size_t k = 0; k < operand.formula_inputs.size(); ++k) {
    const KernelOperand& from = operand.formula_inputs[k];
    if (from.present()) operands[k] = {address(from, frame_), from.dtype, from.elements};
  }
  // The program stores elements at their places in the whole tensor.
  const auto bytes = static_cast<uintptr_t>(begin) * sizeof(double);
  void* const whole = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(to) - bytes);
  operand.formula->run({operands, operand.formula_inputs.size()}, symbols(), operand.formula_dims,
                       DType::f64, whole, begin, begin + count);
}

RowRange KernelArguments::rows_of(int64_t chunk) const {
  const int64_t first = chunk * step_.work.chunk_rows;
  return {first, std::min(first + step_.work.chunk_rows, step_.work.rows)};
}

const void* KernelArguments::state_pointer() const { return step_.state; }
const void* KernelArguments::block_pointer() const { return step_.work.block.get(); }

std::span<std::byte> KernelArguments::scratch() const {
  const kernels::Bound& bound = frame_.bound;
  return {frame_.scratch + bound.workers_begin() + bound.worker_bytes * worker_,
          static_cast<size_t>(step_.work.scratch)};
}

size_t KernelArguments::phase() const { return step_.phase; }

std::span<std::byte> KernelArguments::shared() const {
  return {frame_.scratch + frame_.bound.values_bytes, static_cast<size_t>(step_.work.shared)};
}

std::span<const int64_t> KernelArguments::symbols() const {
  return {frame_.run.symbols, frame_.run.n_symbols};
}

void KernelArguments::fail(const Status& status) const {
  const std::lock_guard lock(frame_.mutex);
  if (!frame_.failure.ok()) return;
  frame_.failure = status.at(fmt::format("{} \"{}\"", step_.op, step_.name));
  frame_.failed = true;
}

}  // namespace tenon
