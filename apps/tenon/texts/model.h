// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/engine.h"
#include "apps/tenon/texts/tokenizer_files.h"

#include <functional>
#include <memory>
#include <optional>

// A model of texts, opened and placed as the flags of a command say. One thread at a time.
namespace tenon::cli {

struct TextModel {
  Engine engine;
  Model model;
  Session session;
  TokenizerFiles tokenizer;  // of --tokenizer; empty: the model's own
};

// Flags that open_text_model() reads, engine flags included, behind a command's own.
std::vector<Flag> with_text_model_flags(std::vector<Flag> flags);

// path: a model's file or directory, or "builtin:story".
Result<TextModel> open_text_model(const std::string& path, const Arguments& arguments);

// Runs a task on it; every event is handed on as it comes. A failure of `event` ends the task.
Status run_text_task(TextModel& opened, const std::string& task, const Json& request,
                     const std::function<Status(const Json& event)>& event);

// The text of -f: a file, or "-" for standard input.
Result<std::string> read_text(const std::string& path);

}  // namespace tenon::cli
