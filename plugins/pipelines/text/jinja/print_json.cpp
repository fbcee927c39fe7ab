// SPDX-License-Identifier: Apache-2.0
#include "jinja/print.h"
#include "jinja/utf8.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tenon::text::jinja {

namespace {

void append_escape(uint32_t code, std::string& out) {
  if (code >= 0x10000) {
    append_escape(0xD800 + ((code - 0x10000) >> 10), out);
    append_escape(0xDC00 + ((code - 0x10000) & 0x3FF), out);
    return;
  }
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
}

char short_escape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    default:
      return '\0';
  }
}

void append_quoted(std::string_view text, bool ascii, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    const char c = text[at];
    if (const char escape = short_escape(c); escape != '\0') {
      out += '\\';
      out += escape;
    } else if (static_cast<uint8_t>(c) < 0x20 || (ascii && static_cast<uint8_t>(c) >= 0x80)) {
      append_escape(code_point(text, at), out);
    } else {
      out += text.substr(at, bytes);
    }
    at += bytes;
  }
  out += '"';
}

class Writer {
 public:
  Writer(const JsonStyle& style, std::string& out, Budget& budget)
      : style_(style), out_(out), budget_(budget) {}

  Status write(const Value& value) {
    const size_t before = out_.size();
    TENON_TRY(write_any(value));
    return budget_.allocate(static_cast<int64_t>(out_.size() - before)) ? Status()
                                                                        : budget_.status();
  }

 private:
  Status write_any(const Value& value) {
    if (!budget_.spend(1)) return budget_.status();
    switch (value.kind) {
      case Kind::none:
        out_ += "null";
        return {};
      case Kind::boolean:
        out_ += value.boolean ? "true" : "false";
        return {};
      case Kind::integer:
        out_ += fmt::format("{}", value.integer);
        return {};
      case Kind::real:
        write_real(value.real);
        return {};
      case Kind::text:
        return write_text(value.text);
      case Kind::list:
      case Kind::tuple:
        return write_list(*value.list);
      case Kind::dict:
        return write_dict(*value.dict);
      default:
        return invalid("Object of type {} is not JSON serializable", type_name(value));
    }
  }

  Status write_text(std::string_view text) {
    if (!budget_.spend(static_cast<int64_t>(text.size() / 16))) return budget_.status();
    append_quoted(text, style_.ascii, out_);
    return {};
  }

  void write_real(double value) {
    if (std::isnan(value)) {
      out_ += "NaN";
    } else if (std::isinf(value)) {
      out_ += value < 0 ? "-Infinity" : "Infinity";
    } else {
      out_ += real_text(value);
    }
  }

  void new_line() {
    if (style_.indent < 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(style_.indent) * static_cast<size_t>(depth_), ' ');
  }

  // Between two elements; a line break takes the place of the separator's spaces.
  void separate(bool first) {
    if (!first) {
      std::string_view separator = style_.item_separator;
      if (style_.indent >= 0 && separator == ", ") separator = ",";
      out_ += separator;
    }
    new_line();
  }

  Status write_list(const List& list) {
    out_ += '[';
    ++depth_;
    for (size_t i = 0; i < list.items.size(); ++i) {
      separate(i == 0);
      TENON_TRY(write(list.items[i]));
    }
    --depth_;
    if (!list.items.empty()) new_line();
    out_ += ']';
    return {};
  }

  Status write_key(const Value& key) {
    if (key.is(Kind::text)) return write_text(key.text);
    if (!key.is_number() && !key.is(Kind::none)) {
      return invalid("keys must be str, int, float, bool or None, not {}", type_name(key));
    }
    out_ += '"';
    TENON_TRY(write_any(key));
    out_ += '"';
    return {};
  }

  Status write_dict(const Dict& dict) {
    auto entries = dict.entries;
    if (style_.sort_keys) {
      std::ranges::stable_sort(
          entries, [](const auto& a, const auto& b) { return a.first.text < b.first.text; });
    }
    out_ += '{';
    ++depth_;
    for (size_t i = 0; i < entries.size(); ++i) {
      separate(i == 0);
      TENON_TRY(write_key(entries[i].first));
      out_ += style_.key_separator;
      TENON_TRY(write(entries[i].second));
    }
    --depth_;
    if (!entries.empty()) new_line();
    out_ += '}';
    return {};
  }

  const JsonStyle& style_;
  std::string& out_;
  Budget& budget_;
  int depth_ = 0;
};

}  // namespace

Status print_json(const Value& value, const JsonStyle& style, std::string& out, Budget& budget) {
  return Writer(style, out, budget).write(value);
}

Value from_json(const Json& json, Texts texts, Store& store) {
  const auto text_value = [&](std::string_view text) {
    return Value::of(texts == Texts::keep ? store.keep(std::string(text)) : text);
  };
  if (const auto text = json.text()) return text_value(*text);
  if (const auto flag = json.boolean()) return Value::of(*flag);
  if (const auto number = json.integer()) return Value::of(*number);
  if (const auto number = json.number()) return Value::of(*number);
  if (json.is_array()) {
    List list;
    list.items.reserve(json.array_items().size());
    for (const Json& item : json.array_items()) {
      const Value value = from_json(item, texts, store);
      if (value.is_sequence()) list.depth = std::max(list.depth, value.list->depth + 1);
      if (value.is(Kind::dict)) list.depth = std::max(list.depth, value.dict->depth + 1);
      list.items.push_back(value);
    }
    List& kept = store.make<List>();
    kept = std::move(list);
    return Value::of(kept);
  }
  if (json.is_object()) {
    Dict dict;
    dict.entries.reserve(json.members().size());
    for (const auto& [name, member] : json.members()) {
      const Value value = from_json(member, texts, store);
      if (value.is_sequence()) dict.depth = std::max(dict.depth, value.list->depth + 1);
      if (value.is(Kind::dict)) dict.depth = std::max(dict.depth, value.dict->depth + 1);
      dict.entries.emplace_back(text_value(name), value);
    }
    Dict& kept = store.make<Dict>();
    kept = std::move(dict);
    return Value::of(kept);
  }
  return Value::none();
}

}  // namespace tenon::text::jinja
