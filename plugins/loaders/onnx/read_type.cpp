// SPDX-License-Identifier: Apache-2.0
#include "read.h"

namespace tenon::onnx {

namespace {
constexpr int most_type_depth = 16;
constexpr size_t most_rank = 64;
}  // namespace

Result<ValueInfo> Reader::value_info(Message message) {
  ValueInfo made;
  bool typed = false;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return made;
    if (field.number == 1) {
      TENON_TRY_ASSIGN(made.name, message.text(field));
    } else if (field.number == 2) {
      if (typed) return message.wrong(field, "there is a second type");
      typed = true;
      TENON_TRY_ASSIGN(Message inner, message.message(field, "type"));
      TENON_TRY_ASSIGN(made.type, value_type(inner, 1));
    }
  }
}

Result<ValueType> Reader::value_type(Message message, int depth) {
  ValueType made;
  Field field;
  if (depth > most_type_depth) {
    return message.wrong(field, fmt::format("types nest deeper than {}", most_type_depth));
  }
  for (;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return made;
    TypeKind kind = TypeKind::none;
    switch (field.number) {
      case 1:
        kind = TypeKind::tensor;
        break;
      case 4:
        kind = TypeKind::sequence;
        break;
      case 5:
        kind = TypeKind::map;
        break;
      case 7:
        kind = TypeKind::opaque;
        break;
      case 8:
        kind = TypeKind::sparse;
        break;
      case 9:
        kind = TypeKind::optional;
        break;
      default:
        continue;
    }
    if (made.kind != TypeKind::none) return message.wrong(field, "there is a second type");
    TENON_TRY_ASSIGN(Message inner, message.message(field, "type"));
    if (kind == TypeKind::tensor) {
      TENON_TRY_ASSIGN(made, tensor_type(inner));
    } else if (kind == TypeKind::sequence || kind == TypeKind::optional) {
      for (Field part;;) {
        TENON_TRY_ASSIGN(const bool rest, inner.next(part));
        if (!rest) break;
        if (part.number != 1) continue;
        TENON_TRY_ASSIGN(Message element, inner.message(part, "element type"));
        TENON_TRY_ASSIGN(made, value_type(element, depth + 1));
      }
      // What is inside of anything else cannot be given.
      const bool is_tensor = made.kind == TypeKind::tensor || !made.wraps.empty();
      if (is_tensor) made.wraps.insert(made.wraps.begin(), kind);
    }
    made.kind = kind;
  }
}

Result<ValueType> Reader::tensor_type(Message message) {
  ValueType made;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return made;
    if (field.number == 1) {
      TENON_TRY_ASSIGN(made.dtype, message.integer32(field));
    } else if (field.number == 2) {
      if (made.ranked) return message.wrong(field, "there is a second shape");
      made.ranked = true;
      TENON_TRY_ASSIGN(Message inner, message.message(field, "shape"));
      TENON_TRY(shape(inner, made));
    }
  }
}

Status Reader::shape(Message message, ValueType& type) {
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return {};
    if (field.number != 1) continue;
    TENON_TRY(count(message, field, type.dims.size(), most_rank));
    TENON_TRY_ASSIGN(Message inner, message.message(field, "dim"));
    Extent extent;
    for (Field part;;) {
      TENON_TRY_ASSIGN(const bool rest, inner.next(part));
      if (!rest) break;
      if (part.number == 1) {
        TENON_TRY_ASSIGN(extent.value, inner.integer(part));
        extent.param = {};
      } else if (part.number == 2) {
        TENON_TRY_ASSIGN(extent.param, inner.text(part));
        extent.value = -1;
      }
    }
    type.dims.push_back(extent);
  }
}

}  // namespace tenon::onnx
