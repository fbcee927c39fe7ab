// SPDX-License-Identifier: Apache-2.0
#include "core/graph/weight_builder.h"

#include "core/base/text.h"

#include <algorithm>

namespace tenon {
namespace {

constexpr size_t most_tensors = 4'000'000;
constexpr size_t most_documents = 64;
constexpr size_t most_rank = 64;

Result<std::span<const std::byte>> range_of(const tenon_source& source, uint64_t offset,
                                            uint64_t bytes) {
  const uint64_t size = source.bytes.size();
  if (offset <= size && bytes <= size - offset) return source.bytes.subspan(offset, bytes);
  return corrupt("bytes {}+{} are beyond the end of {} at {}", offset, bytes,
                 source.name.empty() ? "its source" : source.name, size);
}

// Elements of these dims, whose product with any width of an element stays within 64 bits.
Result<uint64_t> elements_of(std::span<const int64_t> dims) {
  uint64_t elements = 1;
  bool empty = false;
  for (const int64_t dim : dims) {
    if (dim < 0 || dim > int64_t{1} << 62) return corrupt("extent {} is not in [0, 2^62]", dim);
    empty = empty || dim == 0;
    if (dim != 0 && __builtin_mul_overflow(elements, static_cast<uint64_t>(dim), &elements)) {
      return corrupt("the number of its elements overflows");
    }
  }
  if (elements > UINT64_MAX / 128) return corrupt("the number of its bits overflows");
  return empty ? uint64_t{0} : elements;
}

Status check_plain(const StoredTensor& tensor, uint64_t bytes) {
  const DTypeFacts& type = facts(tensor.dtype);
  if (type.bits == 0) {
    return unsupported("element type {}", static_cast<uint32_t>(tensor.dtype));
  }
  TENON_TRY_ASSIGN(const uint64_t elements, elements_of(tensor.dims));
  const uint64_t expected = (elements * type.bits + 7) / 8;
  if (bytes == expected) return {};
  return corrupt("{} bytes given, its shape and type {} need {}", bytes, type.name, expected);
}

// Whether blocks and dims go together is known to the format alone, which a recipe asks.
Status check_blocks(const StoredTensor& tensor) {
  const bool is_word = tensor.format.size() <= 64 && std::ranges::all_of(tensor.format, [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                                (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
                       });
  if (!is_word) return invalid("format {} is no name", in_quotes(tensor.format));
  if (tensor.dtype != DType::f32) {
    return invalid("format \"{}\" with element type {}, expected f32", tensor.format,
                   name_of(tensor.dtype));
  }
  return elements_of(tensor.dims).status();
}

}  // namespace

Status WeightBuilder::stored(std::string_view name, StoredTensor tensor, const tenon_source& source,
                             uint64_t offset, uint64_t bytes) {
  const auto check = [&]() -> Status {
    if (name.empty()) return corrupt("a tensor without a name");
    if (file_.tensors.size() >= most_tensors) return unsupported("more than {}", most_tensors);
    if (tensor.dims.size() > most_rank) {
      return unsupported("rank {}, most is {}", tensor.dims.size(), most_rank);
    }
    TENON_TRY(tensor.format.empty() ? check_plain(tensor, bytes) : check_blocks(tensor));
    TENON_TRY_ASSIGN(tensor.bytes, range_of(source, offset, bytes));
    tensor.owner = source.owner;
    const bool is_new = file_.tensors.emplace(name, std::move(tensor)).second;
    return is_new ? Status() : corrupt("a second tensor of this name");
  };
  return check().at(fmt::format("tensor {}", in_quotes(name)));
}

Status WeightBuilder::document(std::string_view name, std::string_view json) {
  const std::string where = fmt::format("document {}", in_quotes(name));
  if (name.empty() || file_.documents.size() >= most_documents) {
    return invalid("{}: at most {} with a name", where, most_documents);
  }
  auto parsed = parse_json(json);
  if (!parsed.ok()) return parsed.status().at(where);
  const bool is_new = file_.documents.emplace(name, std::move(*parsed)).second;
  return is_new ? Status() : invalid("{}: given twice", where);
}

Status WeightBuilder::companion(std::string_view name, const tenon_source& source, uint64_t offset,
                                uint64_t bytes) {
  const std::string where = fmt::format("companion {}", in_quotes(name));
  if (name.empty() || companions_.size() >= most_documents) {
    return invalid("{}: at most {} with a name", where, most_documents);
  }
  auto range = range_of(source, offset, bytes);
  if (!range.ok()) return range.status().at(where);
  const bool is_new = companions_.emplace(name, HandedOn{source.owner, *range}).second;
  return is_new ? Status() : invalid("{}: given twice", where);
}

}  // namespace tenon
