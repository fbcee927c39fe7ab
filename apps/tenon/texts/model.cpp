// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/texts/model.h"

#include "apps/tenon/base/cancel.h"
#include "apps/tenon/files/file.h"
#include "apps/tenon/texts/builtin.h"

#include <cstdio>
#include <exception>
#include <functional>

namespace tenon::cli {

namespace {

constexpr uint64_t most_text_bytes = uint64_t{64} << 20;

Result<Model> load(const Engine& engine, const std::string& path, const Arguments& arguments) {
  if (!path.starts_with(builtin_prefix)) return load_model(engine, path, arguments);
  TENON_TRY_ASSIGN(const auto bytes, builtin_model(path));
  return attempt(
      [&] { return engine.load_memory(bytes, std::string(story_file), {}, interrupted()); });
}

struct Listener {
  const std::function<Status(const Json&)>& event;
  Status status;
};

tenon_status listen(void* context, tenon_str json) {
  auto& listener = *static_cast<Listener*>(context);
  const auto event = parse_json(to_view(json));
  listener.status = event.ok() ? listener.event(*event) : event.status();
  return static_cast<tenon_status>(listener.status.code());
}

}  // namespace

std::vector<Flag> with_text_model_flags(std::vector<Flag> flags) {
  flags.push_back({.name = "tokenizer",
                   .value = "PATH",
                   .doc = "a tokenizer's file or directory, instead of the model's own",
                   .kind = Flag::Kind::file});
  flags.push_back({.name = "loader", .value = "ID", .doc = "read the file with this loader"});
  return with_session_flags(std::move(flags));
}

Result<TextModel> open_text_model(const std::string& path, const Arguments& arguments) {
  TokenizerFiles tokenizer;
  if (arguments.has("tokenizer")) {
    TENON_TRY_ASSIGN(tokenizer, tokenizer_files(arguments.text("tokenizer")));
  }
  TENON_TRY_ASSIGN(Engine engine, open_engine(arguments));
  TENON_TRY_ASSIGN(Model model, load(engine, path, arguments));
  auto session = attempt([&] {
    return model.session(arguments.text("device"), session_options(arguments), interrupted());
  });
  if (!session.ok()) return device_problem(model_problem(session.status()));
  return TextModel{std::move(engine), std::move(model), std::move(*session), std::move(tokenizer)};
}

Status run_text_task(TextModel& opened, const std::string& task, const Json& request,
                     const std::function<Status(const Json& event)>& event) {
  Listener listener{event, {}};
  const tenon_event_sink sink{&listener, listen};
  const std::vector<tenon_part> parts = opened.tokenizer.views();
  const auto done = attempt([&] {
    opened.session.task(task, request.dump(), parts, sink, interrupted());
    return true;
  });
  if (!listener.status.ok()) return listener.status;
  return done.status();
}

Result<std::string> read_text(const std::string& path) {
  if (path != "-") {
    TENON_TRY_ASSIGN(const auto bytes, files::read_file(path, most_text_bytes));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::string text;
  char block[4096];
  for (size_t got = 0; (got = std::fread(block, 1, sizeof block, stdin)) > 0;) {
    text.append(block, got);
    if (text.size() > most_text_bytes) {
      return invalid("standard input: more than {} bytes", most_text_bytes);
    }
  }
  return text;
}

}  // namespace tenon::cli
