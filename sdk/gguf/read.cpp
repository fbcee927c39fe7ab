// SPDX-License-Identifier: Apache-2.0
#include "sdk/gguf/cursor.h"
#include "sdk/gguf/tensors.h"

#include "tenon/gguf.h"
#include "tenon/json.h"

#include <algorithm>
#include <numeric>

namespace tenon::gguf {
namespace {

// Encoded at least: key length, a key, a type, a value.
constexpr uint64_t least_entry_bytes = 8 + 1 + 4 + 1;
constexpr uint64_t least_string_bytes = 8;
constexpr uint64_t most_alignment = 65'536;

struct Counts {
  uint64_t tensors = 0;
  uint64_t entries = 0;
};

Status check_version(uint32_t version) {
  if (version == 2 || version == 3) return {};
  if (version != 0 && (version & 0xFFFF) == 0) {
    return unsupported(
        "a big-endian GGUF file (its version reads {:#010x}); convert it to little endian with "
        "gguf_convert_endian",
        version);
  }
  if (version == 1) {
    return unsupported(
        "GGUF version 1, which has counts of 32 bits; versions 2 and 3 are read: convert it again "
        "from its source");
  }
  return version_mismatch("GGUF version {}, versions 2 and 3 are read", version);
}

Result<Counts> read_counts(Cursor& cursor, const Limits& limits) {
  Counts counts;
  TENON_TRY_ASSIGN(counts.tensors, cursor.number<uint64_t>("number of tensors"));
  TENON_TRY_ASSIGN(counts.entries, cursor.number<uint64_t>("number of metadata entries"));
  const auto check = [&](std::string_view what, uint64_t count, uint64_t most,
                         uint64_t least_bytes) -> Status {
    if (count > most) return corrupt("{} {}, most is {}", count, what, most);
    if (count <= cursor.left() / least_bytes) return {};
    return corrupt("{} {} do not fit the {} bytes left", count, what, cursor.left());
  };
  TENON_TRY(check("tensors", counts.tensors, limits.tensors, least_tensor_bytes));
  TENON_TRY(check("metadata entries", counts.entries, limits.entries, least_entry_bytes));
  return counts;
}

Result<ValueType> read_type(Cursor& cursor, std::string_view what) {
  const uint64_t start = cursor.at();
  TENON_TRY_ASSIGN(const auto type, cursor.number<uint32_t>(what));
  if (type > static_cast<uint32_t>(ValueType::f64)) {
    return corrupt("byte {}: {} {}, known are 0 to 12", start, what, type);
  }
  return static_cast<ValueType>(type);
}

Status check_booleans(std::string_view bytes, uint64_t start) {
  const size_t odd = bytes.find_first_not_of(std::string_view("\0\1", 2));
  if (odd == bytes.npos) return {};
  return corrupt("byte {}: bool {}, expected 0 or 1", start + odd, int{bytes[odd]} & 0xFF);
}

Result<Value> read_array(Cursor& cursor, const Limits& limits) {
  Value value;
  value.is_array = true;
  TENON_TRY_ASSIGN(value.type, read_type(cursor, "element type"));
  if (value.type == ValueType::array) {
    return unsupported("byte {}: an array of arrays", cursor.at() - 4);
  }
  TENON_TRY_ASSIGN(value.count, cursor.number<uint64_t>("array length"));
  const uint64_t size = bytes_of(value.type);
  if (value.count > limits.array_elements) {
    return corrupt("byte {}: array of {} elements, most is {}", cursor.at() - 8, value.count,
                   limits.array_elements);
  }
  const uint64_t least = size == 0 ? least_string_bytes : size;
  if (value.count > cursor.left() / least) {
    return corrupt("byte {}: array of {} elements, the {} bytes left hold fewer", cursor.at() - 8,
                   value.count, cursor.left());
  }
  if (size != 0) {
    const uint64_t start = cursor.at();
    TENON_TRY_ASSIGN(value.bytes, cursor.take(value.count * size, "array"));
    if (value.type == ValueType::boolean) TENON_TRY(check_booleans(value.bytes, start));
    return value;
  }
  Cursor strings = cursor;
  for (uint64_t i = 0; i < value.count; ++i) {
    TENON_TRY(strings.string(limits.string_bytes, "string").status());
  }
  TENON_TRY_ASSIGN(value.bytes, cursor.take(strings.at() - cursor.at(), "array"));
  return value;
}

Result<Value> read_value(Cursor& cursor, const Limits& limits) {
  Value value;
  TENON_TRY_ASSIGN(value.type, read_type(cursor, "value type"));
  if (value.type == ValueType::array) return read_array(cursor, limits);
  if (value.type == ValueType::string) {
    TENON_TRY_ASSIGN(value.bytes, cursor.string(limits.string_bytes, "string"));
    return value;
  }
  const uint64_t start = cursor.at();
  TENON_TRY_ASSIGN(value.bytes, cursor.take(bytes_of(value.type), "value"));
  if (value.type == ValueType::boolean) TENON_TRY(check_booleans(value.bytes, start));
  return value;
}

// Segments joined by dots, without control characters.
bool is_key(std::string_view key) {
  const bool has_gap =
      key.empty() || key.front() == '.' || key.back() == '.' || key.find("..") != key.npos;
  return !has_gap && is_utf8(key) && std::ranges::none_of(key, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

Status read_entries(Cursor& cursor, uint64_t count, const Limits& limits, Header& header) {
  header.entries.reserve(count);
  const uint64_t begin = cursor.at();
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t start = cursor.at();
    const auto key = cursor.string(limits.key_bytes, "key");
    if (!key.ok()) return key.status().at(fmt::format("metadata entry {}", i));
    if (!is_key(*key)) {
      return corrupt(
          "byte {}: key of metadata entry {} is no printable UTF-8 text without empty parts", start,
          i);
    }
    auto value = read_value(cursor, limits);
    if (!value.ok()) return value.status().at(fmt::format("metadata \"{}\"", key->substr(0, 200)));
    header.entries.push_back({*key, *value});
    if (cursor.at() - begin > limits.metadata_bytes) {
      return corrupt("more than {} bytes of metadata", limits.metadata_bytes);
    }
  }
  return {};
}

Status index_entries(Header& header) {
  header.by_key.resize(header.entries.size());
  std::iota(header.by_key.begin(), header.by_key.end(), 0u);
  const auto key_of = [&](uint32_t index) { return header.entries[index].key; };
  std::ranges::sort(header.by_key, {}, key_of);
  const auto twice = std::ranges::adjacent_find(header.by_key, {}, key_of);
  if (twice == header.by_key.end()) return {};
  return corrupt("metadata key \"{}\" appears twice", key_of(*twice).substr(0, 200));
}

Status read_alignment(Header& header) {
  const Value* value = header.find("general.alignment");
  if (value == nullptr) return {};
  if (value->is_array || value->type != ValueType::u32) {
    return corrupt("\"general.alignment\" is {}, expected u32", value->kind());
  }
  header.alignment = static_cast<uint64_t>(value->integer().value_or(0));
  const bool is_power = header.alignment != 0 && (header.alignment & (header.alignment - 1)) == 0;
  if (is_power && header.alignment >= 8 && header.alignment <= most_alignment) return {};
  return corrupt("\"general.alignment\" is {}, expected a power of two from 8 to {}",
                 header.alignment, most_alignment);
}

Result<Header> read_all(std::string_view bytes, uint64_t file_bytes, const Limits& limits) {
  Cursor cursor(bytes);
  Header header;
  TENON_TRY_ASSIGN(const std::string_view magic, cursor.take(4, "mark \"GGUF\""));
  if (magic != "GGUF") return corrupt("byte 0: does not begin with \"GGUF\"");
  TENON_TRY_ASSIGN(header.version, cursor.number<uint32_t>("version"));
  TENON_TRY(check_version(header.version));
  TENON_TRY_ASSIGN(const Counts counts, read_counts(cursor, limits));
  TENON_TRY(read_entries(cursor, counts.entries, limits, header));
  TENON_TRY(index_entries(header));
  TENON_TRY(read_alignment(header));
  TENON_TRY(read_tensors(cursor, counts.tensors, limits, header));
  const uint64_t padded =
      (cursor.at() + header.alignment - 1) / header.alignment * header.alignment;
  // A file without tensors need not be padded.
  header.bytes = counts.tensors == 0 ? std::min(padded, file_bytes) : padded;
  if (header.bytes > file_bytes) {
    return corrupt("the data would begin at byte {}, the file ends at {}", header.bytes,
                   file_bytes);
  }
  TENON_TRY(place_tensors(header, file_bytes));
  return header;
}

}  // namespace

Result<Header> read_header(std::string_view bytes, uint64_t file_bytes, const Limits& limits) {
  auto header = read_all(bytes, std::max<uint64_t>(file_bytes, bytes.size()), limits);
  return header.ok() ? std::move(header) : header.status().at("gguf header");
}

}  // namespace tenon::gguf
