// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/profile.h"
#include "apps/tenon/bench/limits.h"
#include "apps/tenon/bench/texts.h"

#include <filesystem>

namespace tenon::cli {

namespace {

Status check_words(const Arguments& arguments) {
  const auto one_of = [&](std::string_view flag, std::initializer_list<std::string_view> words) {
    const std::string value = arguments.text(flag);
    std::string known;
    for (const std::string_view word : words) {
      if (value == word) return Status();
      known += (known.empty() ? "" : " or ") + std::string(word);
    }
    return invalid("--{}: \"{}\", expected {}", flag, value, known);
  };
  TENON_TRY(one_of("precision", {"auto", "exact", "fast"}));
  TENON_TRY(one_of("hint", {"latency", "throughput"}));
  TENON_TRY(bench::check_lists(arguments));
  if (arguments.operands().size() < 2) return {};
  const std::string& phase = arguments.operands()[1];
  if (!arguments.has("paced")) return invalid("\"{}\": a phase is for --paced", phase);
  for (const std::string_view known : {"create", "pp", "tg"}) {
    if (phase == known) return {};
  }
  return invalid("--paced: \"{}\", expected create, pp or tg", phase);
}

Result<Exit> bench_model(const Arguments& arguments) {
  TENON_TRY(check_words(arguments));
  const auto& words = arguments.operands();
  std::error_code none;
  if (words.front() == "limits" && !std::filesystem::exists("limits", none)) {
    return bench::bench_limits(arguments);
  }
  if (words.size() > 1 && words[1] == "create") return bench::pace_creations(arguments);
  TENON_TRY_ASSIGN(bench::Subject subject, bench::open_subject(arguments));
  TENON_TRY_ASSIGN(const bool texts, bench::is_about_texts(subject.model, arguments));
  return texts ? bench::bench_texts(subject, arguments) : bench::bench_graph(subject, arguments);
}

Flag number_flag(std::string_view name, std::string_view otherwise, std::string_view doc) {
  return {
      .name = name, .value = "X", .doc = doc, .kind = Flag::Kind::number, .otherwise = otherwise};
}

Flag list_flag(std::string_view name, char letter, std::string_view otherwise,
               std::string_view doc) {
  return {.name = name, .letter = letter, .value = "N[,N]", .doc = doc, .otherwise = otherwise};
}

std::vector<Flag> bench_flags() {
  return with_session_flags({
      list_flag("prompt", 'p', "512", "texts: tokens of a prompt, 0: none (pp)"),
      list_flag("gen", 'n', "128", "texts: tokens made one at a time, 0: none (tg)"),
      list_flag("depth", 0, "0", "texts: tokens that are there before"),
      list_flag("batch", 'b', "512", "texts: tokens of a prompt that are read at once"),
      list_flag("sequences", 0, "1", "texts: so many side by side"),
      {.name = "repeat",
       .letter = 'r',
       .value = "N",
       .doc = "texts: runs of each test",
       .kind = Flag::Kind::integer,
       .otherwise = "5"},
      {.name = "inputs",
       .value = "DIR|random",
       .doc = "graphs: a folder with input_0.pb or test_data_set_0",
       .otherwise = "random"},
      {.name = "input",
       .letter = 'i',
       .value = "[NAME=]VALUE",
       .doc = "as in tenon run",
       .repeated = true},
      {.name = "shape",
       .value = "INPUT=N,N",
       .doc = "shape of a random input; free sizes are 1 otherwise",
       .repeated = true},
      {.name = "hint",
       .value = "latency|throughput",
       .doc = "throughput: as many sessions side by side as there are threads",
       .otherwise = "latency"},
      number_flag("seconds", "5", "graphs: length of the timed part"),
      number_flag("warm", "1", "graphs: length of the warm-up"),
      number_flag("slice-ms", "20", "graphs: length of one slice"),
      {.name = "creations",
       .value = "N",
       .doc = "make the session so often; the median leaves out the first",
       .kind = Flag::Kind::integer,
       .otherwise = "1"},
      {.name = "paced", .doc = "one slice for each line of standard input"},
      {.name = "ops", .doc = "where the time goes, by operator, beside the machine's limit"},
      {.name = "nodes", .doc = "the same by node"},
      profile_flag(),
      size_flag(),
      fixed_input_flag(),
      {.name = "loader", .value = "ID", .doc = "read the file with this loader"},
      {.name = "md", .doc = "a table in Markdown"},
      {.name = "csv", .doc = "comma-separated values"},
      {.name = "json", .doc = "JSON for programs"},
  });
}

}  // namespace

namespace commands {

Command bench();
Command bench() {
  return {
      .name = "bench",
      .doc = "times a model: tokens a second of texts, or runs of a graph",
      .operands = {{"MODEL", "a model's file or directory, or limits: what this machine can do"},
                   {"PHASE", "with --paced: create, or pp or tg of texts", false}},
      .flags = bench_flags(),
      .more =
          "Decoders in files of weights are timed as texts, everything else as graphs; any of\n"
          "-p, -n, --depth, --sequences and a PHASE pp or tg asks for texts.",
      .run = bench_model,
  };
}

}  // namespace commands

}  // namespace tenon::cli
