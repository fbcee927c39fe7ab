// SPDX-License-Identifier: Apache-2.0
#include "tests/texts/model_of_texts.h"

#include "core/api/directory.h"
#include "core/base/platform_file.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace tenon::texts {

Result<Opened> open(const std::string& path, const std::string& device) {
  Opened opened;
  PluginHostOptions host;
  host.directories = {TENON_BINARY_DIR "/lib/tenon/plugins/1"};
  host.default_directories = false;
  TENON_TRY_ASSIGN(opened.engine, Engine::make(std::move(host)));
  TENON_TRY_ASSIGN(const std::string file_path, path_to_open(*opened.engine, path, {}));
  TENON_TRY_ASSIGN(MappedFile file, map_file(file_path));
  auto owner = std::make_shared<MappedFile>(std::move(file));
  const std::string name = std::filesystem::path(file_path).filename();
  TENON_TRY_ASSIGN(opened.model, Model::load(*opened.engine, file_path,
                                             {nullptr, name, owner, owner->bytes()}, {}, nullptr));
  const size_t slash = std::min(device.find('/'), device.size());
  PlanOptions options;
  if (device.substr(slash) == "/fast") options.precision = TENON_PRECISION_FAST;
  TENON_TRY_ASSIGN(opened.runs, Runs::make(*opened.model, device.substr(0, slash), {}, options));
  return opened;
}

Result<Logits> step(Sequences& pool, uint32_t sequence, const std::vector<int32_t>& tokens,
                    Want want) {
  Logits logits;
  const StepEntry entry{sequence, tokens, want};
  const auto keep = [&](const HostTensor& tensor) -> Status {
    logits.rows = tensor.dims[0];
    logits.columns = tensor.dims[1];
    logits.values.resize(static_cast<size_t>(tensor.elements()));
    std::memcpy(logits.values.data(), tensor.data.get(), tensor.bytes);
    return {};
  };
  TENON_TRY(pool.step({&entry, 1}, keep, {}));
  return logits;
}

int32_t best(const float* row, int64_t columns) {
  int64_t found = 0;
  for (int64_t i = 1; i < columns; ++i) {
    if (row[i] > row[found]) found = i;
  }
  return static_cast<int32_t>(found);
}

std::filesystem::path test_data() {
  const char* given = std::getenv("TENON_TEST_DATA");
  return given != nullptr ? given : TENON_SOURCE_DIR "/../shared/data";
}

}  // namespace tenon::texts
