// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/dtype.h"
#include "tenon/plugin.h"
#include "tenon/status.h"

#include <cstdint>
#include <span>
#include <string_view>

// One load() of a container of weights in C++ words: the file, the files beside it, and what the
// host wants to know of them. Borrows the request; nothing else is kept. Header only. [load]
namespace tenon {

// A tensor where it lies. dims: outermost first. format: "" for plain elements.
struct StoredPlace {
  DType dtype = DType::none;
  std::string_view format;
  std::span<const int64_t> dims;
  tenon_source* source = nullptr;
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

class Loading {
 public:
  explicit Loading(const tenon_load& load) : load_(load) {}

  tenon_source* file() const { return load_.source; }
  // Without directory.
  std::string_view name() const { return to_view(load_.sources->name(load_.source)); }
  uint64_t size(tenon_source* source) const { return load_.sources->bytes(source); }

  // The bytes stay as long as the model; none of them is read before it is looked at.
  Result<std::string_view> map(tenon_source* source, uint64_t offset, uint64_t bytes) const {
    if (bytes == 0) return std::string_view();
    const void* data = nullptr;
    TENON_TRY(from_host(load_.sources->map(source, offset, bytes, &data),
                        fmt::format("cannot map {} bytes at {}", bytes, offset)));
    return std::string_view(static_cast<const char*>(data), bytes);
  }
  Result<std::string_view> whole(tenon_source* source) const {
    return map(source, 0, size(source));
  }

  // A file beside the model; null when there is none that may be opened.
  tenon_source* beside(std::string_view name) const {
    tenon_source* other = nullptr;
    const bool found = load_.sources->sibling(load_.source, to_str(name), &other) == TENON_OK;
    return found ? other : nullptr;
  }

  Status poll() const {
    if (load_.cancel == nullptr || load_.cancel->poll == nullptr) return {};
    return from_host(load_.cancel->poll(load_.cancel->context), "stopped while loading");
  }

  Status stored(std::string_view name, const StoredPlace& place) const {
    return from_host(
        load_.build->stored(load_.builder, to_str(name), static_cast<uint32_t>(place.dtype),
                            to_str(place.format), static_cast<uint32_t>(place.dims.size()),
                            place.dims.data(), place.source, place.offset, place.bytes),
        fmt::format("tensor \"{}\"", name.substr(0, 200)));
  }
  Status document(std::string_view name, std::string_view json) const {
    return from_host(load_.build->document(load_.builder, to_str(name), to_str(json)),
                     fmt::format("document \"{}\"", name));
  }
  Status companion(std::string_view name, tenon_source* source, uint64_t offset,
                   uint64_t bytes) const {
    return from_host(load_.build->companion(load_.builder, to_str(name), source, offset, bytes),
                     fmt::format("companion \"{}\"", name));
  }

  // Something odd that does not stop the load. component: the loader's name.
  static void warn(std::string_view component, std::string_view text) {
    const tenon_host* host = plugin_host;
    if (host == nullptr || host->log == nullptr) return;
    const bool wanted =
        host->log_mask == nullptr || (*host->log_mask >> TENON_LOG_WARNING & 1u) != 0;
    if (wanted) host->log(host, TENON_LOG_WARNING, 0, to_str(component), to_str(text));
  }

 private:
  const tenon_load& load_;
};

}  // namespace tenon
