// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/embedding/pooling.h"

#include <algorithm>
#include <cmath>

namespace tenon::embedding {

namespace {

using Kind = Pooling::Kind;

struct Named {
  std::string_view name;      // in requests and facts
  std::string_view in_files;  // in 1_Pooling/config.json
  Kind kind;
};

constexpr Named kinds[] = {
    {"mean", "pooling_mode_mean_tokens", Kind::mean},
    {"cls", "pooling_mode_cls_token", Kind::cls},
    {"last", "pooling_mode_lasttoken", Kind::last},
    {"max", "pooling_mode_max_tokens", Kind::max},
    {"mean_sqrt_len", "pooling_mode_mean_sqrt_len_tokens", Kind::mean_sqrt},
};

Result<Kind> kind_named(std::string_view name) {
  const auto* found = std::ranges::find(kinds, name, &Named::name);
  if (found == std::end(kinds)) {
    return invalid("pooling \"{}\", expected mean, cls, last, max or mean_sqrt_len", name);
  }
  return found->kind;
}

Status read_pooling_config(const Json& config, Pooling& pooling) {
  int64_t modes = 0;
  for (const Named& row : kinds) {
    if (!config.boolean(row.in_files, false)) continue;
    pooling.kind = row.kind;
    ++modes;
  }
  if (config.boolean("pooling_mode_weightedmean_tokens", false)) {
    return unsupported("pooling by weighted mean");
  }
  if (modes > 1) return unsupported("{} ways of pooling at once, one is known", modes);
  return {};
}

// What sentence-transformers keeps beside a model.
Status read_modules(const text::HostFiles& files, Pooling& pooling) {
  TENON_TRY_ASSIGN(const Json modules, files.json("modules.json"));
  if (!modules.is_array()) return {};
  pooling.normalizes = false;
  for (const Json& module : modules.array_items()) {
    const std::string_view type = module.text("type");
    const std::string path = std::string(module.text("path")) + "/config.json";
    if (type.ends_with(".Normalize")) {
      pooling.normalizes = true;
    } else if (type.ends_with(".Pooling")) {
      TENON_TRY_ASSIGN(const Json config, files.json(path));
      TENON_TRY(read_pooling_config(config, pooling).at(path));
    } else if (!type.ends_with(".Transformer")) {
      return unsupported("modules.json: \"{}\", expected Transformer, Pooling and Normalize", type);
    }
  }
  return {};
}

Status read_request(const Json& request, Pooling& pooling) {
  if (const Json* kind = request.find("pooling")) {
    TENON_TRY_ASSIGN(pooling.kind, kind_named(kind->text().value_or("")));
  }
  pooling.normalizes = request.boolean("normalize", pooling.normalizes);
  if (const Json* dimensions = request.find("dimensions")) {
    const auto count = dimensions->integer();
    if (!count || *count < 1) {
      return invalid("\"dimensions\": {}, expected 1 or more", dimensions->dump());
    }
    pooling.dimensions = static_cast<size_t>(*count);
  }
  return {};
}

// Rows of the last layer, or what the model pooled itself.
const text::EncoderOutput* rows_of(const std::vector<text::EncoderOutput>& outputs, size_t tokens) {
  const text::EncoderOutput* whole = nullptr;
  for (const text::EncoderOutput& output : outputs) {
    const auto& dims = output.dims;
    if (dims.size() == 3 && dims[0] == 1 && dims[1] == static_cast<int64_t>(tokens)) return &output;
    if (dims.size() == 2 && dims[0] == 1 && whole == nullptr) whole = &output;
  }
  return whole;
}

std::vector<double> pooled(const float* rows, size_t count, size_t width, Kind kind) {
  const auto at = [&](size_t row, size_t i) { return double{rows[row * width + i]}; };
  std::vector<double> made(width);
  const double divisor =
      kind == Kind::mean_sqrt ? std::sqrt(static_cast<double>(count)) : static_cast<double>(count);
  for (size_t i = 0; i < width; ++i) {
    if (kind == Kind::cls || kind == Kind::last) {
      made[i] = at(kind == Kind::cls ? 0 : count - 1, i);
      continue;
    }
    double sum = 0;
    double peak = at(0, i);
    for (size_t row = 0; row < count; ++row) {
      sum += at(row, i);
      peak = std::max(peak, at(row, i));
    }
    made[i] = kind == Kind::max ? peak : sum / divisor;
  }
  return made;
}

}  // namespace

Result<Pooling> read_pooling(const text::HostFiles& files, const Json& facts, const Json& request) {
  Pooling pooling;
  if (const std::string_view told = facts.text("pooling"); !told.empty()) {
    TENON_TRY_ASSIGN(pooling.kind, kind_named(told));
  }
  TENON_TRY(read_modules(files, pooling));
  TENON_TRY(read_request(request, pooling).at("request"));
  return pooling;
}

Result<std::vector<float>> pool(const std::vector<text::EncoderOutput>& outputs, size_t tokens,
                                const Pooling& pooling) {
  const text::EncoderOutput* output = rows_of(outputs, tokens);
  if (output == nullptr) {
    return unsupported("the model gives no vectors of tokens, expected an output [1, {}, width]",
                       tokens);
  }
  const auto width = static_cast<size_t>(output->dims.back());
  const size_t count = output->dims.size() == 3 ? tokens : 1;
  if (output->values.size() != count * width || width == 0) {
    return unsupported("output \"{}\" has {} numbers", output->name, output->values.size());
  }
  std::vector<double> made = pooled(output->values.data(), count, width, pooling.kind);
  if (pooling.dimensions) {
    if (*pooling.dimensions > width) {
      return invalid("{} dimensions are wanted, the model has {}", *pooling.dimensions, width);
    }
    made.resize(*pooling.dimensions);
  }
  double length = 0;
  for (const double number : made) length += number * number;
  length = pooling.normalizes && length > 0 ? std::sqrt(length) : 1;
  std::vector<float> vector;
  for (const double number : made) vector.push_back(static_cast<float>(number / length));
  return vector;
}

}  // namespace tenon::embedding
