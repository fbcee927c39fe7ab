// SPDX-License-Identifier: Apache-2.0
#include "tenon/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdlib>

namespace tenon {
namespace {

namespace dom = simdjson::dom;

Result<Json> to_json(dom::element element, int depth);

Result<Json> to_array(dom::array elements, int depth) {
  Json::Array array;
  for (const dom::element element : elements) {
    TENON_TRY_ASSIGN(Json item, to_json(element, depth));
    array.push_back(std::move(item));
  }
  return Json(std::move(array));
}

Status check_names(const Json::Object& object) {
  std::vector<std::string_view> names;
  names.reserve(object.size());
  for (const Json::Member& member : object) {
    if (!is_utf8(member.name)) return corrupt("json: a member name has an unpaired surrogate");
    names.push_back(member.name);
  }
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return corrupt("json: member \"{}\" appears twice", twice->substr(0, 200));
}

Result<Json> to_object(dom::object members, int depth) {
  Json::Object object;
  for (const dom::key_value_pair member : members) {
    TENON_TRY_ASSIGN(Json value, to_json(member.value, depth));
    object.push_back({std::string(member.key), std::move(value)});
  }
  TENON_TRY(check_names(object));
  return Json(std::move(object));
}

// The tags were checked by type(), so the unsafe accessors cannot fail.
Result<Json> to_json(dom::element element, int depth) {
  const bool nested = element.is_array() || element.is_object();
  if (nested && depth == 0) return corrupt("json: nested too deeply");
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return to_array(element.get_array().value_unsafe(), depth - 1);
    case dom::element_type::OBJECT:
      return to_object(element.get_object().value_unsafe(), depth - 1);
    case dom::element_type::INT64:
      return Json(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return corrupt("json: integer {} does not fit 64 bits with sign",
                     element.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return Json(element.get_double().value_unsafe());
    case dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      if (!is_utf8(text)) return corrupt("json: a text has an unpaired surrogate");
      return Json(text);
    }
    case dom::element_type::BOOL:
      return Json(element.get_bool().value_unsafe());
    case dom::element_type::NULL_VALUE:
      return Json();
  }
  return corrupt("json: unknown kind of value");
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return invalid("json: {} bytes, at most {} are read", text.size(), limits.bytes);
  }
  if (text.empty()) return corrupt("json: the text is empty");
  if (text.starts_with("\xEF\xBB\xBF")) return corrupt("json: begins with a byte-order mark");
  dom::parser parser;
  dom::element root;
  // The parser copies the text, so that it need not be padded.
  const auto error = parser.parse(text.data(), text.size(), true).get(root);
  if (error == simdjson::MEMALLOC) return no_memory("json: no memory for {} bytes", text.size());
  if (error != simdjson::SUCCESS) return corrupt("json: {}", simdjson::error_message(error));
  return to_json(root, std::min(limits.depth, 64));
}

}  // namespace tenon
