// SPDX-License-Identifier: Apache-2.0
#include "sdk/gguf/tensors.h"

#include "tenon/json.h"

#include <algorithm>

namespace tenon::gguf {
namespace {

constexpr int64_t most_extent = int64_t{1} << 62;

struct Withdrawn {
  uint32_t id;
  std::string_view name;
};
constexpr Withdrawn withdrawn[] = {
    {4, "q4_2"},      {5, "q4_3"},        {31, "q4_0_4_4"},   {32, "q4_0_4_8"},
    {33, "q4_0_8_8"}, {36, "iq4_nl_4_4"}, {37, "iq4_nl_4_8"}, {38, "iq4_nl_8_8"},
};

Result<const TensorType*> known_type(uint32_t id) {
  if (const TensorType* type = tensor_type(id)) return type;
  const auto* gone = std::ranges::find(withdrawn, id, &Withdrawn::id);
  if (gone != std::end(withdrawn)) {
    return unsupported("type {} ({}), which was withdrawn; convert the model again", id,
                       gone->name);
  }
  return unsupported("unknown type {}; the newest known is 42 (q2_0)", id);
}

Result<std::string_view> read_name(Cursor& cursor, const Limits& limits) {
  TENON_TRY_ASSIGN(const std::string_view name, cursor.string(limits.name_bytes, "name"));
  if (name.empty()) return corrupt("byte {}: an empty name", cursor.at());
  if (!is_utf8(name) || name.find('\0') != name.npos) {
    return corrupt("byte {}: the name is no UTF-8 text", cursor.at() - name.size());
  }
  return name;
}

// The bytes that dims and type need.
Result<uint64_t> bytes_needed(const Tensor& tensor) {
  uint64_t elements = 1;
  bool empty = false;
  for (const int64_t extent : tensor.dims) {
    if (extent < 0 || extent > most_extent) {
      return corrupt("extent {} is not in [0, 2^62]", extent);
    }
    empty = empty || extent == 0;
    if (extent != 0 && __builtin_mul_overflow(elements, static_cast<uint64_t>(extent), &elements)) {
      return corrupt("the number of its elements overflows");
    }
  }
  const auto row = static_cast<uint64_t>(tensor.dims[0]);
  if (row % tensor.type->block != 0) {
    return corrupt("rows of {} elements, type {} has blocks of {}", row, tensor.type->name,
                   tensor.type->block);
  }
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(elements / tensor.type->block, uint64_t{tensor.type->bytes}, &bytes)) {
    return corrupt("the number of its bytes overflows");
  }
  return empty ? uint64_t{0} : bytes;
}

Status read_rest(Cursor& cursor, Tensor& tensor) {
  TENON_TRY_ASSIGN(tensor.rank, cursor.number<uint32_t>("rank"));
  if (tensor.rank > tensor.dims.size()) {
    return corrupt("byte {}: rank {}, most is {}", cursor.at() - 4, tensor.rank,
                   tensor.dims.size());
  }
  for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
    TENON_TRY_ASSIGN(tensor.dims[axis], cursor.number<int64_t>("extent"));
  }
  TENON_TRY_ASSIGN(const auto type, cursor.number<uint32_t>("type"));
  TENON_TRY_ASSIGN(tensor.type, known_type(type));
  TENON_TRY_ASSIGN(tensor.offset, cursor.number<uint64_t>("offset"));
  TENON_TRY_ASSIGN(tensor.bytes, bytes_needed(tensor));
  return {};
}

Status check_names(const std::vector<Tensor>& tensors) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const Tensor& tensor : tensors) names.push_back(tensor.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return corrupt("two tensors are named \"{}\"", *twice);
}

Status check_overlaps(const Header& header) {
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : header.tensors) {
    if (tensor.bytes > 0) order.push_back(&tensor);
  }
  std::ranges::sort(order, {}, &Tensor::offset);
  for (size_t i = 1; i < order.size(); ++i) {
    const Tensor& before = *order[i - 1];
    if (order[i]->offset - before.offset >= before.bytes) continue;
    return corrupt("tensors \"{}\" and \"{}\" overlap at byte {}", before.name, order[i]->name,
                   order[i]->offset);
  }
  return {};
}

}  // namespace

Status read_tensors(Cursor& cursor, uint64_t count, const Limits& limits, Header& header) {
  if (count > cursor.left() / least_tensor_bytes) {
    return corrupt("{} tensors do not fit the {} bytes left", count, cursor.left());
  }
  header.tensors.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    Tensor tensor;
    const auto name = read_name(cursor, limits);
    if (!name.ok()) return name.status().at(fmt::format("tensor {}", i));
    tensor.name = *name;
    TENON_TRY(read_rest(cursor, tensor).at(fmt::format("tensor \"{}\"", tensor.name)));
    header.tensors.push_back(tensor);
  }
  return check_names(header.tensors);
}

Status place_tensors(Header& header, uint64_t file_bytes) {
  const uint64_t room = file_bytes - header.bytes;
  for (Tensor& tensor : header.tensors) {
    if (tensor.offset % header.alignment != 0) {
      return corrupt("tensor \"{}\": offset {} is no multiple of the alignment {}", tensor.name,
                     tensor.offset, header.alignment);
    }
    if (tensor.offset > room || tensor.bytes > room - tensor.offset) {
      return corrupt("tensor \"{}\": {} bytes at {} of the data, which end at {}", tensor.name,
                     tensor.bytes, tensor.offset, room);
    }
    tensor.offset += header.bytes;
  }
  return check_overlaps(header);
}

}  // namespace tenon::gguf
