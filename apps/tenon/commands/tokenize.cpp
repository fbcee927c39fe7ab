// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/texts/model.h"

namespace tenon::cli {

namespace {

// What is to become tokens: a text, or the texts of a JSON array.
Result<Json> input_of(const Arguments& arguments) {
  const bool has_text = arguments.operands().size() > 1;
  const int sources =
      (has_text ? 1 : 0) + (arguments.has("file") ? 1 : 0) + (arguments.has("json-lines") ? 1 : 0);
  if (sources > 1) return invalid("TEXT, --file and --json-lines cannot be given together");
  if (sources == 0) return invalid("TEXT is missing: what becomes tokens");
  if (has_text) return Json(arguments.operands()[1]);
  if (arguments.has("file")) {
    TENON_TRY_ASSIGN(std::string text, read_text(arguments.text("file")));
    return Json(std::move(text));
  }
  const std::string path = arguments.text("json-lines");
  TENON_TRY_ASSIGN(const std::string text, read_text(path));
  auto texts = parse_json(text);
  if (!texts.ok()) return invalid("{}: {}", path, texts.status().message());
  if (!texts->is_array()) {
    return invalid("{}: {}, expected an array of texts", path, texts->kind());
  }
  return texts;
}

std::string piece_lines(const Json& event) {
  Table table;
  const auto& pieces = event.array("pieces");
  for (size_t i = 0; i < pieces.size(); ++i) {
    table.push_back({event.array("ids")[i].dump(), pieces[i].dump()});
  }
  return aligned(table);
}

Result<Exit> tokenize_text(const Arguments& arguments) {
  TENON_TRY_ASSIGN(Json input, input_of(arguments));
  TENON_TRY_ASSIGN(const TokenizerFiles files, tokenizer_files(arguments.operands().front()));
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  Json request = Json::object();
  request.set("input", std::move(input)).set("special", !arguments.has("no-special"));
  request.set("pieces", arguments.has("pieces"));
  const std::vector<tenon_part> parts = files.views();
  TENON_TRY_ASSIGN(const std::vector<std::string> events, attempt([&] {
                     return engine.task("tokenize", request.dump(), parts, interrupted());
                   }));
  for (const std::string& text : events) {
    TENON_TRY_ASSIGN(const Json event, parse_json(text));
    if (arguments.has("count")) {
      print(fmt::format("{}\n", event.array("ids").size()));
    } else if (arguments.has("pieces")) {
      print(piece_lines(event));
    } else {
      print(event.find("ids")->dump() + "\n");
    }
  }
  return Exit::ok;
}

}  // namespace

namespace commands {

Command tokenize();
Command tokenize() {
  return {
      .name = "tokenize",
      .doc = "prints the tokens of a text",
      .operands = {{"MODEL", "a model, a directory, tokenizer.json, *.model, a GGUF file"},
                   {"TEXT", "what becomes tokens", false}},
      .flags = with_engine_flags({
          {.name = "file",
           .letter = 'f',
           .value = "FILE",
           .doc = "read the text from a file, or -",
           .kind = Flag::Kind::file},
          {.name = "json-lines",
           .value = "FILE",
           .doc = "a JSON array of texts; one array of ids is printed a line",
           .kind = Flag::Kind::file},
          {.name = "no-special", .doc = "without the tokens that begin or end a text"},
          {.name = "pieces", .doc = "a line for each token: its id and its text"},
          {.name = "count", .doc = "only how many there are"},
      }),
      .run = tokenize_text,
  };
}

}  // namespace commands

}  // namespace tenon::cli
