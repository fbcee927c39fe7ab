// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/command.h"
#include "tenon/json.h"
#include "tenon/tenon.hpp"

#include <new>

// The engine as commands use it: exceptions of the C++ API become statuses here and nowhere else,
// and each stage's failures get the code from which the exit code follows.
namespace tenon::cli {

// Runs f and turns what it throws into a status.
template <class F>
auto attempt(F&& f) -> Result<decltype(f())> {
  try {
    return f();
  } catch (const Error& error) {
    return Status(static_cast<Code>(error.status()), error.what());
  } catch (const std::bad_alloc&) {
    return no_memory("out of memory");
  }
}

// invalid: usage; unsupported, i/o, corrupt, version: model; device, lost, timeout, internal:
// device; no memory; cancelled.
Exit exit_of(Code code);

// A rule that a file breaks is no mistake of the caller.
Status model_problem(Status status);
// What a device does not offer is no mistake of the model.
Status device_problem(Status status);

// Opens the engine with a command's engine flags. Unknown plugins are tried in a child first.
// linked: plugins of this program.
Result<Engine> open_engine(const Arguments& arguments,
                           std::span<const tenon_plugin* const> linked = {});

// Loads with --dim and --loader; more: further options.
Result<Model> load_model(const Engine& engine, const std::string& path, const Arguments& arguments,
                         Options more = {});

// The options of a session that --precision and --states ask for.
Options session_options(const Arguments& arguments);

// The engine's JSON answers.
Result<Json> describe(const Engine& engine, const std::string& what);
Result<Json> describe(const Model& model, const std::string& what);

}  // namespace tenon::cli
