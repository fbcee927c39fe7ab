// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// Fields of a protobuf message, read strictly: no groups, no field 0, lengths counted in 64 bits
// and inside the message around them, varints of at most 64 bits. Everything is a view into the
// file. The only place that touches the protobuf library. Link Tenon::protobuf. Values, one thread
// each. [borrowed]
namespace tenon::protobuf {

enum class WireType : uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// One field as found: `value` for numbers, `bytes` for strings, messages and packed lists.
struct Field {
  uint32_t number = 0;
  WireType type = WireType::varint;
  uint64_t value = 0;
  std::string_view bytes;
};

class Message {
 public:
  // `name` is what failures call the message; `file` is where its offsets are counted from.
  Message(std::string_view name, std::string_view bytes, const char* file)
      : name_(name), rest_(bytes), file_(file), field_at_(offset()) {}

  // False at the end of the message.
  Result<bool> next(Field& field);

  // Typed views of a field just read; a field of another wire type is a failure.
  Result<std::string_view> text(const Field& field) const;
  Result<int64_t> integer(const Field& field) const;
  // Low 32 bits, when the rest is their sign extension.
  Result<int32_t> integer32(const Field& field) const;
  Result<float> real(const Field& field) const;
  Result<Message> message(const Field& field, std::string_view name) const;
  // Adds one value or a packed list of them; at most `most` in all.
  Status integers(const Field& field, std::vector<int64_t>& list, size_t most = SIZE_MAX) const;
  Status reals(const Field& field, std::vector<float>& list) const;

  // Calls sink(uint64_t bits) for one value or each of a packed list of `type`.
  template <class Sink>
  Status each(const Field& field, WireType type, Sink&& sink) const;

  // A failure at the field just read; at the message itself when `field` has no number.
  Status wrong(const Field& field, std::string_view what) const;
  std::string_view name() const { return name_; }
  const char* file() const { return file_; }
  std::string_view rest() const { return rest_; }

 private:
  Status expect(const Field& field, WireType type) const;
  uint64_t offset() const { return static_cast<uint64_t>(rest_.data() - file_); }

  std::string_view name_;
  std::string_view rest_;
  const char* file_;
  uint64_t field_at_;
};

// Takes a varint from the front; false when it is cut off or has more than 64 bits.
bool take_varint(std::string_view& bytes, uint64_t& value);

// Takes `width` bytes as a little-endian number; false when there are fewer.
bool take_fixed(std::string_view& bytes, size_t width, uint64_t& value);

template <class Sink>
Status Message::each(const Field& field, WireType type, Sink&& sink) const {
  if (field.type == type) return sink(field.value);
  if (field.type != WireType::bytes) return expect(field, type);
  std::string_view rest = field.bytes;
  while (!rest.empty()) {
    uint64_t value = 0;
    const bool taken = type == WireType::varint
                           ? take_varint(rest, value)
                           : take_fixed(rest, type == WireType::fixed64 ? 8 : 4, value);
    if (!taken) return wrong(field, "packed list is cut off");
    TENON_TRY(sink(value));
  }
  return {};
}

}  // namespace tenon::protobuf
