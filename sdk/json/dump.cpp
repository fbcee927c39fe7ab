// SPDX-License-Identifier: Apache-2.0
#include "tenon/json.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace tenon {
namespace {

void put_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// A float keeps a mark of being one, so that reading gives back what was written.
void put_float(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const std::string digits = fmt::format("{}", value);
  out += digits;
  if (digits.find_first_of(".e") == std::string::npos) out += ".0";
}

void put_break(std::string& out, int indent, int depth) {
  if (indent == 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent) * static_cast<size_t>(depth), ' ');
}

void put(std::string& out, const Json& json, int indent, int depth);

void put_array(std::string& out, const Json::Array& items, int indent, int depth) {
  out += '[';
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += indent == 0 ? "," : ", ";
    put(out, items[i], indent, depth);
  }
  out += ']';
}

void put_object(std::string& out, const Json::Object& members, int indent, int depth) {
  out += '{';
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out += ',';
    put_break(out, indent, depth + 1);
    put_text(out, members[i].name);
    out += indent == 0 ? ":" : ": ";
    put(out, members[i].value, indent, depth + 1);
  }
  if (!members.empty()) put_break(out, indent, depth);
  out += '}';
}

void put(std::string& out, const Json& json, int indent, int depth) {
  if (json.is_array()) return put_array(out, json.array_items(), indent, depth);
  if (json.is_object()) return put_object(out, json.members(), indent, depth);
  if (const auto text = json.text()) return put_text(out, *text);
  if (const auto integer = json.integer()) {
    out += fmt::format("{}", *integer);
  } else if (const auto number = json.number()) {
    put_float(out, *number);
  } else if (const auto truth = json.boolean()) {
    out += *truth ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

std::string Json::dump(int indent) const {
  std::string out;
  put(out, *this, indent, 0);
  return out;
}

}  // namespace tenon
