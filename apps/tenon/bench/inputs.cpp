// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/inputs.h"

#include "apps/tenon/base/numbers.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/check/stored.h"
#include "apps/tenon/run/inputs.h"
#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace tenon::cli::bench {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t seed = 7;

Result<std::vector<int64_t>> sizes_of(std::string_view word, std::string_view text) {
  std::vector<int64_t> sizes;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + comma, size);
    if (error != std::errc() || end != text.data() + comma || size < 0) {
      return invalid("--shape {}: expected INPUT=SIZE,SIZE,...", printable(word));
    }
    sizes.push_back(size);
    if (comma == text.size()) return sizes;
    text.remove_prefix(comma + 1);
  }
}

Status reshape(std::vector<Tensor>& wanted, const std::string& word) {
  const size_t equals = word.rfind('=');
  const std::string name = word.substr(0, std::min(equals, word.size()));
  const auto input = std::ranges::find(wanted, name, &Tensor::name);
  if (input == wanted.end() || equals == std::string::npos) {
    std::string names;
    for (const Tensor& each : wanted) names += " " + printable(each.name);
    return invalid("--shape {}: expected INPUT=SIZE,SIZE,...; inputs are:{}", printable(word),
                   names);
  }
  TENON_TRY_ASSIGN(input->dims, sizes_of(word, std::string_view(word).substr(equals + 1)));
  return {};
}

// Whole numbers serve as ids and as masks: 0 or 1.
void halve(Tensor& tensor) {
  const auto dtype = static_cast<DType>(tensor.dtype);
  if (facts(dtype).kind != DTypeClass::integer) return;
  const auto count = static_cast<int64_t>(count_of(tensor));
  for (int64_t i = 0; i < count; ++i) {
    store_integer(tensor.data.data(), dtype, i, load_integer(tensor.data.data(), dtype, i) % 2);
  }
}

Result<std::vector<Tensor>> stored_inputs(const Engine& engine, const std::vector<Tensor>& wanted,
                                          const std::string& path) {
  std::error_code error;
  fs::path folder(path);
  if (fs::is_directory(folder / "test_data_set_0", error)) folder /= "test_data_set_0";
  DataSet set;
  set.path = folder.string();
  for (size_t i = 0; fs::exists(folder / fmt::format("input_{}.pb", i), error); ++i) {
    set.inputs.push_back((folder / fmt::format("input_{}.pb", i)).string());
  }
  if (set.inputs.empty()) return invalid("--inputs {}: there is no input_0.pb", printable(path));
  return read_inputs(engine, set, wanted, "reference");
}

}  // namespace

Result<std::vector<Tensor>> bench_inputs(const Engine& engine, const Model& model,
                                         const Arguments& arguments) {
  TENON_TRY_ASSIGN(std::vector<Tensor> wanted, attempt([&] { return model.inputs(); }));
  for (const std::string& word : arguments.all("shape")) TENON_TRY(reshape(wanted, word));
  if (arguments.text("inputs") != "random") {
    return stored_inputs(engine, wanted, arguments.text("inputs"));
  }
  std::vector<std::string> typed = arguments.all("input");
  if (!typed.empty()) return make_inputs(wanted, typed);
  std::vector<Tensor> tensors;
  for (const Tensor& each : wanted) {
    TENON_TRY_ASSIGN(Tensor made, random_tensor(each, seed + tensors.size()));
    halve(made);
    tensors.push_back(std::move(made));
  }
  return tensors;
}

}  // namespace tenon::cli::bench
