// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

#include "wire.h"

#include <algorithm>
#include <cstring>

namespace tenon::onnx {

namespace {

constexpr size_t most_files = 10'000;

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// Relative, forward slashes, no component that is empty, "." or "..".
bool is_plain_relative(Text name) {
  if (name.empty() || name.size() > 1'024 || name[0] == '#' || name[0] == '~') return false;
  if (name.find_first_of(std::string_view("\0\\:", 3)) != Text::npos) return false;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const Text part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

Literal Literal::integers(const std::vector<int64_t>& values) {
  return {DType::i64, {static_cast<int64_t>(values.size())}, bytes_of(values)};
}
Literal Literal::integer(int64_t value) {
  return {DType::i64, {}, bytes_of(std::vector<int64_t>{value})};
}
Literal Literal::reals(const std::vector<float>& values) {
  return {DType::f32, {static_cast<int64_t>(values.size())}, bytes_of(values)};
}
Literal Literal::real(float value) { return {DType::f32, {}, bytes_of(std::vector<float>{value})}; }

Result<Weights::Extents> Weights::extents(int32_t dtype, std::span<const int64_t> dims) {
  if (dtype <= 0 || dtype >= static_cast<int32_t>(TENON_DTYPE_COUNT)) {
    return corrupt("element type {} does not exist", dtype);
  }
  Extents made;
  made.dtype = static_cast<DType>(dtype);
  made.elements = 1;
  bool empty = false;
  for (const int64_t dim : dims) {
    if (dim < 0 || dim > int64_t{1} << 62) {
      return corrupt("extent {} is not in [0, 2^62]", dim);
    }
    if (dim == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(made.elements, static_cast<uint64_t>(dim), &made.elements)) {
      return corrupt("the number of its elements overflows");
    }
  }
  if (empty) made.elements = 0;
  const DTypeFacts& type = facts(made.dtype);
  uint64_t bits = 0;
  if (__builtin_mul_overflow(made.elements, uint64_t{type.bits}, &bits) || bits > UINT64_MAX - 7 ||
      __builtin_mul_overflow(made.elements, uint64_t{type.bytes}, &made.dense)) {
    return corrupt("the number of its bytes overflows");
  }
  made.stored = (bits + 7) / 8;
  return made;
}

Result<ValueId> Weights::value(const Tensor& tensor, Text name) {
  if (const auto known = made_.find(&tensor); known != made_.end()) return known->second;
  const auto at = [&](const Status& status) {
    return status.at(fmt::format("tensor \"{}\"", tensor.name.empty() ? name : tensor.name));
  };
  const Result<Extents> extents = this->extents(tensor.dtype, tensor.dims);
  if (!extents.ok()) return at(extents.status());
  if (extents->dtype == DType::string) {
    Result<ValueId> texts = this->texts(tensor, *extents, name);
    if (!texts.ok()) return at(texts.status());
    made_.emplace(&tensor, *texts);
    return texts;
  }
  const Result<Place> place = this->place(tensor, *extents);
  if (!place.ok()) return at(place.status());
  TENON_TRY_ASSIGN(const ValueId value, host_.weight(name, extents->dtype, tensor.dims, *place));
  made_.emplace(&tensor, value);
  return value;
}

Result<ValueId> Weights::texts(const Tensor& tensor, const Extents& extents, Text name) {
  if (tensor.external || (tensor.present & ~uint32_t{string_data}) != 0) {
    return corrupt("texts stand in string_data only");
  }
  std::vector<tenon_str> texts;
  Message message("tensor", tensor.message, tensor.message.data());
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) break;
    if (field.number != 6) continue;
    TENON_TRY_ASSIGN(const Text text, message.text(field));
    texts.push_back(to_str(text));
  }
  if (texts.size() != extents.elements) {
    return corrupt("{} texts, its dims need {}", texts.size(), extents.elements);
  }
  return host_.texts(name, tensor.dims, texts);
}

Result<ValueId> Weights::value(const Literal& literal, Text name) {
  std::string key = literal.bytes;
  key += static_cast<char>(literal.dtype);
  auto [known, fresh] = literals_.try_emplace({std::move(key), literal.dims}, no_value);
  if (!fresh) return known->second;
  std::byte* data = nullptr;
  TENON_TRY_ASSIGN(const Place place, host_.block(literal.bytes.size(), &data));
  std::memcpy(data, literal.bytes.data(), literal.bytes.size());
  TENON_TRY_ASSIGN(known->second, host_.weight(name, literal.dtype, literal.dims, place));
  return known->second;
}

Result<Place> Weights::place(const Tensor& tensor, const Extents& extents) {
  if (tensor.external) return external(tensor, extents);
  if (tensor.present == raw_data) {
    if (tensor.raw.size() != extents.stored) {
      return corrupt("byte {}: raw_data has {} bytes, {} {} elements need {}",
                     tensor.raw.data() - file_.data(), tensor.raw.size(), extents.elements,
                     name_of(extents.dtype), extents.stored);
    }
    const auto offset = static_cast<uint64_t>(tensor.raw.data() - file_.data());
    return dense({host_.file(), offset, tensor.raw}, extents);
  }
  return typed(tensor, extents);
}

Result<Place> Weights::external(const Tensor& tensor, const Extents& extents) {
  const External& where = *tensor.external;
  if (!is_plain_relative(where.location)) {
    return invalid("external data \"{}\" is no relative name inside the model's folder",
                   where.location.substr(0, 200));
  }
  const auto known = files_.find(where.location);
  tenon_source* source = known == files_.end() ? nullptr : known->second;
  if (source == nullptr) {
    if (files_.size() >= most_files) return corrupt("more than {} external files", most_files);
    TENON_TRY_ASSIGN(source, host_.sibling(where.location));
    files_.emplace(where.location, source);
  }
  if (where.length && *where.length != extents.stored) {
    return corrupt("external data length {}, {} {} elements need {}", *where.length,
                   extents.elements, name_of(extents.dtype), extents.stored);
  }
  const uint64_t offset = where.offset.value_or(0);
  const uint64_t size = host_.size(source);
  if (offset > size || extents.stored > size - offset) {
    return corrupt("external data {}+{} is beyond the end of \"{}\" at {}", offset, extents.stored,
                   where.location, size);
  }
  TENON_TRY_ASSIGN(const std::string_view bytes, host_.map(source, offset, extents.stored));
  return dense({source, offset, bytes}, extents);
}

Result<Place> Weights::dense(const Place& stored, const Extents& extents) {
  const DTypeFacts& type = facts(extents.dtype);
  if (extents.dtype == DType::boolean) {
    const auto odd = [](char c) { return static_cast<uint8_t>(c) > 1; };
    if (std::none_of(stored.bytes.begin(), stored.bytes.end(), odd)) return stored;
    std::byte* data = nullptr;
    TENON_TRY_ASSIGN(const Place place, host_.block(extents.dense, &data));
    for (size_t i = 0; i < stored.bytes.size(); ++i) data[i] = std::byte{stored.bytes[i] != 0};
    return place;
  }
  if (type.bits >= 8) return stored;
  std::byte* data = nullptr;
  TENON_TRY_ASSIGN(const Place place, host_.block(extents.dense, &data));
  const uint32_t per_byte = 8u / type.bits;
  const uint32_t mask = (1u << type.bits) - 1;
  const bool sign = type.is_signed && type.kind == DTypeClass::integer;
  const uint32_t top = 1u << (type.bits - 1);
  for (uint64_t i = 0; i < extents.elements; ++i) {
    const auto packed = static_cast<uint8_t>(stored.bytes[i / per_byte]);
    const uint32_t code = packed >> (i % per_byte * type.bits) & mask;
    data[i] = static_cast<std::byte>(sign ? (code ^ top) - top : code);
  }
  return place;
}

}  // namespace tenon::onnx
