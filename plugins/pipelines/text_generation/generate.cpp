// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/text_generation/generate.h"

#include "host/pool.h"
#include "plugins/pipelines/text_generation/prompt.h"
#include "plugins/pipelines/text_generation/speak.h"

#include <algorithm>
#include <chrono>

namespace tenon::text_generation {

namespace {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double, std::milli>(end - begin).count();
}

// Everything that one text needs.
struct Setup {
  Request request;
  std::unique_ptr<text::Tokenizer> tokenizer;
  std::vector<int32_t> prompt;
  std::vector<int32_t> endings;
  bool has_encoder = false;
  int32_t first = 0;    // what the decoder of an encoder-decoder begins with
  size_t room = 0;      // tokens that may follow
  uint64_t tokens = 0;  // that all sequences hold together
  const tenon_cancel* cancel = nullptr;
};

struct Outcome {
  std::string_view reason = "length";
  Clock::time_point begin = Clock::now();
  Clock::time_point read;   // the prompt was
  Clock::time_point first;  // token was there
  Clock::time_point end;
  size_t tokens = 0;  // produced, the ending one included
};

// A cancelled text is no failure: what there is of it is the answer.
bool was_cancelled(const Status& status) { return status.code() == Code::cancelled; }

Result<Setup> set_up(const text::Host& host, const tenon_request& request) {
  const text::HostFiles files(host, request);
  Setup setup;
  setup.cancel = request.cancel;
  TENON_TRY_ASSIGN(const Json parameters, text::parameters_of(request));
  TENON_TRY_ASSIGN(const Json config, files.json("generation_config.json"));
  TENON_TRY_ASSIGN(setup.request, read_request(parameters, config));
  TENON_TRY_ASSIGN(const Json facts, text::facts_of(host));
  if (facts.text("kind") == "encoder") {
    return unsupported("the model is an encoder: it reads texts and writes none");
  }
  TENON_TRY_ASSIGN(setup.tokenizer, text::open_tokenizer(files));
  TENON_TRY_ASSIGN(setup.prompt, prompt_ids(setup.request, files, *setup.tokenizer));
  setup.endings = ending_ids(*setup.tokenizer, config);
  setup.has_encoder = facts.text("kind") == "encoder-decoder";
  const int64_t context = facts.integer("context", 0);
  TENON_TRY_ASSIGN(setup.room, setup.has_encoder
                                   ? room_beside(setup.prompt, context, setup.request.max_tokens)
                                   : room_behind(setup.prompt, context, setup.request.max_tokens));
  if (!setup.has_encoder && parameters.find("num_beams") == nullptr) setup.request.beams = 1;
  if (setup.has_encoder) {
    const Json* generate = facts.find("generate");
    const Json* start = generate == nullptr ? nullptr : generate->find("start");
    setup.first = static_cast<int32_t>(start == nullptr ? 0 : start->integer().value_or(0));
  }
  setup.tokens = (setup.prompt.size() + setup.room + 1) *
                 static_cast<uint64_t>(std::max<int64_t>(setup.request.beams, 1));
  return setup;
}

// Text by text of one sequence.
class Writer {
 public:
  Writer(const Setup& setup, text::Pool& pool, uint32_t sequence, Speaker& speaker)
      : setup_(setup), pool_(pool), sequence_(sequence), speaker_(speaker) {}

  Status write(Outcome& outcome) {
    const Status status = tokens(outcome);
    outcome.end = Clock::now();
    if (was_cancelled(status) || (!status.ok() && text::is_cancelled(setup_.cancel))) {
      outcome.reason = "cancelled";
      return {};
    }
    return status;
  }

 private:
  Status read_prompt(std::vector<float>& logits) {
    if (!setup_.has_encoder) return pool_.append(sequence_, setup_.prompt, logits);
    TENON_TRY(pool_.encode(sequence_, setup_.prompt));
    return pool_.append(sequence_, {&setup_.first, 1}, logits);
  }

  Status tokens(Outcome& outcome) {
    std::vector<float> logits;
    if (setup_.room == 0) return {};
    TENON_TRY(read_prompt(logits));
    outcome.read = Clock::now();
    text::Sampler sampler(setup_.request.sampler, setup_.prompt);
    while (outcome.tokens < setup_.room) {
      TENON_TRY_ASSIGN(const text::Choice choice, sampler.choose(logits));
      if (++outcome.tokens == 1) outcome.first = Clock::now();
      const bool ends = std::ranges::binary_search(setup_.endings, choice.id);
      if (ends && !setup_.request.ignores_end) {
        outcome.reason = "stop";
        return {};
      }
      TENON_TRY(speaker_.say(choice));
      if (speaker_.ended()) {
        outcome.reason = "stop";
        return {};
      }
      if (outcome.tokens == setup_.room) return {};
      sampler.accept(choice.id);
      TENON_TRY(pool_.append(sequence_, {&choice.id, 1}, logits));
    }
    return {};
  }

  const Setup& setup_;
  text::Pool& pool_;
  uint32_t sequence_;
  Speaker& speaker_;
};

// The best of several texts, told when it is whole.
Status search(const Setup& setup, text::Pool& pool, uint32_t sequence, Speaker& speaker,
              Outcome& outcome) {
  int32_t first = setup.first;
  if (setup.has_encoder) {
    TENON_TRY(pool.encode(sequence, setup.prompt));
  } else {
    first = setup.prompt.back();
    std::vector<float> logits;
    const std::span<const int32_t> before(setup.prompt.data(), setup.prompt.size() - 1);
    if (!before.empty()) TENON_TRY(pool.append(sequence, before, logits));
  }
  outcome.read = outcome.first = Clock::now();
  text::PoolBeams beams(pool);
  TENON_TRY_ASSIGN(const std::vector<text::BeamText> texts,
                   text::beam_search(beams, sequence, first,
                                     {.beams = static_cast<size_t>(setup.request.beams),
                                      .results = 1,
                                      .max_tokens = setup.room,
                                      .length_penalty = setup.request.length_penalty,
                                      .early_stopping = false,
                                      .end = setup.endings}));
  for (const int32_t id : texts.front().ids) {
    ++outcome.tokens;
    if (std::ranges::binary_search(setup.endings, id)) break;
    if (!speaker.ended()) TENON_TRY(speaker.say({id, 0, {}}));
  }
  if (texts.front().ended || speaker.ended()) outcome.reason = "stop";
  outcome.end = Clock::now();
  return {};
}

Json ids_json(const std::vector<int32_t>& ids) {
  Json made = Json::array();
  for (const int32_t id : ids) made.push(id);
  return made;
}

double per_second(double count, double ms) { return ms > 0 ? count * 1000 / ms : 0; }

Json timings_of(const Setup& setup, const Outcome& outcome) {
  const auto prompt = static_cast<double>(setup.prompt.size());
  const auto later = static_cast<double>(outcome.tokens > 1 ? outcome.tokens - 1 : 0);
  const bool was_read = outcome.read != Clock::time_point();
  const bool has_first = outcome.tokens > 0;
  const double prompt_ms = was_read ? ms_between(outcome.begin, outcome.read) : 0;
  const double decode_ms = has_first ? ms_between(outcome.first, outcome.end) : 0;
  return Json::object(
      {{"prompt_tokens", static_cast<int64_t>(setup.prompt.size())},
       {"prompt_ms", prompt_ms},
       {"prompt_tokens_per_second", per_second(prompt, prompt_ms)},
       {"tokens", static_cast<int64_t>(outcome.tokens)},
       {"decode_ms", decode_ms},
       {"tokens_per_second", per_second(later, decode_ms)},
       {"first_token_ms", has_first ? ms_between(outcome.begin, outcome.first) : 0.0}});
}

}  // namespace

Status generate(const text::Host& host, const tenon_request& request,
                const tenon_event_sink& events) {
  Outcome outcome;
  TENON_TRY_ASSIGN(const Setup setup, set_up(host, request));
  const auto beams = static_cast<uint32_t>(setup.request.beams);
  TENON_TRY_ASSIGN(text::Pool pool, text::Pool::open(host, setup.tokens, beams, request.cancel));
  TENON_TRY_ASSIGN(const uint32_t sequence, pool.create());
  outcome.begin = Clock::now();
  Speaker speaker(setup.request, *setup.tokenizer, events);
  if (beams > 1) {
    TENON_TRY(search(setup, pool, sequence, speaker, outcome));
  } else {
    TENON_TRY(Writer(setup, pool, sequence, speaker).write(outcome));
  }
  TENON_TRY(speaker.finish());
  return text::send(events,
                    Json::object({{"event", "result"},
                                  {"prompt_ids", ids_json(setup.prompt)},
                                  {"ids", ids_json(speaker.ids())},
                                  {"text", speaker.text()},
                                  {"finish_reason", outcome.reason},
                                  {"seed", static_cast<int64_t>(setup.request.sampler.seed)},
                                  {"timings", timings_of(setup, outcome)}}));
}

}  // namespace tenon::text_generation
