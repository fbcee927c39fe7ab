// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/bars.h"
#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/profile.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/check/compare.h"
#include "apps/tenon/files/npz.h"
#include "apps/tenon/record/recording.h"
#include "apps/tenon/run/inputs.h"
#include "apps/tenon/run/outputs.h"
#include "apps/tenon/run/pictures.h"
#include "apps/tenon/run/placement.h"

#include <algorithm>
#include <chrono>

namespace tenon::cli {

namespace {

// A failure while placing or running is the caller's fault only if the caller gave the values.
Status run_problem(const Status& status, bool given) {
  return given ? status : model_problem(status);
}

// The picture files that were named, by -i or behind the model; none: tensors are meant.
Result<std::vector<std::string>> pictures_of(const Arguments& arguments,
                                             std::span<const Tensor> wanted) {
  std::vector<std::string> files(arguments.operands().begin() + 1, arguments.operands().end());
  const std::vector<std::string> typed = arguments.all("input");
  for (const std::string& word : typed) {
    const InputSpec spec = input_spec(word, wanted);
    TENON_TRY_ASSIGN(const bool picture, is_picture(spec));
    if (picture) files.push_back(spec.text.substr(1));
  }
  if (files.empty()) return files;
  if (files.size() < arguments.operands().size() - 1 + typed.size()) {
    return invalid("pictures and tensors cannot be given together");
  }
  for (const char* flag : {"output", "tap", "compare", "record"}) {
    if (arguments.has(flag)) {
      return invalid("--{} wants tensors; a picture's answer is its classes", flag);
    }
  }
  return files;
}

struct Timed {
  std::vector<Tensor> outputs;
  std::vector<double> ms;  // of each run
};

Result<Timed> run_repeatedly(Session& session, std::span<const Tensor> inputs, int64_t times) {
  Timed timed;
  for (int64_t i = 0; i < std::max<int64_t>(times, 1); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    TENON_TRY_ASSIGN(timed.outputs, attempt([&] { return session.run(inputs, interrupted()); }));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    timed.ms.push_back(took.count());
  }
  return timed;
}

std::string time_line(std::vector<double> ms) {
  const double first = ms.front();
  if (ms.size() == 1) return fmt::format("{:.1f} ms", first);
  std::ranges::sort(ms);
  return fmt::format("first {:.1f} ms; of {} runs: least {:.1f} ms, median {:.1f} ms", first,
                     ms.size(), ms.front(), ms[ms.size() / 2]);
}

std::string top_lines(std::span<const Tensor> outputs, const Arguments& arguments,
                      const std::string& labels_file) {
  const std::vector<std::string> labels = read_lines(labels_file);
  Table table;
  for (const auto& [index, value] :
       ranked(outputs, static_cast<size_t>(arguments.integer("top")))) {
    const std::string label = index < labels.size() ? labels[index] : fmt::format("{}", index);
    table.push_back({"  " + printable(label), fmt::format("{:.6g}", value)});
  }
  return aligned(table);
}

// Reference tensors by name; a lone one without a name is the first output.
Result<Exit> compare(std::span<const Tensor> outputs, const Arguments& arguments) {
  const std::string path = arguments.text("compare");
  const auto expected = files::read_tensors(path);
  if (!expected.ok()) return Status(Code::invalid, std::string(expected.status().message()));
  const Tolerance tolerance = tolerance_of(arguments);
  Exit exit = Exit::ok;
  for (const Tensor& tensor : *expected) {
    auto found = std::ranges::find(outputs, tensor.name, &Tensor::name);
    if (found == outputs.end() && expected->size() == 1 && !outputs.empty()) {
      found = outputs.begin();
    }
    if (found == outputs.end()) {
      return invalid("{}: the model has no output \"{}\"", path, printable(tensor.name));
    }
    const auto differs = difference(*found, tensor, tolerance);
    if (differs) exit = Exit::differs;
    std::fputs(
        fmt::format("{}: {}\n", printable(found->name), differs.value_or("as expected")).c_str(),
        stderr);
  }
  return exit;
}

void print_text(const Timed& timed, const Json& session, const Json& shape,
                const Arguments& arguments, const std::string& labels_file) {
  print(output_lines(timed.outputs));
  if (arguments.has("top") || !labels_file.empty()) {
    print(top_lines(timed.outputs, arguments, labels_file));
  }
  print(fmt::format("read by {}; {}; {}\n", last_part(shape.text("loader")),
                    placement_line(session), time_line(timed.ms)));
}

void print_json(const Timed& timed, const Json& session, const Json& shape) {
  Json times = Json::array();
  for (const double ms : timed.ms) times.push(ms);
  Json report = Json::object({{"model", shape.text("path")}, {"loader", shape.text("loader")}});
  report.set("outputs", outputs_json(timed.outputs)).set("ms", times).set("placement", session);
  print(report.dump() + "\n");
}

Result<Exit> run_tensors(const Model& model, Session& session, std::span<const Tensor> wanted,
                         const Arguments& arguments) {
  const std::vector<std::string> typed = arguments.all("input");
  TENON_TRY_ASSIGN(const std::vector<Tensor> inputs, make_inputs(wanted, typed));
  const auto timed = run_repeatedly(session, inputs, arguments.integer("repeat"));
  if (!timed.ok()) return run_problem(timed.status(), !typed.empty());
  if (arguments.has("output")) {
    TENON_TRY(files::write_tensors(arguments.text("output"), timed->outputs));
  }
  TENON_TRY_ASSIGN(const std::string about, attempt([&] { return session.describe(); }));
  TENON_TRY_ASSIGN(const Json facts, parse_json(about));
  TENON_TRY_ASSIGN(const Json shape, describe(model, "inspect"));
  if (arguments.has("record")) {
    TENON_TRY(write_recording(arguments.text("record"), arguments, inputs, timed->outputs, facts));
  }
  if (arguments.has("json")) {
    print_json(*timed, facts, shape);
  } else {
    const std::string labels =
        arguments.has("labels") ? arguments.text("labels") : labels_beside(arguments.operands()[0]);
    print_text(*timed, facts, shape, arguments, labels);
  }
  if (arguments.has("compare")) return compare(timed->outputs, arguments);
  return Exit::ok;
}

Result<Exit> run_model(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  TENON_TRY(begin_profile(engine, arguments));
  TENON_TRY_ASSIGN(const Model model, load_model(engine, arguments.operands().front(), arguments));
  TENON_TRY_ASSIGN(const std::vector<Tensor> wanted, attempt([&] { return model.inputs(); }));
  TENON_TRY_ASSIGN(const std::vector<std::string> pictures, pictures_of(arguments, wanted));
  Options options = session_options(arguments);
  for (const std::string& tap : arguments.all("tap")) options.emplace_back("tap", tap);
  if (arguments.has("deadline")) options.emplace_back("deadline_ms", arguments.text("deadline"));
  auto session =
      attempt([&] { return model.session(arguments.text("device"), options, interrupted()); });
  if (!session.ok()) {
    return device_problem(run_problem(session.status(), arguments.has("tap")));
  }
  const auto done = pictures.empty() ? run_tensors(model, *session, wanted, arguments)
                                     : classify_pictures(model, *session, pictures, arguments);
  if (done.ok()) TENON_TRY(end_profile(engine, arguments));
  return done;
}

std::vector<Flag> run_flags() {
  std::vector<Flag> flags = {
      {.name = "input",
       .letter = 'i',
       .value = "[NAME=]VALUE",
       .doc = "@FILE (npy, npz, png, jpg, bmp), rand[:SEED], zeros, ones or numbers with commas",
       .repeated = true},
      {.name = "output",
       .letter = 'o',
       .value = "FILE",
       .doc = "save outputs as .npz or .npy",
       .kind = Flag::Kind::file},
      size_flag(),
      fixed_input_flag(),
      {.name = "top",
       .value = "K",
       .doc = "print the K highest classes",
       .kind = Flag::Kind::integer,
       .otherwise = "5"},
      {.name = "labels",
       .value = "FILE",
       .doc = "names of the classes, one a line",
       .kind = Flag::Kind::file},
      {.name = "tap",
       .value = "VALUE",
       .doc = "also return this value inside the model",
       .repeated = true},
      {.name = "compare",
       .value = "FILE",
       .doc = "exit 1 unless outputs are those of this .npz",
       .kind = Flag::Kind::file},
      relative_flag("relative tolerance of --compare"),
      absolute_flag("absolute tolerance of --compare"),
      {.name = "record",
       .value = "DIR",
       .doc = "keep inputs, options and outputs for tenon replay",
       .kind = Flag::Kind::directory},
      {.name = "repeat",
       .value = "N",
       .doc = "run N times and print how long it took",
       .kind = Flag::Kind::integer,
       .otherwise = "1"},
      {.name = "deadline",
       .value = "MS",
       .doc = "give up a run after this many milliseconds",
       .kind = Flag::Kind::integer},
      profile_flag(),
      {.name = "loader", .value = "ID", .doc = "read the file with this loader"},
      {.name = "json", .doc = "one JSON object for programs"},
  };
  const std::vector<Flag> pictures = picture_flags();
  flags.insert(flags.end(), pictures.begin(), pictures.end());
  return with_session_flags(std::move(flags));
}

}  // namespace

namespace commands {

Command run();
Command run() {
  return {
      .name = "run",
      .doc = "runs a model once, on random input unless told otherwise; classifies pictures",
      .operands = {{"MODEL", "the model's file"},
                   {"PICTURE", "PNG, JPEG or BMP files to classify", false, true}},
      .flags = run_flags(),
      .more =
          "Pictures are prepared as preprocessor_config.json beside the model says, and then "
          "by flags;\nlabels.txt beside the model names the classes.",
      .run = run_model,
  };
}

}  // namespace commands

}  // namespace tenon::cli
