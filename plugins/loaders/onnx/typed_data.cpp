// SPDX-License-Identifier: Apache-2.0
// Elements that a tensor holds in a typed field (float_data, int32_data, ...) instead of raw_data.
#include "weights.h"

#include "wire.h"

#include <cstring>

namespace tenon::onnx {

namespace {

// How a typed field stores one dtype.
struct Storage {
  TensorData field;
  WireType wire;
  uint32_t width;    // bytes written for each entry
  uint32_t entries;  // per element
  int64_t low;       // what an entry may be
  int64_t high;
};

Storage storage_of(DType dtype) {
  constexpr auto varint = WireType::varint;
  switch (dtype) {
    case DType::f32:
      return {float_data, WireType::fixed32, 4, 1, 0, 0};
    case DType::c64:
      return {float_data, WireType::fixed32, 4, 2, 0, 0};
    case DType::f64:
      return {double_data, WireType::fixed64, 8, 1, 0, 0};
    case DType::c128:
      return {double_data, WireType::fixed64, 8, 2, 0, 0};
    case DType::i64:
      return {int64_data, varint, 8, 1, INT64_MIN, INT64_MAX};
    case DType::u64:
      return {uint64_data, varint, 8, 1, INT64_MIN, INT64_MAX};
    case DType::u32:
      return {uint64_data, varint, 4, 1, 0, UINT32_MAX};
    case DType::i32:
      return {int32_data, varint, 4, 1, INT32_MIN, INT32_MAX};
    case DType::i16:
      return {int32_data, varint, 2, 1, INT16_MIN, INT16_MAX};
    case DType::i8:
      return {int32_data, varint, 1, 1, INT8_MIN, INT8_MAX};
    case DType::boolean:
      return {int32_data, varint, 1, 1, 0, 1};
    case DType::u16:
    case DType::f16:
    case DType::bf16:
      return {int32_data, varint, 2, 1, 0, UINT16_MAX};
    default:  // bytes, and types packed into bytes
      return {int32_data, varint, 1, 1, 0, UINT8_MAX};
  }
}

// The one packed list that is the whole field, if it is one.
std::string_view only_list(const Tensor& tensor, uint32_t number) {
  Message message("tensor", tensor.message, tensor.message.data());
  std::string_view found;
  for (Field field;;) {
    const Result<bool> more = message.next(field);
    if (!more.ok() || !*more) return found;
    if (field.number != number) continue;
    if (field.type != WireType::bytes || !found.empty()) return {};
    found = field.bytes;
  }
}

// Writes the entries of one field one after the other; fails when there are not exactly `count`.
Status decode(const Tensor& tensor, const Storage& storage, uint64_t count, std::byte* data) {
  Message message("tensor", tensor.message, tensor.message.data());
  const auto number = static_cast<uint32_t>(__builtin_ctz(storage.field));
  uint64_t done = 0;
  const auto write = [&](uint64_t bits) -> Status {
    if (done == count) return corrupt("more than the expected {} entries", count);
    const auto value = static_cast<int64_t>(bits);
    if (storage.wire == WireType::varint && (value < storage.low || value > storage.high)) {
      return corrupt("entry {} is {}, expected {} to {}", done, value, storage.low, storage.high);
    }
    std::memcpy(data + done * storage.width, &bits, storage.width);
    ++done;
    return {};
  };
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) break;
    if (field.number == number) TENON_TRY(message.each(field, storage.wire, write));
  }
  if (done == count) return {};
  return corrupt("{} entries, expected {}", done, count);
}

}  // namespace

Result<Place> Weights::typed(const Tensor& tensor, const Extents& extents) {
  const Storage storage = storage_of(extents.dtype);
  if (extents.elements == 0) {
    if (tensor.present != 0) return corrupt("it has data, but no elements");
    return Place{host_.file(), 0, {}};
  }
  if (tensor.present != storage.field) {
    return corrupt("its {} elements of type {} are {}", extents.elements, name_of(extents.dtype),
                   tensor.present == 0 ? "missing" : "in a field for another type");
  }
  const bool packed = facts(extents.dtype).bits < 8;
  const uint64_t count = packed ? extents.stored : extents.elements * storage.entries;
  // An entry takes a byte of the file or more: nothing is allocated on the word of the dims.
  if (count > tensor.message.size()) {
    return corrupt("{} bytes cannot hold {} entries", tensor.message.size(), count);
  }
  if (storage.wire != WireType::varint) {
    const auto number = static_cast<uint32_t>(__builtin_ctz(storage.field));
    const std::string_view list = only_list(tensor, number);
    if (list.size() == extents.dense) {
      return Place{host_.file(), static_cast<uint64_t>(list.data() - file_.data()), list};
    }
  }
  std::byte* data = nullptr;
  if (packed) {
    std::string stored(count, '\0');
    TENON_TRY(
        decode(tensor, storage, count, static_cast<std::byte*>(static_cast<void*>(stored.data()))));
    return dense({nullptr, 0, stored}, extents);
  }
  TENON_TRY_ASSIGN(const Place place, host_.block(extents.dense, &data));
  TENON_TRY(decode(tensor, storage, count, data));
  return place;
}

}  // namespace tenon::onnx
