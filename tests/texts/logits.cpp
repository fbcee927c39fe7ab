// SPDX-License-Identifier: Apache-2.0
// Logits of a model against stored ones, and how likely it finds a text:
//
//   text_logits DEVICE logits LIMIT IDS.npy MODEL REFERENCE.npy [MODEL REFERENCE.npy]...
//   text_logits DEVICE likelihood LIMIT IDS.json MODEL TYPE [MODEL TYPE]...
//
// Names are relative to TENON_TEST_DATA. LIMIT bounds the largest difference of a logit; in the
// second form IDS.json has "ids" and the mean negative log-likelihoods of another engine in "nll":
// LIMIT bounds the difference from its "exact float64" for TYPE "f32", other types are printed
// beside it. Exit code 1 when a limit is passed.
#include "tests/texts/model_of_texts.h"
#include "tests/texts/stored.h"

#include "core/base/platform_file.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace {

using namespace tenon;
using Tokens = std::vector<int32_t>;

Result<texts::Logits> all_logits(const std::string& model, const std::string& device,
                                 const Tokens& tokens) {
  TENON_TRY_ASSIGN(texts::Opened opened, texts::open(model, device));
  TENON_TRY_ASSIGN(const auto pool, opened.runs->sequences(tokens.size(), 1, 0));
  TENON_TRY_ASSIGN(const uint32_t sequence, pool->create());
  return texts::step(*pool, sequence, tokens, Want::all);
}

Result<double> largest_difference(const texts::Logits& logits, const std::string& reference) {
  TENON_TRY_ASSIGN(const std::vector<double> wanted, texts::read_numbers(reference));
  if (wanted.size() != logits.values.size()) {
    return invalid("{}: {} logits, the model gives {}", reference, wanted.size(),
                   logits.values.size());
  }
  double most = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const double off = std::fabs(wanted[i] - static_cast<double>(logits.values[i]));
    most = off > most || std::isnan(off) ? off : most;
  }
  return most;
}

// Mean over the tokens behind the first.
double mean_surprise(const texts::Logits& logits, const Tokens& tokens) {
  double sum = 0;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    const float* row = logits.row(static_cast<int64_t>(i));
    double top = -INFINITY, all = 0;
    for (int64_t c = 0; c < logits.columns; ++c) top = std::max<double>(top, row[c]);
    for (int64_t c = 0; c < logits.columns; ++c) all += std::exp(row[c] - top);
    sum += top + std::log(all) - row[tokens[i + 1]];
  }
  return sum / static_cast<double>(tokens.size() - 1);
}

Result<bool> compare(const std::string& device, double limit, const Tokens& tokens,
                     const std::string& model, const std::string& reference) {
  TENON_TRY_ASSIGN(const texts::Logits logits, all_logits(model, device, tokens));
  TENON_TRY_ASSIGN(const double most, largest_difference(logits, reference));
  fmt::print("{:.3e}  {}\n", most, model);
  return most <= limit;
}

Result<bool> weigh(const std::string& device, double limit, const Tokens& tokens,
                   const std::string& model, const std::string& type, const Json& stored) {
  TENON_TRY_ASSIGN(const texts::Logits logits, all_logits(model, device, tokens));
  const double found = mean_surprise(logits, tokens);
  const double other = stored.number(type, NAN), exact = stored.number("exact float64", NAN);
  fmt::print("{:.4f}  the other engine {:.4f}, exact {:.4f}  {}\n", found, other, exact, model);
  return std::isfinite(found) && (type != "f32" || std::fabs(found - exact) <= limit);
}

Result<Tokens> tokens_of(const std::string& path, Json& stored) {
  Tokens tokens;
  if (!path.ends_with(".json")) {
    TENON_TRY_ASSIGN(const std::vector<double> ids, texts::read_numbers(path));
    for (const double id : ids) tokens.push_back(static_cast<int32_t>(id));
    return tokens;
  }
  TENON_TRY_ASSIGN(const MappedFile file, map_file(path));
  const auto bytes = file.bytes();
  TENON_TRY_ASSIGN(const Json all,
                   parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  for (const Json& id : all.array("ids")) {
    tokens.push_back(static_cast<int32_t>(id.integer().value_or(0)));
  }
  if (const Json* nll = all.find("nll")) stored = *nll;
  return tokens;
}

}  // namespace

int main(int count, char** words) {
  if (count < 7 || count % 2 == 0) return 2;
  const std::string device = words[1];
  const bool likelihood = std::string_view(words[2]) == "likelihood";
  const double limit = std::atof(words[3]);
  const std::filesystem::path data = texts::test_data();
  if (!std::filesystem::exists(data / words[4])) {
    fmt::print("SKIPPED: {} is not there; set TENON_TEST_DATA\n", (data / words[4]).string());
    return 0;
  }
  Json stored;
  const auto tokens = tokens_of(data / words[4], stored);
  bool right = tokens.ok();
  if (!tokens.ok()) fmt::print("{}\n", tokens.status().message());
  for (int i = 5; right && i + 1 < count; i += 2) {
    const auto judged = likelihood
                            ? weigh(device, limit, *tokens, data / words[i], words[i + 1], stored)
                            : compare(device, limit, *tokens, data / words[i], data / words[i + 1]);
    if (!judged.ok()) fmt::print("{}: {}\n", words[i], judged.status().message());
    right &= judged.ok() && *judged;
  }
  return right ? 0 : 1;
}
