// SPDX-License-Identifier: Apache-2.0
// What a plan says it will take against what its device's counter says it took:
//
//   memory_plans DEVICE MOST_KB [FOLDER]
//
// A line for each model and shape of this tree, of TENON_TEST_DATA and of the folder: predicted,
// allocated, ratio. Exit code 1 when one is off by more than 2 %. Models whose file is larger than
// MOST_KB are not looked at.
#include "tenon/json.h"
#include "tenon/tenon.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace {

using namespace tenon;
namespace fs = std::filesystem;

struct Case {
  std::string model;
  std::vector<std::pair<std::string, int64_t>> sizes = {};
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int64_t batch : {1, 2, 7, 32}) {
    all.push_back({"examples/models/digits/model.onnx", {{"batch", batch}}});
  }
  for (const int64_t batch : {1, 3}) {
    all.push_back({"examples/models/digits/model-int8-qdq.onnx", {{"batch", batch}}});
  }
  for (const int64_t batch : {1, 2}) {
    all.push_back({"onnx-models/super-resolution-10/model.onnx", {{"batch_size", batch}}});
  }
  for (const auto& [height, width] :
       {std::pair{32, 32}, {32, 160}, {64, 96}, {64, 320}, {96, 64}, {128, 128}}) {
    all.push_back({"onnx-models/ppocr-v3-det/model.onnx",
                   {{"p2o.DynamicDimension.0", 1},
                    {"p2o.DynamicDimension.1", height},
                    {"p2o.DynamicDimension.2", width}}});
  }
  for (const int64_t batch : {1, 4}) {
    all.push_back({"onnx-models/magika-v3_3/model.onnx", {{"unk__214", batch}}});
  }
  for (const char* name :
       {"mnist-8", "dtln-1", "dtln-2", "fastestdet", "mediapipe-face-detection-short-range",
        "mediapipe-face-landmark", "mediapipe-iris-landmark", "mediapipe-selfie-segmentation",
        "shufflenet-v2-12-int8", "squeezenet-fp16", "ultraface-rfb-320"}) {
    all.push_back({fmt::format("onnx-models/{}/model.onnx", name)});
  }
  for (const char* name : {"squeezenet", "shufflenet", "densenet121", "inception_v2", "resnet50"}) {
    all.push_back({fmt::format("onnx-light-random/{}-pseudorandom/model.onnx", name)});
  }
  return all;
}

int64_t predicted(const Model& model, const std::string& device) {
  const auto plan = parse_json(model.describe("plan:" + device));
  if (!plan.ok()) return -1;
  const Json* memory = plan->find("memory");
  if (memory == nullptr || memory->find("devices") == nullptr) return -1;
  int64_t bytes = 0;
  for (const Json& row : memory->array("devices")) bytes += row.integer("total", 0);
  return bytes;
}

int64_t allocated(const Engine& engine) {
  const auto devices = parse_json(engine.describe("devices"));
  int64_t bytes = 0;
  if (!devices.ok()) return -1;
  for (const Json& row : devices->array_items()) bytes += row.integer("allocated_bytes", 0);
  return bytes;
}

std::vector<Tensor> zeros(const Model& model) {
  std::vector<Tensor> inputs = model.inputs();
  for (Tensor& input : inputs) {
    constexpr size_t widths[] = {0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8};
    size_t bytes = input.dtype < std::size(widths) ? widths[input.dtype] : 1;
    for (const int64_t extent : input.dims) bytes *= static_cast<size_t>(extent);
    input.data.assign(bytes, std::byte{0});
  }
  return inputs;
}

enum class Result : uint8_t { right, wrong, left_out };

Result judge(const Engine& engine, const std::string& device, const Case& one,
             const std::string& path) {
  Options options;
  std::string shown = one.model;
  for (const auto& [name, size] : one.sizes) {
    options.emplace_back("dim." + name, std::to_string(size));
    shown += fmt::format(" {}", size);
  }
  try {
    const Model model = engine.load(path, options);
    const int64_t before = allocated(engine);
    const int64_t expected = predicted(model, device);
    if (allocated(engine) != before) return Result::wrong;
    Session session = model.session(device);
    session.run(zeros(model));
    const int64_t taken = allocated(engine) - before;
    const double ratio = taken == 0 ? (expected == 0 ? 1 : INFINITY)
                                    : static_cast<double>(expected) / static_cast<double>(taken);
    fmt::print("{:12} predicted {:12} allocated {:.4f}  {}\n", expected, taken, ratio, shown);
    return std::fabs(ratio - 1) <= 0.02 ? Result::right : Result::wrong;
  } catch (const Error& error) {
    fmt::print("left out: {}: {}\n", shown, std::string(error.what()).substr(0, 200));
    return Result::left_out;
  }
}

// Where the model lies, if anywhere.
std::optional<fs::path> find_model(const std::string& name, const std::vector<fs::path>& roots) {
  for (const fs::path& root : roots) {
    std::error_code error;
    if (fs::is_regular_file(root / name, error)) return root / name;
  }
  return std::nullopt;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  const std::string device = words[1];
  const uintmax_t most = std::strtoull(words[2], nullptr, 10) * 1024;
  const char* data = std::getenv("TENON_TEST_DATA");
  std::vector<fs::path> roots = {TENON_SOURCE_DIR,
                                 data != nullptr ? data : TENON_SOURCE_DIR "/../shared/data"};
  if (count > 3) roots.emplace_back(words[3]);
  const Engine engine({{"plugins", TENON_BINARY_DIR "/lib/tenon/plugins/1"}, {"search", "none"}});
  if (engine.describe("devices").find('"' + device) == std::string::npos) {
    fmt::print("SKIPPED: there is no device {}\n", device);
    return 0;
  }
  size_t sums[3] = {};
  for (const Case& one : cases()) {
    const auto path = find_model(one.model, roots);
    if (!path) fmt::print("not there: {}\n", one.model);
    if (!path || fs::file_size(*path) > most) continue;
    ++sums[static_cast<size_t>(judge(engine, device, one, path->string()))];
    std::fflush(stdout);
  }
  fmt::print("{} models and shapes on {}: {} within 2 %, {} not, {} left out\n",
             sums[0] + sums[1] + sums[2], device, sums[0], sums[1], sums[2]);
  if (!fs::is_directory(roots[1])) {
    fmt::print("SKIPPED: there are no models in {}; set TENON_TEST_DATA\n", roots[1].string());
  }
  return sums[1] == 0 ? 0 : 1;
}
