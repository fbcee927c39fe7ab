// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/tokenize/tokenize.h"

#include "host/files.h"

namespace tenon::tokenizing {

namespace {

Status send_ids(const text::Tokenizer& tokenizer, const Json& request, const Json& input,
                int64_t index, const tenon_event_sink& events) {
  const auto text = input.text();
  if (!text) return invalid("\"input\": {}, expected a text", input.kind());
  const text::EncodeOptions options = {.special = request.boolean("special", true),
                                       .parse_special = request.boolean("parse_special", true)};
  TENON_TRY_ASSIGN(const std::vector<int32_t> ids, tokenizer.encode(*text, options));
  Json event = Json::object({{"event", "result"}, {"index", index}, {"ids", Json::array()}});
  Json list = Json::array();
  Json pieces = Json::array();
  for (const int32_t id : ids) {
    list.push(id);
    const std::string piece = tokenizer.piece(id);
    pieces.push(is_utf8(piece) ? piece : std::string(tokenizer.spelling(id)));
  }
  event.set("ids", std::move(list));
  if (request.boolean("pieces", false)) event.set("pieces", std::move(pieces));
  return text::send(events, event);
}

Status send_text(const text::Tokenizer& tokenizer, const Json& request, const Json& ids,
                 const tenon_event_sink& events) {
  std::vector<int32_t> given;
  for (const Json& id : ids.array_items()) {
    const auto number = id.integer();
    if (!number || *number < 0 || *number >= tokenizer.size()) {
      return invalid("\"ids\": {}, the tokenizer has {} tokens", id.dump(), tokenizer.size());
    }
    given.push_back(static_cast<int32_t>(*number));
  }
  const text::DecodeOptions options = {.special = request.boolean("special", true)};
  return text::send(
      events, Json::object({{"event", "result"}, {"text", tokenizer.decode(given, options)}}));
}

}  // namespace

Status tokenize(const text::Host& host, const tenon_request& request,
                const tenon_event_sink& events) {
  constexpr std::string_view known[] = {"input", "ids", "special", "parse_special", "pieces"};
  const text::HostFiles files(host, request);
  TENON_TRY_ASSIGN(const Json parameters, text::parameters_of(request));
  TENON_TRY(text::expect_keys(parameters, known));
  TENON_TRY_ASSIGN(const auto tokenizer, text::open_tokenizer(files));
  if (const Json* ids = parameters.find("ids")) {
    return send_text(*tokenizer, parameters, *ids, events);
  }
  const Json* input = parameters.find("input");
  if (input == nullptr) return invalid("request: expected \"input\" or \"ids\"");
  if (!input->is_array()) return send_ids(*tokenizer, parameters, *input, 0, events);
  int64_t index = 0;
  for (const Json& text : input->array_items()) {
    TENON_TRY(send_ids(*tokenizer, parameters, text, index++, events));
  }
  return {};
}

}  // namespace tenon::tokenizing
