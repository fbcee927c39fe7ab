// SPDX-License-Identifier: Apache-2.0
#include "sampling/settings.h"

#include <charconv>
#include <cmath>

namespace tenon::text {

namespace {

const Json* given(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

// A number in a range; what is absent stays as it is.
Status read_number(const Json& json, std::string_view key, double least, double most,
                   double& number) {
  const Json* value = given(json, key);
  if (value == nullptr) return {};
  const auto read = value->number();
  if (!read || !(*read >= least && *read <= most)) {
    return invalid("\"{}\": {}, expected a number from {} to {}", key, value->dump(), least, most);
  }
  number = *read;
  return {};
}

Status read_integer(const Json& json, std::string_view key, int64_t least, int64_t most,
                    int64_t& number) {
  const Json* value = given(json, key);
  if (value == nullptr) return {};
  const auto read = value->integer();
  if (!read || *read < least || *read > most) {
    return invalid("\"{}\": {}, expected an integer from {} to {}", key, value->dump(), least,
                   most);
  }
  number = *read;
  return {};
}

constexpr double many = 1e6;

// What both sources spell alike.
Status read_filters(const Json& json, SamplerSettings& settings) {
  TENON_TRY(read_integer(json, "top_k", -1, int64_t{1} << 31, settings.top_k));
  TENON_TRY(read_number(json, "top_p", 0, 1, settings.top_p));
  TENON_TRY(read_number(json, "min_p", 0, 1, settings.min_p));
  TENON_TRY(read_number(json, "typical_p", 0, 1, settings.typical_p));
  TENON_TRY(read_number(json, "repetition_penalty", 1e-6, many, settings.repetition_penalty));
  settings.top_k = std::max<int64_t>(settings.top_k, 0);
  return {};
}

// {"123": -100, ...}
Status read_bias(const Json& bias, SamplerSettings& settings) {
  if (!bias.is_object()) return invalid("\"logit_bias\": expected an object of token ids");
  settings.logit_bias.clear();
  for (const auto& [name, value] : bias.members()) {
    int32_t id = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), id);
    const auto number = value.number();
    if (end.ec != std::errc() || end.ptr != name.data() + name.size() || id < 0 || !number) {
      return invalid("\"logit_bias\": \"{}\": {}, expected a token id and a number", name,
                     value.dump());
    }
    settings.logit_bias.emplace_back(id, *number);
  }
  return {};
}

// true: with the chosen token only; a number: with so many alternatives.
Status read_logprobs(const Json& value, SamplerSettings& settings) {
  constexpr int64_t most = 1000;
  if (const auto flag = value.boolean()) {
    settings.logprobs = *flag ? 0 : -1;
    return {};
  }
  const auto count = value.integer();
  if (!count || *count < 0 || *count > most) {
    return invalid("\"logprobs\": {}, expected true, false or 0 to {}", value.dump(), most);
  }
  settings.logprobs = *count;
  return {};
}

}  // namespace

Status apply_generation_config(const Json& config, SamplerSettings& settings) {
  if (!config.is_object()) return invalid("{}, expected an object", config.kind());
  settings.temperature = 0;
  if (config.boolean("do_sample", false)) {
    settings.temperature = 1;
    TENON_TRY(read_number(config, "temperature", 0, many, settings.temperature));
  }
  return read_filters(config, settings);
}

Status apply_sampling_request(const Json& request, SamplerSettings& settings) {
  if (!request.is_object()) return invalid("{}, expected an object", request.kind());
  TENON_TRY(read_number(request, "temperature", 0, many, settings.temperature));
  TENON_TRY(read_filters(request, settings));
  TENON_TRY(read_number(request, "presence_penalty", -many, many, settings.presence_penalty));
  TENON_TRY(read_number(request, "frequency_penalty", -many, many, settings.frequency_penalty));
  if (const Json* bias = given(request, "logit_bias")) TENON_TRY(read_bias(*bias, settings));
  if (const Json* seed = given(request, "seed")) {
    const auto number = seed->integer();
    if (!number) return invalid("\"seed\": {}, expected an integer", seed->dump());
    settings.seed = static_cast<uint64_t>(*number);
    settings.has_seed = true;
  }
  if (const Json* logprobs = given(request, "logprobs")) {
    TENON_TRY(read_logprobs(*logprobs, settings));
  }
  return {};
}

}  // namespace tenon::text
