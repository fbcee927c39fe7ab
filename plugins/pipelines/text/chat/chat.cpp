// SPDX-License-Identifier: Apache-2.0
#include "chat/chat.h"

#include "jinja/utf8.h"

namespace tenon::text {

namespace {

Json message(std::string_view role, Json content) {
  return Json::object({{"role", role}, {"content", std::move(content)}});
}

// The text parts of a message's content, one after the other.
std::string joined(const Json& content) {
  if (const auto text = content.text()) return std::string(*text);
  std::string made;
  for (const Json& part : content.array_items()) {
    if (const auto text = part.text()) made += *text;
    made += part.text("text");
  }
  return made;
}

Json text_parts(std::string_view text) {
  return Json::array({Json::object({{"type", "text"}, {"text", text}})});
}

bool is_role(const Json& message, std::string_view role) { return message.text("role") == role; }

bool any_parts(const Json& messages) {
  for (const Json& row : messages.array_items()) {
    if (row.find("content") != nullptr && row.find("content")->is_array()) return true;
  }
  return false;
}

// Arguments of tool calls that are JSON text become what they say: templates print them as JSON.
Json with_parsed_arguments(const Json& row) {
  const Json* calls = row.find("tool_calls");
  if (calls == nullptr || !calls->is_array()) return row;
  Json made = Json::array();
  for (Json call : calls->array_items()) {
    const Json* function = call.find("function");
    const Json* arguments = function == nullptr ? nullptr : function->find("arguments");
    if (arguments != nullptr && arguments->is_text() && !arguments->text()->empty()) {
      if (auto parsed = parse_json(*arguments->text()); parsed.ok()) {
        Json changed = *function;
        changed.set("arguments", std::move(*parsed));
        call.set("function", std::move(changed));
      }
    }
    made.push(std::move(call));
  }
  Json changed = row;
  changed.set("tool_calls", std::move(made));
  return changed;
}

template <class F>
Json each(const Json& messages, F&& change) {
  Json made = Json::array();
  for (const Json& row : messages.array_items()) made.push(change(row));
  return made;
}

Json with_joined_parts(const Json& row) {
  const Json* content = row.find("content");
  if (content == nullptr || !content->is_array()) return row;
  Json changed = row;
  changed.set("content", joined(*content));
  return changed;
}

Json with_parts(const Json& row) {
  const Json* content = row.find("content");
  if (content == nullptr || !content->is_text()) return row;
  Json changed = row;
  changed.set("content", text_parts(*content->text()));
  return changed;
}

// `text` at the beginning of the first message of a role; a message of its own when there is none.
Json with_text_before(const Json& messages, std::string_view role, const std::string& text) {
  Json made = Json::array();
  bool placed = false;
  for (const Json& row : messages.array_items()) {
    Json changed = row;
    if (!placed && is_role(row, role)) {
      const std::string old = row.find("content") != nullptr ? joined(*row.find("content")) : "";
      changed.set("content", old.empty() ? text : text + "\n\n" + old);
      placed = true;
    }
    made.push(std::move(changed));
  }
  if (placed) return made;
  Json before = Json::array({message(role, text)});
  for (const Json& row : messages.array_items()) before.push(row);
  return before;
}

// System messages in front of the others go into the first one of the user.
Json without_system(const Json& messages) {
  std::string text;
  Json rest = Json::array();
  for (const Json& row : messages.array_items()) {
    if (!is_role(row, "system")) {
      rest.push(row);
      continue;
    }
    if (!text.empty()) text += "\n\n";
    if (row.find("content") != nullptr) text += joined(*row.find("content"));
  }
  return text.empty() ? rest : with_text_before(rest, "user", text);
}

std::string described(const Json& tools) {
  std::string text =
      "You can call these functions. To call one, answer with a JSON object of its name and "
      "arguments:";
  for (const Json& tool : tools.array_items()) text += "\n" + tool.dump();
  return text;
}

// The text up to the end of the last message's content.
Result<std::string> cut_after(std::string text, const Json& messages) {
  if (messages.array_items().empty()) return text;
  const Json* content = messages.array_items().back().find("content");
  const std::string last = content == nullptr ? "" : joined(*content);
  const std::string_view core = jinja::strip(last);
  const size_t at = text.rfind(core);
  if (core.empty() || at == text.npos) {
    return invalid("the chat cannot go on: the template does not show its last message");
  }
  const std::string_view tail = jinja::strip_left(last);
  const bool whole = std::string_view(text).substr(at).starts_with(tail);
  text.resize(at + (whole ? tail.size() : core.size()));
  return text;
}

}  // namespace

Result<ChatTemplate> ChatTemplate::parse(std::string_view source, Json tokens) {
  TENON_TRY_ASSIGN(jinja::Template parsed, jinja::Template::parse(source));
  return ChatTemplate(std::move(parsed), std::move(tokens));
}

Result<std::string> ChatTemplate::render_as_is(const Chat& chat, const Json& messages) const {
  Json context = tokens_;
  context.set("messages", messages).set("tools", chat.tools).set("documents", chat.documents);
  context.set("add_generation_prompt", chat.asks_for_answer && !chat.goes_on);
  for (const auto& [name, value] : chat.more.members()) context.set(name, value);
  return template_.render(context, chat.now);
}

// Whether a small chat shows a word that stands in it.
bool ChatTemplate::shows(const Json& messages, const Json& tools, std::string_view what) const {
  Chat chat;
  chat.tools = tools;
  const auto text = render_as_is(chat, messages);
  return text.ok() && text->find(what) != text->npos && text->find("'type'") == text->npos;
}

Json ChatTemplate::adapted(const Chat& chat) const {
  constexpr std::string_view word = "Qv7kZ";
  Json messages = each(chat.messages, with_parsed_arguments);
  const Json user = message("user", word);
  const Json parts = message("user", text_parts(word));
  const bool reads_text = shows(Json::array({user}), nullptr, word);
  const bool reads_parts = shows(Json::array({parts}), nullptr, word);
  const Json tool = Json::object(
      {{"type", "function"},
       {"function", Json::object({{"name", word},
                                  {"description", "d"},
                                  {"parameters", Json::object({{"type", "object"},
                                                               {"properties", Json::object()},
                                                               {"required", Json::array()}})}})}});
  const Json question = message("user", reads_text ? Json("q") : text_parts("q"));
  const bool has_tools = !chat.tools.array_items().empty();
  if (has_tools && !shows(Json::array({question}), Json::array({tool}), word)) {
    messages = with_text_before(messages, "system", described(chat.tools));
  }
  const bool has_system =
      !messages.array_items().empty() && is_role(messages.array_items().front(), "system");
  const Json system = message("system", reads_text ? Json(word) : text_parts(word));
  if (has_system && !shows(Json::array({system, question}), nullptr, word)) {
    messages = without_system(messages);
  }
  if (any_parts(messages) && !reads_parts && reads_text) {
    messages = each(messages, with_joined_parts);
  }
  if (!reads_text && reads_parts) messages = each(messages, with_parts);
  return messages;
}

Result<std::string> ChatTemplate::render(const Chat& chat) const {
  if (!chat.messages.is_array()) {
    return invalid("messages: {}, expected an array", chat.messages.kind());
  }
  for (const Json& row : chat.messages.array_items()) {
    if (row.find("role") == nullptr || !row.find("role")->is_text()) {
      return invalid("messages: {}, expected {{\"role\": ..., \"content\": ...}}", row.dump());
    }
  }
  const Json messages = adapted(chat);
  auto text = render_as_is(chat, messages);
  if (!text.ok()) return text.status().at("chat template");
  return chat.goes_on ? cut_after(std::move(*text), messages) : text;
}

}  // namespace tenon::text
