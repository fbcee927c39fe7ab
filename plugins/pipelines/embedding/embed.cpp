// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/embedding/embed.h"

#include "plugins/pipelines/embedding/pooling.h"

namespace tenon::embedding {

Status embed(const text::Host& host, const tenon_request& request, const tenon_event_sink& events) {
  constexpr std::string_view known[] = {"input", "pooling", "normalize", "dimensions"};
  const text::HostFiles files(host, request);
  TENON_TRY_ASSIGN(const Json parameters, text::parameters_of(request));
  TENON_TRY(text::expect_keys(parameters, known));
  const Json* input = parameters.find("input");
  if (input == nullptr) return invalid("request: expected \"input\", a text or texts");
  const Json texts = input->is_array() ? *input : Json::array({*input});
  TENON_TRY_ASSIGN(const text::Encoder encoder, text::Encoder::open(host, files));
  TENON_TRY_ASSIGN(const Pooling pooling, read_pooling(files, encoder.facts(), parameters));
  TENON_TRY_ASSIGN(const auto tokenizer, text::open_tokenizer(files));
  int64_t index = 0;
  for (const Json& text : texts.array_items()) {
    if (!text.is_text()) return invalid("\"input\": {}, expected texts", text.kind());
    TENON_TRY_ASSIGN(const text::Encoding encoding, tokenizer->encode_single(*text.text()));
    TENON_TRY_ASSIGN(const auto outputs, encoder.run(encoding, request.cancel));
    TENON_TRY_ASSIGN(const std::vector<float> vector, pool(outputs, encoding.ids.size(), pooling));
    Json numbers = Json::array();
    for (const float number : vector) numbers.push(double{number});
    TENON_TRY(
        text::send(events, Json::object({{"event", "result"},
                                         {"index", index++},
                                         {"tokens", static_cast<int64_t>(encoding.ids.size())},
                                         {"embedding", std::move(numbers)}})));
  }
  return {};
}

}  // namespace tenon::embedding
