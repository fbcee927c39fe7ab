// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"

#include "apps/tenon/base/cancel.h"

namespace tenon::cli {

namespace {

Result<Json> parsed(const Result<std::string>& text) {
  if (!text.ok()) return text.status();
  JsonLimits limits;
  limits.bytes = size_t{1} << 30;
  return parse_json(*text, limits);
}

}  // namespace

Exit exit_of(Code code) {
  switch (code) {
    case Code::ok:
      return Exit::ok;
    case Code::invalid:
      return Exit::usage;
    case Code::unsupported:
    case Code::io:
    case Code::corrupt:
    case Code::version:
      return Exit::model;
    case Code::no_memory:
      return Exit::memory;
    case Code::cancelled:
      return Exit::cancelled;
    default:
      return Exit::device;
  }
}

Status model_problem(Status status) {
  if (status.code() != Code::invalid) return status;
  return Status(Code::corrupt, std::string(status.message()));
}

Status device_problem(Status status) {
  if (status.code() != Code::unsupported) return status;
  return Status(Code::device, std::string(status.message()));
}

Result<Engine> open_engine(const Arguments& arguments,
                           std::span<const tenon_plugin* const> linked) {
  Options options = {{"probe", "on"}};
  for (const std::string& directory : arguments.all("plugins")) {
    options.emplace_back("plugins", directory);
  }
  for (const char* flag : {"layers", "threads", "cache"}) {
    if (arguments.has(flag)) options.emplace_back(flag, arguments.text(flag));
  }
  return attempt([&] { return Engine(options, linked); });
}

Result<Model> load_model(const Engine& engine, const std::string& path, const Arguments& arguments,
                         Options more) {
  for (const std::string& dim : arguments.all("dim")) {
    const size_t equals = dim.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == dim.size()) {
      return invalid("--dim: \"{}\", expected NAME=SIZE", dim);
    }
    more.emplace_back("dim." + dim.substr(0, equals), dim.substr(equals + 1));
  }
  for (const std::string& value : arguments.all("value")) {
    const size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid("--value: \"{}\", expected NAME=NUMBERS", value);
    }
    more.emplace_back("value." + value.substr(0, equals), value.substr(equals + 1));
  }
  if (arguments.has("loader")) more.emplace_back("loader", arguments.text("loader"));
  auto model = attempt([&] { return engine.load(path, more, interrupted()); });
  if (!model.ok()) return model_problem(model.status());
  return model;
}

Options session_options(const Arguments& arguments) {
  Options options = {{"precision", arguments.text("precision")}};
  if (arguments.has("states")) options.emplace_back("states", arguments.text("states"));
  return options;
}

Result<Json> describe(const Engine& engine, const std::string& what) {
  return parsed(attempt([&] { return engine.describe(what); }));
}

Result<Json> describe(const Model& model, const std::string& what) {
  return parsed(attempt([&] { return model.describe(what); }));
}

}  // namespace tenon::cli
