// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/profile.h"

#include <fstream>

namespace tenon::cli {

Flag profile_flag() {
  return {.name = "profile",
          .value = "FILE",
          .doc = "a timeline for Perfetto: steps by node and thread, memory",
          .kind = Flag::Kind::file};
}

Status begin_profile(const Engine& engine, const Arguments& arguments) {
  if (!arguments.has("profile")) return {};
  return attempt([&] {
           engine.begin_trace();
           return true;
         })
      .status();
}

Status end_profile(const Engine& engine, const Arguments& arguments) {
  if (!arguments.has("profile")) return {};
  TENON_TRY_ASSIGN(const std::string timeline, attempt([&] { return engine.end_trace(); }));
  return write_profile(timeline, arguments);
}

Status write_profile(const std::string& timeline, const Arguments& arguments) {
  std::ofstream file(arguments.text("profile"), std::ios::binary);
  file << timeline;
  file.close();
  return file ? Status() : invalid("--profile {}: cannot be written", arguments.text("profile"));
}

}  // namespace tenon::cli
