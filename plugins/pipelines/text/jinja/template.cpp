// SPDX-License-Identifier: Apache-2.0
#include "jinja/template.h"

#include "jinja/interpreter.h"
#include "jinja/parser.h"

namespace tenon::text::jinja {

namespace {

// Bytes of a value, roughly those of its JSON.
int64_t size_of(const Json& json) {
  int64_t size = 8;
  if (const auto text = json.text()) size += static_cast<int64_t>(text->size());
  for (const Json& item : json.array_items()) size += size_of(item);
  for (const auto& [name, value] : json.members()) {
    size += static_cast<int64_t>(name.size()) + size_of(value);
  }
  return size;
}

}  // namespace

Template::Template(std::unique_ptr<const Tree> tree) : tree_(std::move(tree)) {}
Template::Template(Template&& other) noexcept = default;
Template& Template::operator=(Template&& other) noexcept = default;
Template::~Template() = default;

Result<Template> Template::parse(std::string_view source) {
  TENON_TRY_ASSIGN(std::unique_ptr<Tree> tree, jinja::parse(source));
  return Template(std::move(tree));
}

Result<std::string> Template::render(const Json& context, std::chrono::sys_seconds now,
                                     const RenderLimits& limits) const {
  const int64_t given = size_of(context);
  Interpreter interpreter({limits.steps + 64 * given, limits.bytes + 64 * given}, now);
  return interpreter.run(*tree_, context);
}

}  // namespace tenon::text::jinja
