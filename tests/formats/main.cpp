// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/vectors.h"

#include <cmath>

// format_vectors <device> <folder of ggml vectors> <packed-quant-vectors.json>
// A line for each set of vectors: numbers that are exact. Exit 1 when any is not.
namespace tenon::formats {
namespace {

bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// Whether all of them came out.
Result<bool> check(DecodeRun& device, std::string_view name, Vectors vectors) {
  TENON_TRY_ASSIGN(const std::vector<Output> outputs, device.run(std::move(vectors.graph), name));
  bool good = true;
  for (const Output& output : outputs) {
    const std::vector<float>& expected = vectors.expected[output.name];
    size_t exact = 0;
    for (size_t i = 0; i < std::min(expected.size(), output.values.size()); ++i) {
      exact += same(output.values[i], expected[i]) ? 1 : 0;
    }
    fmt::print("{} {}: {} of {} exact\n", name, output.name, exact, expected.size());
    good = good && exact == expected.size() && output.values.size() == expected.size();
  }
  fmt::print("{}: {} sets, {} ms\n", name, vectors.sets, device.milliseconds());
  return good && !outputs.empty();
}

Result<bool> check_all(const std::string& device, const std::string& folder,
                       const std::string& packed) {
  TENON_TRY_ASSIGN(const auto run, DecodeRun::make(TENON_PLUGIN_DIRECTORY));
  if (!run->has(device)) {
    fmt::print("SKIPPED: there is no device {}\n", device);
    return true;
  }
  const std::string directories[] = {TENON_PLUGIN_DIRECTORY};
  const Formats formats = read_formats(directories);
  for (const auto& [path, reason] : formats.refused()) {
    return invalid("{}: {}", path, reason);
  }
  TENON_TRY_ASSIGN(Vectors blocks, block_vectors(formats, folder));
  TENON_TRY_ASSIGN(const bool blocks_good, check(*run, device, std::move(blocks)));
  TENON_TRY_ASSIGN(Vectors tensors, packed_vectors(formats, packed));
  TENON_TRY_ASSIGN(const bool tensors_good, check(*run, device, std::move(tensors)));
  return blocks_good && tensors_good;
}

}  // namespace
}  // namespace tenon::formats

int main(int count, char** arguments) {
  if (count != 4) {
    fmt::print(stderr, "format_vectors DEVICE FOLDER PACKED.json\n");
    return 2;
  }
  const auto good = tenon::formats::check_all(arguments[1], arguments[2], arguments[3]);
  if (!good.ok()) fmt::print(stderr, "{}\n", good.status().message());
  return good.ok() && *good ? 0 : 1;
}
