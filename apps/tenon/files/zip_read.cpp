// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/zip.h"

#include "tenon/json.h"

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace tenon::files {

namespace {

constexpr uint32_t end_mark = 0x06054b50, end64_mark = 0x06064b50, locator_mark = 0x07064b50;
constexpr uint32_t central_mark = 0x02014b50, local_mark = 0x04034b50;
constexpr size_t end_size = 22, locator_size = 20, end64_size = 56;
constexpr size_t central_size = 46, local_size = 30, max_name = 1024;
constexpr uint32_t full32 = 0xffffffff;
constexpr uint16_t full16 = 0xffff, zip64_field = 1;
constexpr uint64_t most_deflate_ratio = 1032, doubtful_ratio = 100;
constexpr uint64_t doubtful_size = uint64_t{256} << 20;

// Little-endian numbers at places that have been checked to lie inside.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
  uint64_t size() const { return bytes_.size(); }
  bool has(uint64_t at, uint64_t count) const { return at <= size() && count <= size() - at; }
  uint64_t number(uint64_t at, int width) const {
    uint64_t value = 0;
    for (int i = width; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes_[at + i]);
    return value;
  }
  uint16_t u16(uint64_t at) const { return static_cast<uint16_t>(number(at, 2)); }
  uint32_t u32(uint64_t at) const { return static_cast<uint32_t>(number(at, 4)); }
  uint64_t u64(uint64_t at) const { return number(at, 8); }
  std::string_view text(uint64_t at, uint64_t count) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + at, count};
  }

 private:
  std::span<const std::byte> bytes_;
};

struct Directory {
  uint64_t begin = 0;
  uint64_t size = 0;
  uint64_t count = 0;
};

std::optional<uint64_t> find_end(const Bytes& bytes) {
  if (bytes.size() < end_size) return std::nullopt;
  const uint64_t last = bytes.size() - end_size;
  for (uint64_t back = 0; back <= std::min<uint64_t>(last, full16); ++back) {
    const uint64_t at = last - back;
    if (bytes.u32(at) == end_mark && bytes.u16(at + 20) == back) return at;
  }
  return std::nullopt;
}

Result<Directory> find_directory(const Bytes& bytes, const ZipLimits& limits) {
  const auto end = find_end(bytes);
  if (!end) return corrupt("not a zip archive: no end record");
  Directory directory{bytes.u32(*end + 16), bytes.u32(*end + 12), bytes.u16(*end + 10)};
  uint64_t stop = *end;
  uint64_t this_disk_count = bytes.u16(*end + 8);
  if (bytes.u16(*end + 4) != 0 || bytes.u16(*end + 6) != 0) return corrupt("more than one disk");
  if (directory.begin == full32 || directory.size == full32 || directory.count == full16) {
    if (*end < locator_size || bytes.u32(*end - locator_size) != locator_mark) {
      return corrupt("no zip64 locator before the end record");
    }
    stop = bytes.u64(*end - locator_size + 8);
    if (!bytes.has(stop, end64_size) || stop + end64_size > *end - locator_size ||
        bytes.u32(stop) != end64_mark) {
      return corrupt("byte {}: no zip64 end record", stop);
    }
    directory = {bytes.u64(stop + 48), bytes.u64(stop + 40), bytes.u64(stop + 32)};
    this_disk_count = bytes.u64(stop + 24);
  }
  if (!bytes.has(directory.begin, directory.size) || directory.begin + directory.size != stop) {
    return corrupt("directory at byte {} of {} bytes does not end at the end record at {}",
                   directory.begin, directory.size, stop);
  }
  if (directory.size > limits.directory_bytes || directory.count > limits.entries ||
      directory.count > directory.size / central_size || this_disk_count != directory.count) {
    return corrupt("{} entries in a directory of {} bytes", directory.count, directory.size);
  }
  return directory;
}

// Relative, without empty, "." or ".." parts.
bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > max_name || !is_utf8(name)) return false;
  if (name.find('\0') != std::string_view::npos || name.find('\\') != std::string_view::npos) {
    return false;
  }
  while (true) {
    const size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
    if (name.empty()) return true;  // a folder
  }
}

// Sizes that a header leaves to its zip64 field, in the field's order.
Status read_zip64(const Bytes& bytes, uint64_t at, uint64_t length,
                  std::span<uint64_t* const> missing) {
  if (missing.empty()) return {};
  const uint64_t end = at + length;
  while (end - at >= 4) {
    const uint64_t size = bytes.u16(at + 2);
    if (size > end - at - 4) break;
    if (bytes.u16(at) == zip64_field) {
      if (size < missing.size() * 8) break;
      for (size_t i = 0; i < missing.size(); ++i) *missing[i] = bytes.u64(at + 4 + i * 8);
      return {};
    }
    at += 4 + size;
  }
  return corrupt("byte {}: sizes are left to a zip64 field that is not there", at);
}

Status check_sizes(const ZipEntry& entry, const ZipLimits& limits) {
  if (entry.size > limits.entry_bytes) {
    return corrupt("\"{}\": {} bytes, at most {}", entry.name, entry.size, limits.entry_bytes);
  }
  if (!entry.deflated) {
    return entry.size == entry.stored ? Status()
                                      : corrupt("\"{}\": stored, but {} bytes become {}",
                                                entry.name, entry.stored, entry.size);
  }
  const uint64_t ratio = entry.size / std::max<uint64_t>(entry.stored, 1);
  if (ratio > most_deflate_ratio || (ratio > doubtful_ratio && entry.size > doubtful_size)) {
    return corrupt("\"{}\": {} bytes are said to become {}", entry.name, entry.stored, entry.size);
  }
  return {};
}

// Reads the local header at entry.begin, which must tell the same, and moves begin behind it.
Status read_local(const Bytes& bytes, uint64_t directory_begin, uint16_t flags, ZipEntry& entry) {
  const uint64_t at = entry.begin;
  if (!bytes.has(at, local_size) || bytes.u32(at) != local_mark) {
    return corrupt("\"{}\": no local header at byte {}", entry.name, at);
  }
  const uint64_t name_size = bytes.u16(at + 26), extra_size = bytes.u16(at + 28);
  const uint64_t data = at + local_size + name_size + extra_size;
  if (data > directory_begin || entry.stored > directory_begin - data) {
    return corrupt("\"{}\": {} bytes at {} reach into the directory", entry.name, entry.stored,
                   data);
  }
  uint64_t stored = bytes.u32(at + 18), size = bytes.u32(at + 22);
  std::vector<uint64_t*> missing;
  if (size == full32) missing.push_back(&size);
  if (stored == full32) missing.push_back(&stored);
  TENON_TRY(read_zip64(bytes, at + local_size + name_size, extra_size, missing));
  constexpr uint16_t sizes_follow = 8;
  const bool same_sizes =
      (flags & sizes_follow) != 0 || (stored == entry.stored && size == entry.size);
  if (bytes.text(at + local_size, name_size) != entry.name || !same_sizes ||
      bytes.u16(at + 8) != (entry.deflated ? Z_DEFLATED : 0)) {
    return corrupt("\"{}\": local header at byte {} tells otherwise", entry.name, at);
  }
  entry.begin = data;
  return {};
}

struct Located {
  ZipEntry entry;
  uint64_t header = 0;
  uint64_t next = 0;  // the following record
};

Result<Located> read_central(const Bytes& bytes, uint64_t at, const Directory& directory,
                             const ZipLimits& limits) {
  const uint64_t end = directory.begin + directory.size;
  if (end - at < central_size || bytes.u32(at) != central_mark) {
    return corrupt("byte {}: no directory record", at);
  }
  const uint16_t flags = bytes.u16(at + 8), method = bytes.u16(at + 10);
  const uint64_t name_size = bytes.u16(at + 28), extra_size = bytes.u16(at + 30);
  const uint64_t body = name_size + extra_size + bytes.u16(at + 32);
  if (body > end - at - central_size) return corrupt("byte {}: a record leaves the directory", at);
  const std::string_view name = bytes.text(at + central_size, name_size);
  if (!is_safe_name(name)) return corrupt("byte {}: an entry's name is empty or unsafe", at);
  constexpr uint16_t encrypted = 1, patched = 1 << 5, masked = 1 << 13;
  if ((flags & (encrypted | patched | masked)) != 0) {
    return unsupported("\"{}\": encrypted or patched", name);
  }
  if (method != 0 && method != Z_DEFLATED) {
    return unsupported("\"{}\": compression method {}, expected 0 or 8", name, method);
  }
  constexpr uint32_t kind_mask = 0170000, link = 0120000;
  if ((bytes.u32(at + 38) >> 16 & kind_mask) == link) return corrupt("\"{}\": a link", name);
  ZipEntry entry{std::string(name),  method != 0,        bytes.u32(at + 16),
                 bytes.u32(at + 24), bytes.u32(at + 20), bytes.u32(at + 42)};
  std::vector<uint64_t*> missing;
  for (uint64_t* field : {&entry.size, &entry.stored, &entry.begin}) {
    if (*field == full32) missing.push_back(field);
  }
  TENON_TRY(read_zip64(bytes, at + central_size + name_size, extra_size, missing));
  TENON_TRY(check_sizes(entry, limits));
  const uint64_t header = entry.begin;
  TENON_TRY(read_local(bytes, directory.begin, flags, entry));
  return Located{std::move(entry), header, at + central_size + body};
}

}  // namespace

Result<std::vector<ZipEntry>> read_zip_directory(std::span<const std::byte> archive,
                                                 const ZipLimits& limits) {
  const Bytes bytes(archive);
  TENON_TRY_ASSIGN(const Directory directory, find_directory(bytes, limits));
  std::vector<Located> found;
  std::unordered_set<std::string> names;
  uint64_t at = directory.begin;
  for (uint64_t i = 0; i < directory.count; ++i) {
    TENON_TRY_ASSIGN(Located located, read_central(bytes, at, directory, limits));
    if (!names.insert(located.entry.name).second) {
      return corrupt("\"{}\" is there twice", located.entry.name);
    }
    at = located.next;
    found.push_back(std::move(located));
  }
  if (at != directory.begin + directory.size) return corrupt("byte {}: more than entries", at);
  std::ranges::sort(found, {}, &Located::header);
  uint64_t end = 0;
  std::vector<ZipEntry> entries;
  for (Located& located : found) {
    if (located.header < end || (entries.empty() && located.header != 0)) {
      return corrupt("\"{}\" begins at byte {}, expected {}", located.entry.name, located.header,
                     end);
    }
    end = located.entry.begin + located.entry.stored;
    entries.push_back(std::move(located.entry));
  }
  return entries;
}

namespace {

Result<std::vector<std::byte>> inflate_all(std::span<const std::byte> stored,
                                           const ZipEntry& entry) {
  std::vector<std::byte> bytes(entry.size);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return no_memory("\"{}\"", entry.name);
  constexpr size_t most = size_t{1} << 30;
  size_t in = 0, out = 0;
  int code = Z_OK;
  std::byte spare{};  // room for one byte too many
  while (code == Z_OK) {
    const size_t in_size = std::min(most, stored.size() - in);
    const size_t out_size = std::min(most, bytes.size() - out);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(stored.data() + in));
    stream.avail_in = static_cast<uInt>(in_size);
    stream.next_out = reinterpret_cast<Bytef*>(out_size > 0 ? bytes.data() + out : &spare);
    stream.avail_out = static_cast<uInt>(out_size > 0 ? out_size : 1);
    const uInt room = stream.avail_out;
    code = inflate(&stream, Z_NO_FLUSH);
    in += in_size - stream.avail_in;
    out += room - stream.avail_out;
    if (out > bytes.size()) break;
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END || out != bytes.size() || in != stored.size()) {
    return corrupt("\"{}\": deflated data are damaged or not {} bytes", entry.name, entry.size);
  }
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> read_zip_entry(std::span<const std::byte> archive,
                                              const ZipEntry& entry) {
  const auto stored = archive.subspan(entry.begin, entry.stored);
  std::vector<std::byte> bytes;
  if (entry.deflated) {
    TENON_TRY_ASSIGN(bytes, inflate_all(stored, entry));
  } else {
    bytes.assign(stored.begin(), stored.end());
  }
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (crc != entry.crc) return corrupt("\"{}\": the checksum does not match", entry.name);
  return bytes;
}

}  // namespace tenon::files
