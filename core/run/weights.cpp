// SPDX-License-Identifier: Apache-2.0
#include "core/run/weights.h"

#include "core/run/wait.h"

#include <cstdint>

namespace tenon {
namespace {

// What the deleter keeps alive: imported buffers point into the constant.
struct Held {
  std::shared_ptr<const Constant> constant;
  Buffer buffer;
};

bool aligned(const Constant& constant) {
  return reinterpret_cast<uintptr_t>(constant.bytes.data()) % element_bytes(constant.dtype) == 0;
}

Result<Buffer> import(Device& device, const Constant& constant) {
  if (constant.bytes.empty() || !aligned(constant)) return unsupported("cannot be used in place");
  return device.import_host(constant.bytes.data(), constant.bytes.size(), TENON_USE_WEIGHTS);
}

Result<Buffer> make(Device& device, const Constant& constant, std::chrono::milliseconds limit) {
  auto imported = import(device, constant);
  if (imported.ok() || imported.status().code() != Code::unsupported) return imported;
  TENON_TRY_ASSIGN(Buffer buffer, device.alloc(constant.bytes.size(), TENON_USE_WEIGHTS));
  if (constant.bytes.empty()) return buffer;
  // The fence outlives the stream, which may still signal it.
  TENON_TRY_ASSIGN(Fence fence, device.fence());
  TENON_TRY_ASSIGN(Stream stream, device.stream());
  tenon_status code = device.backend().upload(stream.get(), buffer.get(), 0, constant.bytes.data(),
                                              constant.bytes.size());
  if (code == TENON_OK) code = device.backend().signal(stream.get(), fence.get(), 1);
  if (code != TENON_OK) return device.status(code);
  TENON_TRY(wait_for(device, fence, 1, {nullptr, std::chrono::steady_clock::now() + limit}));
  return buffer;
}

}  // namespace

Result<bool> used_in_place(Device& device, const Constant& constant) {
  const auto imported = import(device, constant);
  if (!imported.ok() && imported.status().code() != Code::unsupported) return imported.status();
  return imported.ok();
}

Result<std::shared_ptr<Buffer>> Weights::get(Device& device,
                                             const std::shared_ptr<const Constant>& constant,
                                             std::chrono::milliseconds limit) {
  const std::lock_guard lock(mutex_);
  auto& slot = buffers_[{&device, constant.get()}];
  if (auto alive = slot.lock()) return alive;
  TENON_TRY_ASSIGN(Buffer buffer, make(device, *constant, limit));
  auto held = std::make_shared<Held>(Held{constant, std::move(buffer)});
  std::shared_ptr<Buffer> shared(held, &held->buffer);
  slot = shared;
  return shared;
}

}  // namespace tenon
