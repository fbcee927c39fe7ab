// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"
#include "tenon/abi/draft/plugin.h"
#include "tenon/status.h"

#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string_view>

// The C++ side of a plugin's border: the entry point, the host, and the one place where exceptions
// become status codes. Header only. Use TENON_PLUGIN once per plugin.
namespace tenon {

// A tensor as the border has it; borrows all that it is given.
inline tenon_host_tensor host_tensor(uint32_t dtype, std::string_view name,
                                     std::span<const int64_t> dims, const void* data,
                                     uint64_t bytes) {
  tenon_host_tensor tensor{};
  tensor.size = sizeof tensor;
  tensor.dtype = dtype;
  tensor.name = to_str(name);
  tensor.dims = dims.data();
  tensor.rank = dims.size();
  tensor.data = data;
  tensor.bytes = bytes;
  return tensor;
}

// The host, from start() on; null before and in code that runs without one. [any thread]
inline const tenon_host* plugin_host = nullptr;

// A service of the host by id, or null.
template <class T>
const T* host_service(std::string_view id) {
  if (plugin_host == nullptr || plugin_host->query == nullptr) return nullptr;
  return static_cast<const T*>(plugin_host->query(plugin_host, to_str(id)));
}

// Hands the failure's text to the host and returns its code.
inline tenon_status report(const Status& status, std::string_view file = __builtin_FILE(),
                           uint32_t line = __builtin_LINE()) {
  if (!status.ok() && plugin_host != nullptr && plugin_host->fail != nullptr) {
    plugin_host->fail(plugin_host, static_cast<tenon_status>(status.code()), to_str(file), line, 0,
                      to_str(status.message()));
  }
  return static_cast<tenon_status>(status.code());
}

// Status of a host function, with what it was asked for. The host has stored its own text already.
inline Status from_host(tenon_status code, std::string_view doing) {
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), std::string(doing));
}

// Runs f, which returns a Status, and lets nothing out but a code.
template <class F>
tenon_status guard(F&& f, std::string_view file = __builtin_FILE(),
                   uint32_t line = __builtin_LINE()) noexcept {
  try {
    return report(f(), file, line);
  } catch (const std::bad_alloc&) {
    return report(Status(Code::no_memory, "out of memory"), file, line);
  } catch (const std::exception& error) {
    return report(Status(Code::internal, error.what()), file, line);
  } catch (...) {
    return report(Status(Code::internal, "unknown exception"), file, line);
  }
}

// Entry for a class with
//   static Result<std::unique_ptr<Class>> start(std::span<const tenon_kv> options);
//   const void* query(std::string_view id);   // tables are static data
template <class Class>
const tenon_plugin* plugin_table(std::string_view manifest) {
  static const tenon_plugin table = {
      .size = sizeof(tenon_plugin),
      .minor = TENON_ABI_MINOR,
      .manifest = to_str(manifest),
      .start = [](const tenon_host* host, const tenon_kv* options, uint64_t count,
                  void** self) -> tenon_status {
        plugin_host = host;
        return guard([&]() -> Status {
          TENON_TRY_ASSIGN(std::unique_ptr<Class> made,
                           Class::start({options, static_cast<size_t>(count)}));
          *self = made.release();
          return {};
        });
      },
      .stop = [](void* self) { delete static_cast<Class*>(self); },
      .query = [](void* self, tenon_str id) -> const void* {
        return static_cast<Class*>(self)->query(to_view(id));
      },
  };
  return &table;
}

}  // namespace tenon

// tenon_add_plugin() generates this text and the ELF note from the plugin's manifest.
extern "C" const char tenon_manifest_text[];
extern "C" const uint64_t tenon_manifest_size;

#if defined(TENON_STATIC_PLUGIN)
#define TENON_ENTRY_NAME TENON_JOIN(tenon_plugin_v1_, TENON_STATIC_PLUGIN)
#else
#define TENON_ENTRY_NAME tenon_plugin_v1
#endif

#define TENON_PLUGIN(Class)                                                          \
  extern "C" __attribute__((visibility("default"))) const tenon_plugin* TENON_CALL   \
  TENON_ENTRY_NAME(uint32_t host_minor);                                             \
  extern "C" __attribute__((visibility("default"))) const tenon_plugin* TENON_CALL   \
  TENON_ENTRY_NAME(uint32_t) {                                                       \
    return ::tenon::plugin_table<Class>({tenon_manifest_text, tenon_manifest_size}); \
  }
