// SPDX-License-Identifier: Apache-2.0
#include "read.h"

#include <algorithm>

namespace tenon::onnx {

namespace {

constexpr size_t most_nodes = 1'000'000;
constexpr size_t most_initializers = 1'000'000;
constexpr size_t most_functions = 10'000;
constexpr size_t most_arguments = 1'000'000;
constexpr uint64_t most_records = 4'000'000;
constexpr int most_graph_depth = 16;

}  // namespace

Status Reader::count(const Message& message, const Field& field, size_t have, size_t most) {
  if (have >= most) return message.wrong(field, fmt::format("more than {} entries", most));
  if (++records_ > most_records) {
    return message.wrong(field, fmt::format("the file holds more than {} records", most_records));
  }
  return {};
}

Result<std::pair<Text, Text>> Reader::entry(Message message) {
  std::pair<Text, Text> made;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return made;
    if (field.number == 1) {
      TENON_TRY_ASSIGN(made.first, message.text(field));
    } else if (field.number == 2) {
      TENON_TRY_ASSIGN(made.second, message.text(field));
    }
  }
}

Status Reader::skip(Message message) {
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return {};
  }
}

Status Reader::opset(Message message, Opsets& opsets) {
  Text domain;
  int64_t version = 0;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) {
      // Some producers name a set twice: the newest is the one that all operators are in.
      const auto [known, fresh] = opsets.emplace(normal_domain(domain), version);
      if (!fresh) known->second = std::max(known->second, version);
      return {};
    }
    if (field.number == 1) {
      TENON_TRY_ASSIGN(domain, message.text(field));
    } else if (field.number == 2) {
      TENON_TRY_ASSIGN(version, message.integer(field));
    }
  }
}

Result<Graph> Reader::graph(Message message, int depth) {
  Graph made;
  Field field;
  if (depth > most_graph_depth) {
    return message.wrong(field, fmt::format("graphs nest deeper than {}", most_graph_depth));
  }
  for (;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return made;
    switch (field.number) {
      case 1: {
        TENON_TRY(count(message, field, made.nodes.size(), most_nodes));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "node"));
        TENON_TRY_ASSIGN(Node node, this->node(inner, depth));
        made.nodes.push_back(std::move(node));
        break;
      }
      case 2: {
        TENON_TRY_ASSIGN(made.name, message.text(field));
        break;
      }
      case 5: {
        TENON_TRY(count(message, field, made.initializers.size(), most_initializers));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "initializer"));
        TENON_TRY_ASSIGN(Tensor tensor, this->tensor(inner));
        made.initializers.push_back(std::move(tensor));
        break;
      }
      case 11:
      case 12: {
        const bool input = field.number == 11;
        std::vector<ValueInfo>& list = input ? made.inputs : made.outputs;
        TENON_TRY(count(message, field, list.size(), most_arguments));
        TENON_TRY_ASSIGN(Message inner, message.message(field, input ? "input" : "output"));
        TENON_TRY_ASSIGN(ValueInfo info, value_info(inner));
        list.push_back(std::move(info));
        break;
      }
      case 15: {
        TENON_TRY(count(message, field, made.sparse_initializers.size(), most_initializers));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "sparse_initializer"));
        TENON_TRY_ASSIGN(SparseTensor tensor, sparse_tensor(inner));
        made.sparse_initializers.push_back(std::move(tensor));
        break;
      }
      case 13:  // value_info: hints that inference does not need
      case 14: {
        TENON_TRY_ASSIGN(Message inner, message.message(field, "value_info"));
        TENON_TRY(skip(inner));
        break;
      }
      default:
        break;
    }
  }
}

Result<Function> Reader::function(Message message) {
  Function made;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return made;
    switch (field.number) {
      case 1: {
        TENON_TRY_ASSIGN(made.name, message.text(field));
        break;
      }
      case 4:
      case 5:
      case 6: {
        auto& list = field.number == 4   ? made.inputs
                     : field.number == 5 ? made.outputs
                                         : made.attributes;
        TENON_TRY(count(message, field, list.size(), 16'384));
        TENON_TRY_ASSIGN(const Text name, message.text(field));
        list.push_back(name);
        break;
      }
      case 7: {
        TENON_TRY(count(message, field, made.nodes.size(), most_nodes));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "node"));
        TENON_TRY_ASSIGN(Node node, this->node(inner, 1));
        made.nodes.push_back(std::move(node));
        break;
      }
      case 9: {
        TENON_TRY_ASSIGN(Message inner, message.message(field, "opset_import"));
        TENON_TRY(opset(inner, made.opsets));
        break;
      }
      case 10: {
        TENON_TRY_ASSIGN(made.domain, message.text(field));
        break;
      }
      case 11: {
        TENON_TRY(count(message, field, made.defaults.size(), 1'024));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "attribute_proto"));
        TENON_TRY_ASSIGN(Attribute attribute, this->attribute(inner, 1));
        made.defaults.push_back(std::move(attribute));
        break;
      }
      case 13: {
        TENON_TRY_ASSIGN(made.overload, message.text(field));
        break;
      }
      default:
        break;
    }
  }
}

Result<Model> Reader::model() {
  Message message("model", file_, file_.data());
  Model made;
  bool has_graph = false;
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) {
      if (has_graph) return made;
      return corrupt("model has no graph: the file is cut off or no ONNX model");
    }
    switch (field.number) {
      case 1: {
        TENON_TRY_ASSIGN(made.ir_version, message.integer(field));
        break;
      }
      case 2: {
        TENON_TRY_ASSIGN(made.producer, message.text(field));
        break;
      }
      case 3: {
        TENON_TRY_ASSIGN(made.producer_version, message.text(field));
        break;
      }
      case 4: {
        TENON_TRY_ASSIGN(made.domain, message.text(field));
        break;
      }
      case 5: {
        TENON_TRY_ASSIGN(made.model_version, message.integer(field));
        break;
      }
      case 7: {
        if (has_graph) return message.wrong(field, "there is a second graph, expected one");
        has_graph = true;
        TENON_TRY_ASSIGN(Message inner, message.message(field, "graph"));
        TENON_TRY_ASSIGN(made.graph, graph(inner, 1));
        break;
      }
      case 8: {
        TENON_TRY_ASSIGN(Message inner, message.message(field, "opset_import"));
        TENON_TRY(opset(inner, made.opsets));
        break;
      }
      case 14: {
        TENON_TRY(count(message, field, made.metadata.size(), 100'000));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "metadata_props"));
        TENON_TRY_ASSIGN(auto pair, entry(inner));
        made.metadata.push_back(pair);
        break;
      }
      case 20: {
        TENON_TRY_ASSIGN(Message inner, message.message(field, "training_info"));
        TENON_TRY(skip(inner));
        made.has_training_graph = true;
        break;
      }
      case 25: {
        TENON_TRY(count(message, field, made.functions.size(), most_functions));
        TENON_TRY_ASSIGN(Message inner, message.message(field, "function"));
        TENON_TRY_ASSIGN(Function function, this->function(inner));
        made.functions.push_back(std::move(function));
        break;
      }
      default:
        break;
    }
  }
}

}  // namespace tenon::onnx
