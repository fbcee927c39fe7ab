// SPDX-License-Identifier: Apache-2.0
#include "core/formats/formats.h"

#include "core/base/text.h"

#include "tenon/strip_vm.h"

namespace tenon {
namespace {

std::shared_ptr<const Constant> constant_of(const QuantTable& table) {
  auto made = std::make_shared<Constant>();
  made->dtype = table.dtype;
  made->dims = table.dims;
  const auto bytes =
      std::make_shared<std::vector<std::byte>>(table.values.size() * element_bytes(table.dtype));
  for (size_t i = 0; i < table.values.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    if (is_float(table.dtype)) {
      store_float(bytes->data(), table.dtype, place, table.values[i]);
    } else {
      store_integer(bytes->data(), table.dtype, place, static_cast<int64_t>(table.values[i]));
    }
  }
  made->bytes = *bytes;
  made->owner = bytes;
  return made;
}

const Json* json_at(const Json& at, std::span<const std::string_view> words) {
  if (words.empty()) return at.is_null() ? nullptr : &at;
  const auto rest = words.subspan(1);
  if (words.front() == "*") {
    for (const Json::Member& member : at.members()) {
      if (const Json* found = json_at(member.value, rest)) return found;
    }
    for (const Json& element : at.array_items()) {
      if (const Json* found = json_at(element, rest)) return found;
    }
    return nullptr;
  }
  if (const Json* member = at.find(words.front())) return json_at(*member, rest);
  // A number counts the elements of an array.
  const std::string_view digits = words.front();
  if (!at.is_array() || digits.size() != 1 || digits[0] < '0' || digits[0] > '9') return nullptr;
  const auto place = static_cast<size_t>(digits[0] - '0');
  return place < at.array_items().size() ? json_at(at.array_items()[place], rest) : nullptr;
}

}  // namespace

void Formats::refuse(const std::string& path, std::string_view reason) {
  refused_.emplace_back(path, reason);
}

void Formats::add(const std::string& path, std::string_view content) {
  Result<std::vector<QuantFormat>> parsed = parse_quant_formats(content);
  if (!parsed.ok()) return refuse(path, parsed.status().message());
  for (QuantFormat& format : *parsed) {
    const std::string name = format.name;
    if (const Entry* known = find(name)) {
      refuse(path, fmt::format("format {} is in {} already", name, known->path));
      continue;
    }
    Entry entry = {std::move(format), path, {}};
    for (QuantTable& table : entry.format.tables) {
      entry.tables.push_back(constant_of(table));
      table.values.clear();
    }
    entries_.emplace(name, std::move(entry));
  }
}

const Formats::Entry* Formats::find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

Result<const Formats::Entry*> Formats::get(std::string_view name) const {
  if (const Entry* entry = find(name)) return entry;
  std::string known;
  for (const auto& [other, entry] : entries_) known += (known.empty() ? "" : ", ") + other;
  return unsupported("there is no quantization format {}; known are {}", in_quotes(name),
                     known.empty() ? "none" : known);
}

const Json* json_at(const Json& document, std::string_view path) {
  const std::vector<std::string_view> words = split(path, '.');
  return json_at(document, std::span<const std::string_view>(words));
}

bool fits(const QuantFormat& format, const Json& configuration) {
  for (const QuantCondition& condition : format.conditions) {
    const Json* found = json_at(configuration, condition.path);
    const bool equal = found != nullptr && found->text() == condition.value;
    if (equal != condition.equal) return false;
  }
  return true;
}

Result<std::map<std::string, double, std::less<>>> quant_options(const QuantFormat& format,
                                                                 const Json& configuration) {
  std::map<std::string, double, std::less<>> options;
  for (const QuantOption& option : format.options) {
    std::optional<double> value = option.otherwise;
    for (size_t i = option.paths.size(); i-- > 0;) {
      const Json* found = json_at(configuration, option.paths[i]);
      if (found != nullptr && found->number()) value = found->number();
    }
    if (!value) {
      return invalid("format {}: the configuration lacks {}, which gives {}", format.name,
                     option.paths.empty() ? std::string_view("a path") : option.paths.front(),
                     option.name);
    }
    options[option.name] = *value;
  }
  return options;
}

}  // namespace tenon
