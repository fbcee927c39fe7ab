// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/engine.h"

// --profile: a timeline of what a command does, for Perfetto or chrome://tracing. One at a time.
namespace tenon::cli {

Flag profile_flag();

// Nothing without --profile.
Status begin_profile(const Engine& engine, const Arguments& arguments);
Status end_profile(const Engine& engine, const Arguments& arguments);

// A timeline into the file of --profile.
Status write_profile(const std::string& timeline, const Arguments& arguments);

}  // namespace tenon::cli
