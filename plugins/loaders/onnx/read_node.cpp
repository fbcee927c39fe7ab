// SPDX-License-Identifier: Apache-2.0
#include "read.h"

#include <algorithm>
#include <set>

namespace tenon::onnx {

namespace {

constexpr size_t most_operands = 16'384;
constexpr size_t most_attributes = 1'024;

constexpr uint32_t bit(uint32_t field) { return 1u << field; }

// The field that an attribute type is stored in.
constexpr uint32_t field_of(AttributeType type) {
  constexpr uint32_t fields[] = {0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 22, 23, 14, 15};
  return fields[static_cast<size_t>(type)];
}

// Fields that hold a value.
constexpr uint32_t value_fields = bit(2) | bit(3) | bit(4) | bit(5) | bit(6) | bit(7) | bit(8) |
                                  bit(9) | bit(10) | bit(11) | bit(14) | bit(15) | bit(22) |
                                  bit(23);

// Old writers leave the type out; the field that is present tells it.
AttributeType type_from(uint32_t present) {
  for (int32_t type = 1; type <= 14; ++type) {
    if ((present & bit(field_of(static_cast<AttributeType>(type)))) != 0) {
      return static_cast<AttributeType>(type);
    }
  }
  return AttributeType::none;
}

}  // namespace

Result<Node> Reader::node(Message message, int depth) {
  Node made;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) break;
    switch (field.number) {
      case 1:
      case 2: {
        auto& list = field.number == 1 ? made.inputs : made.outputs;
        TENON_TRY(count(message, field, made.inputs.size() + made.outputs.size(), most_operands));
        TENON_TRY_ASSIGN(const Text name, message.text(field));
        list.push_back(name);
        break;
      }
      case 3: {
        TENON_TRY_ASSIGN(made.name, message.text(field));
        break;
      }
      case 4: {
        TENON_TRY_ASSIGN(made.op, message.text(field));
        break;
      }
      case 5: {
        TENON_TRY(count(message, field, made.attributes.size(), most_attributes));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "attribute"));
        TENON_TRY_ASSIGN(Attribute attribute, this->attribute(inner, depth));
        made.attributes.push_back(std::move(attribute));
        break;
      }
      case 7: {
        TENON_TRY_ASSIGN(const Text domain, message.text(field));
        made.domain = normal_domain(domain);
        break;
      }
      case 8: {
        TENON_TRY_ASSIGN(made.overload, message.text(field));
        break;
      }
      default:
        break;
    }
  }
  std::set<Text> names;
  for (const Attribute& attribute : made.attributes) {
    if (!names.insert(attribute.name).second) {
      return message.wrong(
          {}, fmt::format("\"{}\" has attribute \"{}\" twice", made.op, attribute.name));
    }
  }
  return made;
}

Status Reader::attribute_field(const Message& message, const Field& field, int depth,
                               Attribute& made, uint32_t& present) {
  switch (field.number) {
    case 2: {
      TENON_TRY_ASSIGN(made.f, message.real(field));
      return {};
    }
    case 3: {
      TENON_TRY_ASSIGN(made.i, message.integer(field));
      return {};
    }
    case 4: {
      TENON_TRY_ASSIGN(made.s, message.text(field));
      return {};
    }
    case 7:
      return message.reals(field, made.floats);
    case 8:
      return message.integers(field, made.ints);
    case 9: {
      TENON_TRY_ASSIGN(const Text text, message.text(field));
      made.strings.push_back(text);
      return {};
    }
    default:
      break;
  }
  if (field.number == 5 || field.number == 6 || field.number == 22) {
    if ((present & bit(field.number)) != 0) return message.wrong(field, "stands there twice");
  }
  switch (field.number) {
    case 5: {
      TENON_TRY_ASSIGN(Message inner, message.message(field, "attribute tensor"));
      TENON_TRY_ASSIGN(Tensor tensor, this->tensor(inner));
      made.tensor = std::make_shared<const Tensor>(std::move(tensor));
      return {};
    }
    case 6: {
      TENON_TRY_ASSIGN(Message inner, message.message(field, "attribute graph"));
      TENON_TRY_ASSIGN(Graph graph, this->graph(inner, depth + 1));
      made.graph = std::make_shared<const Graph>(std::move(graph));
      return {};
    }
    case 22: {
      TENON_TRY_ASSIGN(Message inner, message.message(field, "attribute sparse tensor"));
      TENON_TRY_ASSIGN(SparseTensor tensor, sparse_tensor(inner));
      made.sparse = std::make_shared<const SparseTensor>(std::move(tensor));
      return {};
    }
    case 14: {
      TENON_TRY_ASSIGN(Message inner, message.message(field, "attribute type"));
      TENON_TRY_ASSIGN(made.value_type, value_type(inner, 1));
      return {};
    }
    default: {
      // Lists of tensors, graphs and types: no operator that can be run has them.
      TENON_TRY_ASSIGN(Message inner, message.message(field, "attribute value"));
      return skip(inner);
    }
  }
}

Result<Attribute> Reader::attribute(Message message, int depth) {
  Attribute made;
  uint32_t present = 0;
  int32_t type = 0;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) break;
    if (field.number == 1) {
      TENON_TRY_ASSIGN(made.name, message.text(field));
    } else if (field.number == 20) {
      TENON_TRY_ASSIGN(type, message.integer32(field));
    } else if (field.number == 21) {
      TENON_TRY_ASSIGN(made.reference, message.text(field));
    } else if (field.number < 32 && (value_fields & bit(field.number)) != 0) {
      TENON_TRY(attribute_field(message, field, depth, made, present));
      present |= bit(field.number);
    }
  }
  const Field type_field{.number = 20, .type = {}, .value = 0, .bytes = {}};
  if (type < 0 || type > 14) {
    return message.wrong(type_field, fmt::format("\"{}\" has unknown type {}", made.name, type));
  }
  made.type = type == 0 ? type_from(present) : static_cast<AttributeType>(type);
  if ((present & ~bit(field_of(made.type))) != 0) {
    return message.wrong(
        type_field, fmt::format("\"{}\" has type {} and values of another type", made.name, type));
  }
  const bool missing = (made.type == AttributeType::tensor && !made.tensor) ||
                       (made.type == AttributeType::graph && !made.graph) ||
                       (made.type == AttributeType::sparse_tensor && !made.sparse);
  if (missing && made.reference.empty()) {
    return message.wrong(type_field,
                         fmt::format("\"{}\" has type {} and no value", made.name, type));
  }
  return made;
}

}  // namespace tenon::onnx
