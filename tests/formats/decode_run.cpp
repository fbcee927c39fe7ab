// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/decode_run.h"

#include "core/passes/pass.h"
#include "core/plan/plan.h"
#include "core/plugin/text_files.h"
#include "core/run/session.h"

#include <cstring>

namespace tenon::formats {

Formats read_formats(std::span<const std::string> directories) {
  Formats formats;
  const TextFiles found = find_text_files(directories, "formats", ".quant");
  for (const auto& [path, reason] : found.refused) formats.refuse(path, reason);
  for (const TextFile& file : found.files) formats.add(file.path, file.content);
  return formats;
}

Result<std::unique_ptr<DecodeRun>> DecodeRun::make(const std::string& plugins) {
  PluginHostOptions options;
  options.directories = {plugins};
  options.default_directories = false;
  TENON_TRY_ASSIGN(std::unique_ptr<Engine> engine, Engine::make(std::move(options)));
  return std::unique_ptr<DecodeRun>(new DecodeRun(std::move(engine)));
}

Result<std::vector<Output>> DecodeRun::run(Graph graph, std::string_view device) {
  TENON_TRY_ASSIGN(const Engine::Choice choice, engine_->choose(device));
  TENON_TRY(run_passes(graph, {}));
  TENON_TRY_ASSIGN(std::shared_ptr<Plan> plan, make_plan(std::move(graph), choice.devices, {}));
  TENON_TRY_ASSIGN(auto session, Session::make(plan, std::make_shared<Weights>()));
  TENON_TRY_ASSIGN(std::vector<RunOutput> results, session->run({}, {}));
  milliseconds_ = session->figures().milliseconds;
  std::vector<Output> outputs;
  for (const RunOutput& result : results) {
    const HostTensor& tensor = result.value.tensor;
    Output output = {result.name, tensor.dims, {}};
    if (tensor.dtype != DType::f32) return invalid("output {} is not f32", result.name);
    output.values.resize(tensor.bytes / sizeof(float));
    std::memcpy(output.values.data(), tensor.data.get(), tensor.bytes);
    outputs.push_back(std::move(output));
  }
  return outputs;
}

void add_output(Graph& graph, ValueId value, std::string name) {
  graph.main().outputs.push_back(value);
  graph.output_names.push_back(std::move(name));
}

StoredTensor stored_tensor(DType dtype, std::vector<int64_t> dims, std::string bytes,
                           std::string format) {
  const auto owner = std::make_shared<const std::string>(std::move(bytes));
  return {dtype, std::move(format), std::move(dims), owner, std::as_bytes(std::span(*owner))};
}

}  // namespace tenon::formats
