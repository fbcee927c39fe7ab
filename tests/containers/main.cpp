// SPDX-License-Identifier: Apache-2.0
// Files of weights and tensors through the engine:
//
//   container_files verdicts FOLDER   each file of its INDEX.tsv is accepted or refused as expected
//   container_files opens FOLDER      all GGUF and safetensors files open
//   container_files large FILE        writes a sparse file of 7 billion weights and inspects it
//
// Exit code 1 when something is not as it should be.
#include "tests/containers/cases.h"

#include <fmt/format.h>

#include <string_view>

namespace tenon::containers {

Engine make_engine() {
  return Engine({{"plugins", TENON_BINARY_DIR "/lib/tenon/plugins/1"}, {"search", "none"}});
}

std::string look_at(const Engine& engine, const std::filesystem::path& path) {
  try {
    const Model model = engine.load(path.string(), {{"incomplete", "allow"}});
    return model.describe("inspect").empty() ? "nothing was said" : "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace tenon::containers

int main(int count, char** words) {
  using namespace tenon::containers;
  if (count != 3) return 2;
  const tenon::Engine engine = make_engine();
  const std::string_view what = words[1];
  const bool good = what == "verdicts" ? check_verdicts(engine, words[2])
                    : what == "opens"  ? check_opens(engine, words[2])
                    : what == "large"  ? check_large(engine, words[2])
                                       : false;
  return good ? 0 : 1;
}
