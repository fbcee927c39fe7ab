// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/ops/op.h"

// Reading attributes of a node, with the defaults of its operator.
namespace tenon {
namespace {

const Attribute* find(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? nullptr : &found->second;
}

// The node's own attribute, else the operator's default, else null.
const Attribute* lookup(const Node& node, std::string_view name) {
  if (const Attribute* own = find(node.attributes, name)) return own;
  const Op* op = find_op(node.domain, node.op);
  return op == nullptr ? nullptr : find(op->attributes, name);
}

template <class T>
const T* lookup_as(const Node& node, std::string_view name) {
  const Attribute* attribute = lookup(node, name);
  return attribute == nullptr ? nullptr : std::get_if<T>(attribute);
}

bool all_constant(const std::vector<Expr>& sizes) {
  for (const Expr& size : sizes) {
    if (!size.is_constant()) return false;
  }
  return true;
}

}  // namespace

bool AttributeContext::has_attribute(std::string_view name) const {
  return lookup(node_, name) != nullptr;
}

int64_t AttributeContext::integer(std::string_view name, int64_t otherwise) const {
  const auto* value = lookup_as<int64_t>(node_, name);
  return value == nullptr ? otherwise : *value;
}

double AttributeContext::real(std::string_view name, double otherwise) const {
  if (const auto* value = lookup_as<double>(node_, name)) return *value;
  const auto* integer = lookup_as<int64_t>(node_, name);
  return integer == nullptr ? otherwise : static_cast<double>(*integer);
}

std::string AttributeContext::text(std::string_view name, std::string_view otherwise) const {
  const auto* value = lookup_as<std::string>(node_, name);
  return value == nullptr ? std::string(otherwise) : *value;
}

std::vector<int64_t> AttributeContext::integers(std::string_view name,
                                                std::vector<int64_t> otherwise) const {
  if (const auto* value = lookup_as<std::vector<int64_t>>(node_, name)) return *value;
  const auto* sizes = lookup_as<std::vector<Expr>>(node_, name);
  if (sizes == nullptr || !all_constant(*sizes)) return otherwise;
  std::vector<int64_t> constants;
  for (const Expr& size : *sizes) constants.push_back(size.constant());
  return constants;
}

std::vector<double> AttributeContext::reals(std::string_view name,
                                            std::vector<double> otherwise) const {
  const auto* value = lookup_as<std::vector<double>>(node_, name);
  return value == nullptr ? otherwise : *value;
}

std::vector<Expr> NodeContext::sizes(std::string_view name) const {
  if (const auto* sizes = lookup_as<std::vector<Expr>>(node_, name)) return *sizes;
  std::vector<Expr> sizes;
  if (const auto* constants = lookup_as<std::vector<int64_t>>(node_, name)) {
    for (const int64_t constant : *constants) sizes.push_back(number(constant));
  }
  return sizes;
}

std::vector<std::string> AttributeContext::texts(std::string_view name) const {
  const auto* value = lookup_as<std::vector<std::string>>(node_, name);
  return value == nullptr ? std::vector<std::string>() : *value;
}

uint32_t AttributeContext::body(std::string_view name) const {
  const auto* reference = lookup_as<BodyReference>(node_, name);
  return reference == nullptr ? 0 : reference->body;
}

const Constant* AttributeContext::tensor(std::string_view name) const {
  const auto* reference = lookup_as<TensorReference>(node_, name);
  if (reference == nullptr || reference->value >= graph_.values.size()) return nullptr;
  return graph_.value(reference->value).constant.get();
}

Result<int64_t> AttributeContext::axis(std::string_view name, int64_t otherwise,
                                       int64_t rank) const {
  const int64_t given = integer(name, otherwise);
  if (given < -rank || given >= rank) {
    return invalid("attribute {} is {}, expected an axis in [{}, {}]", name, given, -rank,
                   rank - 1);
  }
  return given < 0 ? given + rank : given;
}

}  // namespace tenon
