// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/layers/layer.h"
#include "core/plugin/layers/violations.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

// Every object that the validate layer gave out, dead ones included, so that a handle can be judged
// without looking into what it points to. [any thread]
namespace tenon::validate {

class Layer final : public PluginLayer {
 public:
  using PluginLayer::PluginLayer;
  ~Layer() override;

 private:
  const tenon_backend& backend() const override;
  const tenon_programs& programs() const override;
};

enum class Kind { device, buffer, stream, fence, program, bound };
std::string_view name_of(Kind kind);

struct Object {
  explicit Object(Kind made_kind, Object* made_by) : kind(made_kind), parent(made_by) {}
  virtual ~Object() = default;
  const Kind kind;
  Object* const parent;  // what must outlive it
  std::atomic<bool> alive = true;
  std::atomic<int64_t> children = 0;  // alive
};

struct Device : Object {
  static constexpr Kind own_kind = Kind::device;
  Device(Layer& made_by, tenon_device* handle)
      : Object(own_kind, nullptr), layer(made_by), inner(handle) {}
  Layer& layer;
  tenon_device* const inner;
  const tenon_backend& backend() const { return layer.inner_backend(); }
  const tenon_programs& programs() const { return layer.inner_programs(); }
};

struct Buffer : Object {
  static constexpr Kind own_kind = Kind::buffer;
  Buffer(Device& device, tenon_buffer* handle, uint64_t size)
      : Object(own_kind, &device), inner(handle), bytes(size) {}
  tenon_buffer* const inner;
  const uint64_t bytes;
  std::atomic<int> maps = 0;
};

struct Stream : Object {
  static constexpr Kind own_kind = Kind::stream;
  Stream(Device& made_by, tenon_stream* handle)
      : Object(own_kind, &made_by), device(made_by), inner(handle) {}
  Device& device;
  tenon_stream* const inner;
  std::atomic<bool> busy = false;
};

struct Fence : Object {
  static constexpr Kind own_kind = Kind::fence;
  Fence(Device& made_by, tenon_fence* handle)
      : Object(own_kind, &made_by), device(made_by), inner(handle) {}
  Device& device;
  tenon_fence* const inner;
  std::mutex mutex;
  uint64_t signalled = 0;  // highest value the host asked for
  uint64_t seen = 0;       // highest value the plugin showed
};

struct Program : Object {
  static constexpr Kind own_kind = Kind::program;
  Program(Device& made_by, tenon_program* handle, uint32_t symbol_count)
      : Object(own_kind, &made_by), device(made_by), inner(handle), symbols(symbol_count) {}
  Device& device;
  tenon_program* const inner;
  const uint32_t symbols;
};

struct Bound : Object {
  static constexpr Kind own_kind = Kind::bound;
  Bound(Program& made_by, tenon_bound* handle, tenon_demand wanted)
      : Object(own_kind, &made_by), program(made_by), inner(handle), demand(wanted) {}
  Program& program;
  tenon_bound* const inner;
  const tenon_demand demand;
};

// One call of the host: names the function in what it reports.
class Call {
 public:
  explicit Call(std::string_view function) : function_(function) {}

  Status host_broke(std::string_view rule, std::string text) const;
  Status plugin_broke(std::string_view rule, std::string text) const;
  // The object behind a handle that is alive and of the kind.
  template <class T, class Handle>
  Result<T*> find(Handle* handle) const {
    TENON_TRY_ASSIGN(Object * object, find_object(handle, T::own_kind));
    return static_cast<T*>(object);
  }
  // Calls the plugin: what it throws, and codes that are none, are its mistake.
  template <class F>
  Status ask(F&& plugin) const {
    tenon_status code = TENON_OK;
    try {
      code = plugin();
    } catch (...) {
      return plugin_broke("A7", "an exception left the function");
    }
    return answered(code);
  }
  // A pointer that must not be null.
  Status need(const void* pointer, std::string_view name) const;
  // [offset, offset + bytes) inside the buffer.
  Status inside(const Buffer& buffer, uint64_t offset, uint64_t bytes) const;
  Status same_device(const Object& a, const Object& b) const;

 private:
  Result<Object*> find_object(const void* handle, Kind kind) const;
  Status answered(tenon_status code) const;
  std::string_view function_;
};

// Gives an object out; its address is the handle.
template <class T>
T* give_out(std::unique_ptr<T> object);
void keep(std::unique_ptr<Object> object);
template <class T>
T* give_out(std::unique_ptr<T> object) {
  T* const made = object.get();
  keep(std::move(object));
  return made;
}
// Marks an object dead; fails for one that has living children, or that another thread is ending.
Status retire(const Call& call, Object& object);

// One command at a time on a stream.
class StreamUse {
 public:
  explicit StreamUse(Stream& stream) : stream_(stream), owns_(!stream.busy.exchange(true)) {}
  StreamUse(const StreamUse&) = delete;
  StreamUse& operator=(const StreamUse&) = delete;
  ~StreamUse() {
    if (owns_) stream_.busy = false;
  }
  bool owns() const { return owns_; }

 private:
  Stream& stream_;
  bool owns_;
};

}  // namespace tenon::validate
