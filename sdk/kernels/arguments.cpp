// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernels/arguments.h"

#include "sdk/kernels/program.h"

#include <algorithm>

namespace tenon {
namespace {

std::byte* address(const KernelOperand& operand, const kernels::Frame& frame) {
  switch (operand.place.kind) {
    case KernelPlace::Kind::omitted:
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

RowRange KernelArguments::rows_of(int64_t chunk) const {
  const int64_t first = chunk * step_.work.chunk_rows;
  return {first, std::min(first + step_.work.chunk_rows, step_.work.rows)};
}

const void* KernelArguments::state_pointer() const { return step_.state; }
const void* KernelArguments::block_pointer() const { return step_.work.block.get(); }

std::span<std::byte> KernelArguments::scratch() const {
  const kernels::Bound& bound = frame_.bound;
  return {frame_.scratch + bound.values_bytes + bound.worker_bytes * worker_,
          static_cast<size_t>(step_.work.scratch)};
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
