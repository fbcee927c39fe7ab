// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/zip.h"

#include <zlib.h>

#include <cstring>

namespace tenon::files {

namespace {

constexpr uint64_t limit = 0xffffffff;

class Writer {
 public:
  Writer& number(uint64_t value, int width) {
    for (int i = 0; i < width; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
    return *this;
  }
  Writer& raw(const void* data, size_t size) {
    const auto* from = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
    return *this;
  }
  uint64_t size() const { return bytes_.size(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

struct Placed {
  const ZipItem* item;
  uint32_t crc;
  uint64_t at;
};

// The fields that both headers share, from "version needed" on. 1980-01-01, no flags, stored.
void common_fields(Writer& out, const Placed& placed) {
  constexpr uint16_t version = 20, date = 33;
  const uint64_t size = placed.item->bytes.size();
  out.number(version, 2).number(0, 2).number(0, 2).number(0, 2).number(date, 2);
  out.number(placed.crc, 4).number(size, 4).number(size, 4);
  out.number(placed.item->name.size(), 2).number(0, 2);
}

}  // namespace

Result<std::vector<std::byte>> write_zip(std::span<const ZipItem> items) {
  Writer out;
  std::vector<Placed> placed;
  if (items.size() >= 0xffff) return unsupported("{} entries, at most 65534", items.size());
  for (const ZipItem& item : items) {
    const auto crc =
        crc32_z(0, reinterpret_cast<const Bytef*>(item.bytes.data()), item.bytes.size());
    placed.push_back({&item, static_cast<uint32_t>(crc), out.size()});
    if (item.bytes.size() >= limit - out.size() || item.name.size() > 1024) {
      return unsupported("\"{}\": the archive would pass 4 GiB", item.name);
    }
    out.number(0x04034b50, 4);
    common_fields(out, placed.back());
    out.raw(item.name.data(), item.name.size()).raw(item.bytes.data(), item.bytes.size());
  }
  const uint64_t directory = out.size();
  for (const Placed& entry : placed) {
    out.number(0x02014b50, 4).number(20, 2);
    common_fields(out, entry);
    out.number(0, 2).number(0, 2).number(0, 2).number(0, 4).number(entry.at, 4);
    out.raw(entry.item->name.data(), entry.item->name.size());
  }
  const uint64_t size = out.size() - directory;
  if (out.size() >= limit) return unsupported("the archive would pass 4 GiB");
  out.number(0x06054b50, 4).number(0, 4).number(items.size(), 2).number(items.size(), 2);
  out.number(size, 4).number(directory, 4).number(0, 2);
  return out.take();
}

}  // namespace tenon::files
