// SPDX-License-Identifier: Apache-2.0
#include "header.h"

#include "scanner.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace tenon::safetensors {
namespace {

constexpr size_t most_tensors = 1'000'000;
constexpr size_t most_name_bytes = 1024;
constexpr size_t most_metadata_bytes = size_t{16} << 20;
constexpr size_t most_rank = 16;
constexpr uint64_t most_extent = uint64_t{1} << 62;
constexpr uint64_t length_bytes = 8;

constexpr Element elements[] = {
    {"BOOL", 8, DType::boolean, ""},
    {"U8", 8, DType::u8, ""},
    {"I8", 8, DType::i8, ""},
    {"F8_E5M2", 8, DType::f8e5m2, ""},
    {"F8_E4M3", 8, DType::f8e4m3fn, ""},
    {"F8_E8M0", 8, DType::f8e8m0, ""},
    {"F8_E4M3FNUZ", 8, DType::f8e4m3fnuz, ""},
    {"F8_E5M2FNUZ", 8, DType::f8e5m2fnuz, ""},
    {"I16", 16, DType::i16, ""},
    {"U16", 16, DType::u16, ""},
    {"F16", 16, DType::f16, ""},
    {"BF16", 16, DType::bf16, ""},
    {"I32", 32, DType::i32, ""},
    {"U32", 32, DType::u32, ""},
    {"F32", 32, DType::f32, ""},
    {"I64", 64, DType::i64, ""},
    {"U64", 64, DType::u64, ""},
    {"F64", 64, DType::f64, ""},
    {"C64", 64, DType::c64, ""},
    {"F4", 4, DType::f4e2m1, ""},
    {"F6_E2M3", 6, DType::f32, "f6_e2m3"},
    {"F6_E3M2", 6, DType::f32, "f6_e3m2"},
};

// Calls item() for each entry of a list or object until `close`.
template <class F>
Status each(Scanner& scanner, char open, char close, F&& item) {
  TENON_TRY(scanner.expect(open));
  if (scanner.accept(close)) return {};
  do {
    TENON_TRY(item());
  } while (scanner.accept(','));
  return scanner.expect(close);
}

Result<const Element*> read_element(Scanner& scanner) {
  TENON_TRY_ASSIGN(const std::string name, scanner.string(most_name_bytes));
  if (const Element* element = element_named(name)) return element;
  return scanner.wrong("unknown dtype \"{}\"", name.substr(0, 200));
}

Result<std::vector<int64_t>> read_dims(Scanner& scanner) {
  std::vector<int64_t> dims;
  TENON_TRY(each(scanner, '[', ']', [&]() -> Status {
    TENON_TRY_ASSIGN(const uint64_t extent, scanner.integer());
    if (extent > most_extent) return scanner.wrong("extent {}, most is 2^62", extent);
    if (dims.size() == most_rank) return scanner.wrong("more than {} dims", most_rank);
    dims.push_back(static_cast<int64_t>(extent));
    return {};
  }));
  return dims;
}

Result<std::pair<uint64_t, uint64_t>> read_range(Scanner& scanner) {
  std::pair<uint64_t, uint64_t> range;
  TENON_TRY(scanner.expect('['));
  TENON_TRY_ASSIGN(range.first, scanner.integer());
  TENON_TRY(scanner.expect(','));
  TENON_TRY_ASSIGN(range.second, scanner.integer());
  TENON_TRY(scanner.expect(']'));
  return range;
}

// {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, in any order.
Result<Tensor> read_tensor(Scanner& scanner) {
  Tensor tensor;
  bool has_dtype = false, has_shape = false, has_range = false;
  TENON_TRY(each(scanner, '{', '}', [&]() -> Status {
    TENON_TRY_ASSIGN(const std::string member, scanner.string(most_name_bytes));
    TENON_TRY(scanner.expect(':'));
    if (member == "dtype" && !std::exchange(has_dtype, true)) {
      TENON_TRY_ASSIGN(tensor.element, read_element(scanner));
    } else if (member == "shape" && !std::exchange(has_shape, true)) {
      TENON_TRY_ASSIGN(tensor.dims, read_dims(scanner));
    } else if (member == "data_offsets" && !std::exchange(has_range, true)) {
      TENON_TRY_ASSIGN(const auto range, read_range(scanner));
      tensor.begin = range.first;
      tensor.end = range.second;
    } else {
      return scanner.wrong("member \"{}\"; a tensor has dtype, shape and data_offsets, each once",
                           member.substr(0, 200));
    }
    return {};
  }));
  if (has_dtype && has_shape && has_range) return tensor;
  return scanner.wrong("a tensor without {}", !has_dtype   ? "dtype"
                                              : !has_shape ? "shape"
                                                           : "data_offsets");
}

// Whether dims, type and range of a tensor go together.
Status check_size(const Tensor& tensor, uint64_t data_bytes) {
  if (tensor.begin > tensor.end || tensor.end > data_bytes) {
    return corrupt("bytes {} to {} of the data, which has {}", tensor.begin, tensor.end,
                   data_bytes);
  }
  uint64_t elements = 1;
  bool empty = false;
  for (const int64_t extent : tensor.dims) {
    empty = empty || extent == 0;
    if (extent != 0 && __builtin_mul_overflow(elements, static_cast<uint64_t>(extent), &elements)) {
      return corrupt("the number of its elements overflows");
    }
  }
  uint64_t bits = 0;
  if (__builtin_mul_overflow(elements, uint64_t{tensor.element->bits}, &bits)) {
    return corrupt("the number of its bits overflows");
  }
  if (empty) bits = 0;
  if (bits % 8 != 0) return corrupt("{} bits are no whole bytes", bits);
  if (bits / 8 == tensor.end - tensor.begin) return {};
  return corrupt("{} bytes, its shape and type {} need {}", tensor.end - tensor.begin,
                 tensor.element->name, bits / 8);
}

Status check_names(const std::vector<Tensor>& tensors) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const Tensor& tensor : tensors) names.push_back(tensor.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  return twice == names.end() ? Status() : corrupt("two tensors are named \"{}\"", *twice);
}

// Sorts by place; every byte of the data belongs to one tensor.
Status check_places(std::vector<Tensor>& tensors, uint64_t data_bytes) {
  std::ranges::sort(tensors, [](const Tensor& a, const Tensor& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t next = 0;
  for (const Tensor& tensor : tensors) {
    if (tensor.begin != next) {
      return corrupt("tensor \"{}\" begins at {} of the data, where {} is expected", tensor.name,
                     tensor.begin, next);
    }
    next = tensor.end;
  }
  if (next == data_bytes) return {};
  return corrupt("{} bytes behind the last tensor", data_bytes - next);
}

Status read_metadata(Scanner& scanner, Header& header) {
  TENON_TRY(each(scanner, '{', '}', [&]() -> Status {
    TENON_TRY_ASSIGN(std::string key, scanner.string(most_name_bytes));
    TENON_TRY(scanner.expect(':'));
    TENON_TRY_ASSIGN(std::string value, scanner.string(most_metadata_bytes));
    header.metadata.emplace_back(std::move(key), std::move(value));
    return {};
  }));
  std::ranges::sort(header.metadata);
  const auto twice = std::ranges::adjacent_find(
      header.metadata, {}, [](const auto& row) { return std::string_view(row.first); });
  if (twice == header.metadata.end()) return {};
  return corrupt("metadata key \"{}\" appears twice", twice->first.substr(0, 200));
}

Status read_entries(Scanner& scanner, uint64_t data_bytes, Header& header) {
  bool has_metadata = false;
  TENON_TRY(each(scanner, '{', '}', [&]() -> Status {
    TENON_TRY_ASSIGN(std::string name, scanner.string(most_name_bytes));
    TENON_TRY(scanner.expect(':'));
    if (name == "__metadata__") {
      if (std::exchange(has_metadata, true)) return scanner.wrong("a second __metadata__");
      return read_metadata(scanner, header);
    }
    if (name.empty() || name.find('\0') != name.npos) {
      return scanner.wrong("a tensor's name that is empty or has a zero byte");
    }
    if (header.tensors.size() == most_tensors) {
      return scanner.wrong("more than {} tensors", most_tensors);
    }
    auto tensor = read_tensor(scanner);
    const std::string where = fmt::format("tensor \"{}\"", name.substr(0, 200));
    if (!tensor.ok()) return tensor.status().at(where);
    TENON_TRY(check_size(*tensor, data_bytes).at(where));
    tensor->name = std::move(name);
    header.tensors.push_back(std::move(*tensor));
    return {};
  }));
  if (scanner.rest().empty()) return {};
  return scanner.wrong("more text behind the header's end");
}

}  // namespace

const Element* element_named(std::string_view name) {
  const auto* found = std::ranges::find(elements, name, &Element::name);
  return found != std::end(elements) ? found : nullptr;
}

Result<Header> read_header(std::string_view file) {
  uint64_t length = 0;
  if (file.size() < length_bytes + 2) {
    return corrupt("{} bytes, a safetensors file has at least {}", file.size(), length_bytes + 2);
  }
  std::memcpy(&length, file.data(), sizeof length);
  const uint64_t room = file.size() - length_bytes;
  if (length < 2 || length > most_header_bytes || length > room) {
    return corrupt("a header of {} bytes, expected 2 to {}", length,
                   std::min(room, most_header_bytes));
  }
  if (file[length_bytes] != '{') return corrupt("the header does not begin with '{{'");
  Header header;
  header.data = length_bytes + length;
  const uint64_t data_bytes = file.size() - header.data;
  Scanner scanner(file.substr(length_bytes, length));
  TENON_TRY(read_entries(scanner, data_bytes, header));
  TENON_TRY(check_names(header.tensors));
  TENON_TRY(check_places(header.tensors, data_bytes));
  return header;
}

}  // namespace tenon::safetensors
