// SPDX-License-Identifier: Apache-2.0
#include "read.h"

#include <bit>
#include <charconv>

namespace tenon::onnx {

namespace {

constexpr size_t most_rank = 32;
constexpr uint32_t data_fields =
    float_data | int32_data | string_data | int64_data | raw_data | double_data | uint64_data;

// Up to 20 decimal digits.
std::optional<uint64_t> decimal(Text text) {
  uint64_t value = 0;
  if (text.empty() || text.size() > 20) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<External> external_from(const std::vector<std::pair<Text, Text>>& entries) {
  External made;
  bool located = false;
  for (const auto& [key, value] : entries) {
    if (key == "location") {
      if (located) return corrupt("external_data has location twice");
      made.location = value;
      located = true;
    } else if (key == "offset" || key == "length") {
      std::optional<uint64_t>& number = key == "offset" ? made.offset : made.length;
      if (number) return corrupt("external_data has {} twice", key);
      number = decimal(value);
      if (!number) {
        return corrupt("external_data {} is \"{}\", expected 1 to 20 decimal digits", key,
                       value.substr(0, 64));
      }
    }
  }
  if (!located) return corrupt("external_data has no location");
  return made;
}

}  // namespace

Status Reader::tensor_field(const Message& message, const Field& field, Tensor& made,
                            std::vector<std::pair<Text, Text>>& external, int32_t& location) {
  switch (field.number) {
    case 1:
      return message.integers(field, made.dims, most_rank);
    case 2: {
      TENON_TRY_ASSIGN(made.dtype, message.integer32(field));
      return {};
    }
    case 3:
      return message.wrong(field, "tensors in segments are not allowed");
    case 8: {
      TENON_TRY_ASSIGN(made.name, message.text(field));
      return {};
    }
    case 9: {
      TENON_TRY_ASSIGN(made.raw, message.text(field));
      made.present |= raw_data;
      return {};
    }
    case 13: {
      TENON_TRY(count(message, field, external.size(), 64));
      TENON_TRY_ASSIGN(Message inner, message.message(field, "external_data"));
      TENON_TRY_ASSIGN(auto pair, entry(inner));
      external.push_back(pair);
      return {};
    }
    case 14: {
      TENON_TRY_ASSIGN(location, message.integer32(field));
      return {};
    }
    default:
      // An empty packed list is no data.
      if (field.number < 32 && (data_fields & (1u << field.number)) != 0 &&
          !(field.type == WireType::bytes && field.bytes.empty() && field.number != 6)) {
        made.present |= 1u << field.number;
      }
      return {};
  }
}

Result<Tensor> Reader::tensor(Message message) {
  Tensor made;
  made.message = message.rest();
  std::vector<std::pair<Text, Text>> external;
  int32_t location = 0;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) break;
    TENON_TRY(tensor_field(message, field, made, external, location));
  }
  if (location != 0 && location != 1) {
    return corrupt("tensor \"{}\": data_location {}, expected 0 or 1", made.name, location);
  }
  if (location == 1) {
    Result<External> found = external_from(external);
    if (!found.ok()) return found.status().at(fmt::format("tensor \"{}\"", made.name));
    made.external = *found;
  }
  if (std::popcount(made.present) + (location == 1 ? 1 : 0) > 1) {
    return corrupt("tensor \"{}\" has its elements in more than one place", made.name);
  }
  return made;
}

Result<Tensor> Reader::tensor() { return tensor(Message("tensor", file_, file_.data())); }

Result<StoredValue> Reader::stored_value() {
  return stored_value(Message("value", file_, file_.data()), 0);
}

Result<StoredValue> Reader::stored_value(Message message, int depth) {
  constexpr int most_depth = 8;
  constexpr size_t most_items = 1'000'000;
  StoredValue made;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return made;
    if (field.number == 1) {
      TENON_TRY_ASSIGN(made.name, message.text(field));
    } else if (field.number == 3) {
      TENON_TRY(count(message, field, made.tensors.size(), most_items));
      TENON_TRY_ASSIGN(Message inner, message.message(field, "tensor"));
      TENON_TRY_ASSIGN(Tensor tensor, this->tensor(inner));
      made.tensors.push_back(std::move(tensor));
    } else if (field.number == 5) {
      if (depth >= most_depth) return message.wrong(field, "values nest too deep");
      TENON_TRY(count(message, field, made.sequences.size(), most_items));
      TENON_TRY_ASSIGN(Message inner, message.message(field, "sequence"));
      TENON_TRY_ASSIGN(StoredValue sequence, stored_value(inner, depth + 1));
      made.sequences.push_back(std::move(sequence));
    } else if (field.number == 4 || field.number == 6 || field.number == 7) {
      return unsupported("a stored value with sparse tensors, maps or optionals in it");
    }
  }
}

Result<SparseTensor> Reader::sparse_tensor(Message message) {
  SparseTensor made;
  bool seen[3] = {};
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) break;
    if (field.number == 1 || field.number == 2) {
      if (seen[field.number]) return message.wrong(field, "stands there twice");
      seen[field.number] = true;
      TENON_TRY_ASSIGN(Message inner, message.message(field, "sparse tensor part"));
      TENON_TRY_ASSIGN((field.number == 1 ? made.values : made.indices), tensor(inner));
    } else if (field.number == 3) {
      TENON_TRY(message.integers(field, made.dims, most_rank));
    }
  }
  if (seen[1]) return made;
  return message.wrong({}, "sparse tensor has no values");
}

}  // namespace tenon::onnx
