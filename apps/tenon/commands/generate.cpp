// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/profile.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/texts/builtin.h"
#include "apps/tenon/texts/model.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <utility>

namespace tenon::cli {

namespace {

constexpr std::string_view story_prompt = "Once upon a time";
constexpr double story_temperature = 0.8;

struct Wanted {
  std::string model = std::string(builtin_story);
  std::optional<std::string> prompt;
};

bool has_piped_input() {
  struct stat facts {};
  return fstat(STDIN_FILENO, &facts) == 0 && (S_ISFIFO(facts.st_mode) || S_ISREG(facts.st_mode));
}

// A lone word that exists as a file, or names a built-in model, is the model.
bool names_a_model(const std::string& word) {
  std::error_code error;
  return word.starts_with(builtin_prefix) || std::filesystem::exists(word, error);
}

// A prompt from a file or a pipe, without the newline that ends it.
Result<std::string> prompt_from(const std::string& path) {
  TENON_TRY_ASSIGN(std::string text, read_text(path));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<Wanted> wanted_of(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.operands();
  Wanted wanted;
  const bool has_model = words.size() == 2 || (words.size() == 1 && names_a_model(words[0]));
  if (has_model) wanted.model = words[0];
  if (wanted.model.starts_with(builtin_prefix)) TENON_TRY(builtin_model(wanted.model).status());
  if (words.size() > (has_model ? 1 : 0)) wanted.prompt = words.back();
  if (arguments.has("file")) {
    if (wanted.prompt) return invalid("a PROMPT and --file cannot be given together");
    TENON_TRY_ASSIGN(wanted.prompt, prompt_from(arguments.text("file")));
  }
  if (!wanted.prompt && has_piped_input()) {
    TENON_TRY_ASSIGN(std::string text, prompt_from("-"));
    if (!text.empty()) wanted.prompt = std::move(text);
  }
  const bool talks = arguments.has("chat") && isatty(STDIN_FILENO) == 1;
  if (wanted.prompt || talks) return wanted;
  if (wanted.model != builtin_story) {
    return invalid("PROMPT is missing: what the text begins with");
  }
  wanted.prompt = story_prompt;
  return wanted;
}

Json request_of(const Arguments& arguments, const std::string& model) {
  Json request = Json::object();
  for (const auto& [flag, key] : {std::pair{"temp", "temperature"},
                                  {"top-p", "top_p"},
                                  {"min-p", "min_p"},
                                  {"typical-p", "typical_p"},
                                  {"repeat-penalty", "repetition_penalty"},
                                  {"presence-penalty", "presence_penalty"},
                                  {"frequency-penalty", "frequency_penalty"}}) {
    if (arguments.has(flag)) request.set(key, arguments.number(flag));
  }
  for (const auto& [flag, key] : {std::pair{"tokens", "max_tokens"},
                                  {"top-k", "top_k"},
                                  {"seed", "seed"},
                                  {"logprobs", "logprobs"},
                                  {"beams", "num_beams"}}) {
    if (arguments.has(flag)) request.set(key, arguments.integer(flag));
  }
  if (model == builtin_story && !arguments.has("temp")) {
    request.set("temperature", story_temperature);
  }
  Json stops = Json::array();
  for (const std::string& stop : arguments.all("stop")) stops.push(stop);
  request.set("stop", std::move(stops));
  if (arguments.has("chat-template")) request.set("chat_template", arguments.text("chat-template"));
  if (arguments.has("ignore-eos")) request.set("ignore_eos", true);
  if (arguments.has("special")) request.set("special", true);
  return request;
}

// What a model writes, without what would steer the terminal.
std::string shown(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 || c == '\n' || c == '\t') safe += c;
  }
  return isatty(STDOUT_FILENO) == 1 ? safe : std::string(text);
}

// How exactly it was computed, where that is not told by the reference.
std::string precision_of(const TextModel& opened) {
  const auto about = attempt([&] { return opened.session.describe(); });
  const auto facts = about.ok() ? parse_json(*about) : Json::object();
  if (!facts.ok() || facts->text("precision") != "fast") return {};
  return fmt::format("; fast precision, states {}", facts->text("states", "none"));
}

std::string last_line(const Json& result, const std::string& precision) {
  const Json* timings = result.find("timings");
  const Json none = Json::object();
  const Json& times = timings == nullptr ? none : *timings;
  const std::string_view reason = result.text("finish_reason");
  return fmt::format(
      "prompt: {} tokens, {:.1f} tokens/s; text: {} tokens, {:.1f} tokens/s; first token after "
      "{:.0f} ms{}{}\n",
      times.integer("prompt_tokens", 0), times.number("prompt_tokens_per_second", 0),
      times.integer("tokens", 0), times.number("tokens_per_second", 0),
      times.number("first_token_ms", 0),
      reason == "length" ? "; cut at its length" : (reason == "cancelled" ? "; cancelled" : ""),
      precision);
}

struct Answer {
  std::string text;
  bool cancelled = false;
};

// One text, as it comes, behind what it begins with.
Result<Answer> say(TextModel& opened, const Json& request, const Arguments& arguments,
                   std::string before) {
  Answer answer;
  const bool as_json = arguments.has("json");
  bool ends_line = true;
  Json probabilities = Json::array();
  TENON_TRY(run_text_task(opened, "text-generation", request, [&](const Json& event) -> Status {
    print(std::exchange(before, {}));
    if (event.text("event") != "result") {
      if (const Json* logprob = event.find("logprob")) {
        probabilities.push(Json::object({{"token", event.integer("token", -1)},
                                         {"logprob", *logprob},
                                         {"top", event.array("top")}}));
      }
      const std::string text = shown(event.text("text"));
      if (as_json || text.empty()) return {};
      ends_line = text.back() == '\n';
      print(text);
      return std::fflush(stdout) == 0 ? Status() : io_error("standard output is closed");
    }
    answer.text = event.text("text");
    answer.cancelled = event.text("finish_reason") == "cancelled";
    Json record = Json::object();
    for (const auto& [name, value] : event.members()) {
      if (name != "event") record.set(name, value);
    }
    if (arguments.has("logprobs")) record.set("logprobs", probabilities);
    print(as_json ? record.dump() + "\n" : (ends_line ? "" : "\n"));
    std::fflush(stdout);
    if (!as_json) std::fputs(last_line(event, precision_of(opened)).c_str(), stderr);
    return {};
  }));
  return answer;
}

Json message(std::string_view role, std::string_view text) {
  return Json::object({{"role", role}, {"content", text}});
}

// Questions from the terminal, answers to it, until the input ends.
Result<Exit> talk(TextModel& opened, Json request, const Arguments& arguments) {
  Json messages = Json::array();
  if (arguments.has("system")) messages.push(message("system", arguments.text("system")));
  std::string line;
  while (std::fputs("> ", stderr) >= 0 && std::getline(std::cin, line)) {
    if (line.empty()) continue;
    messages.push(message("user", line));
    request.set("messages", messages);
    TENON_TRY_ASSIGN(const Answer answer, say(opened, request, arguments, {}));
    if (answer.cancelled) return Exit::cancelled;
    messages.push(message("assistant", answer.text));
  }
  std::fputs("\n", stderr);
  return Exit::ok;
}

Result<Exit> generate_text(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Wanted wanted, wanted_of(arguments));
  TENON_TRY_ASSIGN(TextModel opened, open_text_model(wanted.model, arguments));
  Json request = request_of(arguments, wanted.model);
  TENON_TRY(begin_profile(opened.engine, arguments));
  if (!wanted.prompt) {
    TENON_TRY_ASSIGN(const Exit exit, talk(opened, std::move(request), arguments));
    TENON_TRY(end_profile(opened.engine, arguments));
    return exit;
  }
  request.set("prompt", *wanted.prompt);
  if (arguments.has("chat")) request.set("chat", true);
  if (arguments.has("system")) request.set("system", arguments.text("system"));
  const bool echoes = !arguments.has("json") && !arguments.has("chat") && !arguments.has("system");
  TENON_TRY_ASSIGN(const Answer answer,
                   say(opened, request, arguments, echoes ? shown(*wanted.prompt) : std::string()));
  TENON_TRY(end_profile(opened.engine, arguments));
  return answer.cancelled ? Exit::cancelled : Exit::ok;
}

Flag number_flag(std::string_view name, std::string_view doc) {
  return {.name = name, .value = "X", .doc = doc, .kind = Flag::Kind::number};
}

Flag integer_flag(std::string_view name, char letter, std::string_view doc) {
  return {.name = name, .letter = letter, .value = "N", .doc = doc, .kind = Flag::Kind::integer};
}

std::vector<Flag> generate_flags() {
  return with_text_model_flags({
      integer_flag("tokens", 'n', "at most N tokens (otherwise 512, or what the context leaves)"),
      {.name = "chat", .doc = "the prompt is a question; without one: a conversation"},
      {.name = "system", .value = "TEXT", .doc = "what the assistant is told first"},
      {.name = "chat-template",
       .value = "NAME|TEXT",
       .doc = "a known format or a template, instead of the model's"},
      {.name = "file",
       .letter = 'f',
       .value = "FILE",
       .doc = "read the prompt from a file, or -",
       .kind = Flag::Kind::file},
      number_flag("temp", "temperature; 0 takes the most probable token"),
      integer_flag("top-k", 0, "draw from the K most probable tokens"),
      number_flag("top-p", "draw from the most probable tokens that together reach X"),
      number_flag("min-p", "draw from tokens at least X times as probable as the best"),
      number_flag("typical-p", "draw from the least surprising tokens that together reach X"),
      number_flag("repeat-penalty", "divide what prompt and text have already"),
      number_flag("presence-penalty", "take X off what the text has"),
      number_flag("frequency-penalty", "take X off for each time that the text has it"),
      integer_flag("seed", 0, "draw the same tokens again"),
      {.name = "stop", .value = "TEXT", .doc = "end the text before this", .repeated = true},
      integer_flag("beams", 0, "follow N texts and give the most probable"),
      integer_flag("logprobs", 0, "with --json: N alternatives to each token"),
      {.name = "ignore-eos", .doc = "go on where the model would end"},
      {.name = "special", .doc = "print control tokens"},
      profile_flag(),
      {.name = "json", .doc = "one JSON object for programs"},
  });
}

}  // namespace

namespace commands {

Command generate();
Command generate() {
  return {
      .name = "generate",
      .doc = "continues a text or answers a question, token by token",
      .operands = {{"MODEL", "a model's file or directory, or builtin:story", false},
                   {"PROMPT", "what the text begins with", false}},
      .flags = generate_flags(),
      .more =
          "One word alone is the MODEL if it exists or begins with builtin:, else the PROMPT.\n"
          "Without a model, a small one inside the program tells a story. The text goes to\n"
          "standard output, all else to standard error. Ctrl-C ends the text, twice the "
          "program.",
      .run = generate_text,
  };
}

}  // namespace commands

}  // namespace tenon::cli
