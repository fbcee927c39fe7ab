// SPDX-License-Identifier: Apache-2.0
#include "tenon/protobuf.h"

#include <protozero/types.hpp>
#include <protozero/varint.hpp>

#include <bit>
#include <cstring>

namespace tenon::protobuf {

bool take_varint(std::string_view& bytes, uint64_t& value) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  if (at == end) return false;
  try {
    value = protozero::decode_varint(&at, end);
  } catch (const protozero::exception&) {
    return false;
  }
  const auto length = static_cast<size_t>(at - bytes.data());
  // The tenth byte holds the 64th bit only; the library drops the others.
  if (length == 10 && static_cast<uint8_t>(bytes[9]) > 1) return false;
  bytes.remove_prefix(length);
  return true;
}

bool take_fixed(std::string_view& bytes, size_t width, uint64_t& value) {
  if (bytes.size() < width) return false;
  value = 0;
  std::memcpy(&value, bytes.data(), width);
  bytes.remove_prefix(width);
  return true;
}

Result<bool> Message::next(Field& field) {
  if (rest_.empty()) return false;
  field = {};
  field_at_ = offset();
  uint64_t tag = 0;
  if (!take_varint(rest_, tag)) return wrong(field, "field tag is cut off or too long");
  const uint64_t number = tag >> 3;
  if (number == 0 || number > (uint64_t{1} << 29) - 1) {
    return wrong(field, fmt::format("field number {} does not exist", number));
  }
  field.number = static_cast<uint32_t>(number);
  switch (static_cast<protozero::pbf_wire_type>(tag & 7)) {
    case protozero::pbf_wire_type::varint:
      field.type = WireType::varint;
      if (!take_varint(rest_, field.value)) return wrong(field, "number is cut off or too long");
      return true;
    case protozero::pbf_wire_type::fixed64:
      field.type = WireType::fixed64;
      if (!take_fixed(rest_, 8, field.value)) return wrong(field, "number is cut off");
      return true;
    case protozero::pbf_wire_type::fixed32:
      field.type = WireType::fixed32;
      if (!take_fixed(rest_, 4, field.value)) return wrong(field, "number is cut off");
      return true;
    case protozero::pbf_wire_type::length_delimited: {
      field.type = WireType::bytes;
      uint64_t length = 0;
      if (!take_varint(rest_, length)) return wrong(field, "length is cut off or too long");
      if (length > rest_.size()) {
        return wrong(field, fmt::format("length {} exceeds the {} bytes that are left", length,
                                        rest_.size()));
      }
      field.bytes = rest_.substr(0, length);
      rest_.remove_prefix(length);
      return true;
    }
    default:
      return wrong(field, fmt::format("wire type {} is not allowed", tag & 7));
  }
}

Status Message::wrong(const Field& field, std::string_view what) const {
  if (field.number == 0) return corrupt("byte {}: {}: {}", field_at_, name_, what);
  return corrupt("byte {}: {} field {}: {}", field_at_, name_, field.number, what);
}

Status Message::expect(const Field& field, WireType type) const {
  if (field.type == type) return {};
  return wrong(field, fmt::format("wire type {}, expected {}", static_cast<uint32_t>(field.type),
                                  static_cast<uint32_t>(type)));
}

Result<std::string_view> Message::text(const Field& field) const {
  TENON_TRY(expect(field, WireType::bytes));
  return field.bytes;
}

Result<int64_t> Message::integer(const Field& field) const {
  TENON_TRY(expect(field, WireType::varint));
  return static_cast<int64_t>(field.value);
}

Result<int32_t> Message::integer32(const Field& field) const {
  TENON_TRY_ASSIGN(const int64_t wide, integer(field));
  if (wide < INT32_MIN || wide > INT32_MAX) {
    return wrong(field, fmt::format("{} does not fit 32 bits", wide));
  }
  return static_cast<int32_t>(wide);
}

Result<float> Message::real(const Field& field) const {
  TENON_TRY(expect(field, WireType::fixed32));
  return std::bit_cast<float>(static_cast<uint32_t>(field.value));
}

Result<Message> Message::message(const Field& field, std::string_view name) const {
  TENON_TRY(expect(field, WireType::bytes));
  return Message(name, field.bytes, file_);
}

Status Message::integers(const Field& field, std::vector<int64_t>& list, size_t most) const {
  return each(field, WireType::varint, [&](uint64_t value) -> Status {
    if (list.size() >= most) return wrong(field, fmt::format("more than {} entries", most));
    list.push_back(static_cast<int64_t>(value));
    return {};
  });
}

Status Message::reals(const Field& field, std::vector<float>& list) const {
  return each(field, WireType::fixed32, [&](uint64_t value) -> Status {
    list.push_back(std::bit_cast<float>(static_cast<uint32_t>(value)));
    return {};
  });
}

}  // namespace tenon::protobuf
