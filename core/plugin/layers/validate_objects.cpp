// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/validate_objects.h"

#include <array>
#include <deque>
#include <unordered_map>

namespace tenon::validate {
namespace {

// Dead objects beyond this are forgotten, oldest first; their handles become unknown ones.
constexpr size_t most_dead = 65536;

struct Objects {
  std::mutex mutex;
  std::unordered_map<const void*, std::unique_ptr<Object>> all;
  std::deque<const void*> dead;
};

Objects& objects() {
  static auto* const kept = new Objects;
  return *kept;
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::array<std::string_view, 6> names = {"device", "buffer",  "stream",
                                                     "fence",  "program", "bound program"};
  return names[static_cast<size_t>(kind)];
}

void keep(std::unique_ptr<Object> object) {
  if (object->parent != nullptr) ++object->parent->children;
  Objects& kept = objects();
  const std::lock_guard lock(kept.mutex);
  const void* const handle = object.get();
  kept.all[handle] = std::move(object);
}

Status retire(const Call& call, Object& object) {
  if (object.children != 0) {
    return call.host_broke(
        "A8", fmt::format("{} of its objects are still alive", object.children.load()));
  }
  if (!object.alive.exchange(false)) return call.host_broke("A8", "it is being freed twice");
  if (object.parent != nullptr) --object.parent->children;
  Objects& kept = objects();
  const std::lock_guard lock(kept.mutex);
  kept.dead.push_back(&object);
  if (kept.dead.size() > most_dead) {
    kept.all.erase(kept.dead.front());
    kept.dead.pop_front();
  }
  return {};
}

// What a plugin's objects are when it stops.
Layer::~Layer() {
  Objects& kept = objects();
  const std::lock_guard lock(kept.mutex);
  for (const auto& [handle, object] : kept.all) {
    if (object->kind != Kind::device || !object->alive) continue;
    if (&static_cast<Device&>(*object).layer != this) continue;
    object->alive = false;
    static_cast<void>(Call("stop").host_broke(
        "A8",
        fmt::format("a device with {} living objects was not closed", object->children.load())));
  }
}

Status Call::host_broke(std::string_view rule, std::string text) const {
  return broke({Culprit::host, std::string(rule), std::string(function_), std::move(text)});
}

Status Call::plugin_broke(std::string_view rule, std::string text) const {
  return broke({Culprit::plugin, std::string(rule), std::string(function_), std::move(text)});
}

Result<Object*> Call::find_object(const void* handle, Kind kind) const {
  if (handle == nullptr) return host_broke("A8", fmt::format("{} is null", name_of(kind)));
  Objects& kept = objects();
  const std::lock_guard lock(kept.mutex);
  const auto found = kept.all.find(handle);
  if (found == kept.all.end()) {
    return host_broke("A8", fmt::format("a {} handle that no table gave out", name_of(kind)));
  }
  Object& object = *found->second;
  if (object.kind != kind) {
    return host_broke(
        "A8", fmt::format("a {} where a {} is expected", name_of(object.kind), name_of(kind)));
  }
  if (!object.alive) return host_broke("A8", fmt::format("the {} was freed", name_of(kind)));
  return &object;
}

Status Call::answered(tenon_status code) const {
  if (code < TENON_OK || code > TENON_INTERNAL) {
    return plugin_broke("A6", fmt::format("it returned {}, which is no status", code));
  }
  return take_failure(code);
}

Status Call::need(const void* pointer, std::string_view name) const {
  if (pointer != nullptr) return {};
  return host_broke("A5", fmt::format("{} is null", name));
}

Status Call::inside(const Buffer& buffer, uint64_t offset, uint64_t bytes) const {
  if (offset <= buffer.bytes && bytes <= buffer.bytes - offset) return {};
  return host_broke(
      "its text", fmt::format("bytes {}+{} of a buffer of {} bytes", offset, bytes, buffer.bytes));
}

Status Call::same_device(const Object& a, const Object& b) const {
  if (a.parent == b.parent || a.parent == &b || b.parent == &a) return {};
  return host_broke(
      "A8", fmt::format("{} and {} belong to different devices", name_of(a.kind), name_of(b.kind)));
}

}  // namespace tenon::validate
