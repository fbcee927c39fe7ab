// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/run/outputs.h"

#include "apps/tenon/base/numbers.h"
#include "apps/tenon/base/text.h"
#include "tenon/dtype.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace tenon::cli {

namespace {

constexpr size_t most_texts = 8;

// "f32[2,3]", "sequence of 3".
std::string kind_text(const Tensor& output) {
  constexpr std::string_view kinds[] = {"tensor", "sequence", "optional", "map"};
  if (output.kind == TENON_KIND_TENSOR) return type_text(output.dtype, output.dims);
  return fmt::format("{} of {}", kinds[std::min<size_t>(output.kind, 3)], output.items.size());
}

std::string texts_of(const Tensor& output) {
  std::string text;
  for (size_t i = 0; i < std::min(output.texts.size(), most_texts); ++i) {
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", printable(output.texts[i]));
  }
  return text + (output.texts.size() > most_texts ? ", ..." : "");
}

}  // namespace

std::string output_lines(std::span<const Tensor> outputs) {
  Table table;
  for (const Tensor& output : outputs) {
    std::vector<std::string> row = {printable(output.name), kind_text(output)};
    if (!output.texts.empty()) row.push_back(texts_of(output));
    if (const auto facts = statistics_of(output)) {
      row.push_back(fmt::format("min {:.6g}", facts->min));
      row.push_back(fmt::format("max {:.6g}", facts->max));
      row.push_back(fmt::format("mean {:.6g}", facts->mean));
      row.push_back(fmt::format("{} NaN", facts->nan));
    }
    table.push_back(std::move(row));
  }
  return aligned(table);
}

Json outputs_json(std::span<const Tensor> outputs) {
  Json list = Json::array();
  for (const Tensor& output : outputs) {
    Json dims = Json::array();
    for (const int64_t size : output.dims) dims.push(size);
    Json row = Json::object({{"name", output.name},
                             {"dtype", name_of(static_cast<DType>(output.dtype))},
                             {"dims", std::move(dims)}});
    if (output.kind != TENON_KIND_TENSOR) row.set("kind", kind_text(output));
    if (!output.texts.empty()) {
      Json texts = Json::array();
      for (const std::string& text : output.texts) texts.push(text);
      row.set("texts", std::move(texts));
    }
    if (const auto facts = statistics_of(output)) {
      row.set("min", facts->min)
          .set("max", facts->max)
          .set("mean", facts->mean)
          .set("nan", uint64_t{facts->nan});
    }
    list.push(std::move(row));
  }
  return list;
}

std::vector<Ranked> ranked(std::span<const Tensor> outputs, size_t count) {
  const auto has_classes = [](const Tensor& tensor) {
    return !tensor.dims.empty() && tensor.dims.front() > 0 && count_of(tensor) > 1;
  };
  const auto found = std::ranges::find_if(outputs, has_classes);
  if (found == outputs.end()) return {};
  const size_t rows = found->dims.size() > 1 ? static_cast<size_t>(found->dims.front()) : 1;
  std::vector<Ranked> values;
  for (size_t i = 0; i < count_of(*found) / rows; ++i) values.push_back({i, value_at(*found, i)});
  const auto key = [](const Ranked& r) { return std::isnan(r.value) ? -INFINITY : r.value; };
  std::ranges::stable_sort(values, std::greater<>(), key);
  values.resize(std::min(count, values.size()));
  return values;
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line) && lines.size() < 1'000'000;) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string labels_beside(const std::string& model_path) {
  const auto path = std::filesystem::path(model_path).parent_path() / "labels.txt";
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) ? path.string() : std::string();
}

}  // namespace tenon::cli
