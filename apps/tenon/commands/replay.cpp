// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/check/compare.h"
#include "apps/tenon/check/stored.h"
#include "apps/tenon/files/sha256.h"
#include "apps/tenon/record/recording.h"
#include "apps/tenon/run/placement.h"

namespace tenon::cli {

namespace {

// The model's file, with the content that was recorded.
Result<std::string> model_of(const Recording& recording, const Arguments& arguments) {
  std::string path = arguments.has("model") ? arguments.text("model") : recording.model;
  const auto sum = files::sha256_of_file(path);
  if (!sum.ok()) {
    if (arguments.has("model")) return sum.status();
    return Status(Code::io, fmt::format("{}; name the model's file with --model",
                                        std::string(sum.status().message())));
  }
  if (*sum != recording.sha256 && !arguments.has("other-content")) {
    return corrupt(
        "{}: its content is not what was recorded: SHA-256 {}, recorded {}; --other-content runs "
        "it all the same",
        path, *sum, recording.sha256);
  }
  return path;
}

Result<std::vector<Tensor>> inputs_of(const Engine& engine, const Recording& recording,
                                      const std::string& device) {
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < recording.inputs.size(); ++i) {
    TENON_TRY_ASSIGN(Tensor tensor, read_value(engine, recording.input_file(i), {}, device));
    tensor.name = recording.inputs[i];
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

// Prints a line for each output; whether all are as recorded.
Result<Exit> judge_outputs(const Engine& engine, const Recording& recording,
                           std::span<const Tensor> outputs, const std::string& device,
                           const Tolerance& tolerance) {
  if (outputs.size() != recording.outputs.size()) {
    return corrupt("{} outputs were recorded, the model gives {}", recording.outputs.size(),
                   outputs.size());
  }
  Exit exit = Exit::ok;
  for (size_t i = 0; i < outputs.size(); ++i) {
    TENON_TRY_ASSIGN(const Tensor recorded,
                     read_value(engine, recording.output_file(i), {}, device));
    const auto differs = difference(outputs[i], recorded, tolerance);
    if (differs) exit = Exit::differs;
    print(fmt::format("{}: {}\n", printable(outputs[i].name), differs.value_or("as recorded")));
  }
  return exit;
}

Result<Exit> replay_run(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Recording recording, read_recording(arguments.operands().front()));
  TENON_TRY_ASSIGN(const std::string path, model_of(recording, arguments));
  const std::string device = arguments.has("device") ? arguments.text("device") : recording.device;
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  TENON_TRY_ASSIGN(const Model model, load_model(engine, path, recording.options));
  Options options;
  for (const std::string& tap : recording.options.all("tap")) options.emplace_back("tap", tap);
  auto session = attempt([&] { return model.session(device, options, interrupted()); });
  if (!session.ok()) return device_problem(model_problem(session.status()));
  TENON_TRY_ASSIGN(const std::vector<Tensor> inputs, inputs_of(engine, recording, device));
  const auto outputs = attempt([&] { return session->run(inputs, interrupted()); });
  if (!outputs.ok()) return model_problem(outputs.status());
  const Tolerance tolerance = tolerance_of(arguments);
  TENON_TRY_ASSIGN(const Exit exit, judge_outputs(engine, recording, *outputs, device, tolerance));
  TENON_TRY_ASSIGN(const std::string about, attempt([&] { return session->describe(); }));
  TENON_TRY_ASSIGN(const Json facts, parse_json(about));
  print(fmt::format("{}\n", placement_line(facts)));
  return exit;
}

}  // namespace

namespace commands {

Command replay();
Command replay() {
  return {
      .name = "replay",
      .doc = "runs again what tenon run --record kept, and compares",
      .operands = {{"DIR", "the recording's folder"}},
      .flags = with_engine_flags({
          {.name = "device",
           .letter = 'd',
           .value = "D[,D]",
           .doc = "other devices than those recorded"},
          {.name = "model",
           .value = "FILE",
           .doc = "where the model lies now",
           .kind = Flag::Kind::file},
          {.name = "other-content", .doc = "run a model that is not the one recorded"},
          relative_flag(),
          absolute_flag(),
      }),
      .more =
          "The folder is plain: recording.json, and test_data_set_0 with input_0.pb,\n"
          "output_0.pb and so on as ONNX's tests have them. Exit code 1 when an output\n"
          "differs.",
      .run = replay_run,
  };
}

}  // namespace commands

}  // namespace tenon::cli
