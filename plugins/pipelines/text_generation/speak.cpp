// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/text_generation/speak.h"

namespace tenon::text_generation {

Speaker::Speaker(const Request& request, const text::Tokenizer& tokenizer,
                 const tenon_event_sink& events)
    : request_(request),
      tokenizer_(tokenizer),
      events_(events),
      detokenizer_(tokenizer, {.special = request.shows_special}),
      stops_(request.stops) {}

Json Speaker::event_of(const text::Choice& choice, std::string_view text) const {
  Json event = Json::object({{"event", "token"}, {"token", choice.id}, {"text", text}});
  if (request_.sampler.logprobs < 0) return event;
  Json top = Json::array();
  for (const auto& [id, logprob] : choice.top) {
    top.push(
        Json::object({{"token", id}, {"piece", tokenizer_.spelling(id)}, {"logprob", logprob}}));
  }
  event.set("logprob", choice.logprob).set("top", std::move(top));
  return event;
}

Status Speaker::say(const text::Choice& choice) {
  ids_.push_back(choice.id);
  const std::string shown = stops_.push(detokenizer_.push(choice.id));
  text_ += shown;
  return text::send(events_, event_of(choice, shown));
}

Status Speaker::finish() {
  std::string rest = ended() ? std::string() : stops_.push(detokenizer_.finish());
  rest += stops_.finish();
  if (rest.empty()) return {};
  text_ += rest;
  return text::send(events_, Json::object({{"event", "text"}, {"text", rest}}));
}

}  // namespace tenon::text_generation
