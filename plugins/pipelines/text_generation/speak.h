// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/pipelines/text_generation/request.h"
#include "sampling/sampler.h"
#include "sampling/stop.h"
#include "tokenizer.h"

#include "host/task.h"

// Tokens as events: text leaves as soon as it is clear that no stop text begins in it. One thread
// at a time.
namespace tenon::text_generation {

class Speaker {
 public:
  // Borrows all.
  Speaker(const Request& request, const text::Tokenizer& tokenizer, const tenon_event_sink& events);

  // Takes a token and sends its event. Afterwards ended() says whether a stop text came.
  Status say(const text::Choice& choice);
  // Sends what was held back.
  Status finish();

  bool ended() const { return stops_.stopped().has_value(); }
  const std::string& text() const { return text_; }
  const std::vector<int32_t>& ids() const { return ids_; }

 private:
  Json event_of(const text::Choice& choice, std::string_view text) const;

  const Request& request_;
  const text::Tokenizer& tokenizer_;
  const tenon_event_sink& events_;
  text::Detokenizer detokenizer_;
  text::StopStrings stops_;
  std::string text_;
  std::vector<int32_t> ids_;
};

}  // namespace tenon::text_generation
