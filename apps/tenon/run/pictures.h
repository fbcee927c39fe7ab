// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/command.h"
#include "tenon/json.h"
#include "tenon/tenon.hpp"

// Pictures into a model: the command's flags become a request to the task "image-classification",
// its events become bars or JSON lines.
namespace tenon::cli {

// --resize, --crop, --mean and so on, for the table of a command.
std::vector<Flag> picture_flags();

// The request's JSON parameters from those flags, --top and --labels.
Result<Json> picture_request(const Arguments& arguments);

// Classifies the files one after the other and prints each answer; last says who did it.
Result<Exit> classify_pictures(const Model& model, Session& session,
                               std::span<const std::string> files, const Arguments& arguments);

}  // namespace tenon::cli
