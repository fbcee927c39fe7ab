// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/tensor_proto.h"

#include "tenon/dtype.h"

#include <span>

namespace tenon::files {

namespace {

// Field numbers of TensorProto.
enum class Field : uint32_t { dims = 1, data_type = 2, name = 8, raw_data = 9 };
enum class Wire : uint32_t { varint = 0, bytes = 2 };

class Message {
 public:
  void number(Field field, uint64_t value) {
    varint(static_cast<uint32_t>(field) << 3 | static_cast<uint32_t>(Wire::varint));
    varint(value);
  }
  void bytes(Field field, std::span<const std::byte> content) {
    varint(static_cast<uint32_t>(field) << 3 | static_cast<uint32_t>(Wire::bytes));
    varint(content.size());
    bytes_.insert(bytes_.end(), content.begin(), content.end());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::byte>(value | 0x80));
    bytes_.push_back(static_cast<std::byte>(value));
  }
  std::vector<std::byte> bytes_;
};

// In files several small elements share a byte, the first in its lowest bits.
std::vector<std::byte> packed(std::span<const std::byte> elements, uint32_t bits) {
  const size_t in_byte = 8 / bits;
  const std::byte mask{static_cast<unsigned char>((1u << bits) - 1)};
  std::vector<std::byte> bytes((elements.size() + in_byte - 1) / in_byte);
  for (size_t i = 0; i < elements.size(); ++i) {
    bytes[i / in_byte] |= (elements[i] & mask) << static_cast<int>(i % in_byte * bits);
  }
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> tensor_proto(const Tensor& tensor) {
  const auto dtype = static_cast<DType>(tensor.dtype);
  const DTypeFacts& about = facts(dtype);
  if (about.kind == DTypeClass::string || about.kind == DTypeClass::none) {
    return unsupported("\"{}\" is a {} tensor; only numbers are stored", tensor.name, about.name);
  }
  Message message;
  for (const int64_t extent : tensor.dims) {
    message.number(Field::dims, static_cast<uint64_t>(extent));
  }
  message.number(Field::data_type, tensor.dtype);
  message.bytes(Field::name, std::as_bytes(std::span(tensor.name)));
  if (about.bits < 8) {
    message.bytes(Field::raw_data, packed(tensor.data, about.bits));
  } else {
    message.bytes(Field::raw_data, tensor.data);
  }
  return message.take();
}

}  // namespace tenon::files
