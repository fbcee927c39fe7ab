// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/files.h"

// Models that read a whole text at once: an exported graph with input_ids, attention_mask and
// token_type_ids, or an encoder from a recipe. [any thread]
namespace tenon::text {

struct EncoderOutput {
  std::string name;
  std::vector<int64_t> dims;
  std::vector<float> values;
};

class Encoder {
 public:
  static Result<Encoder> open(const Host& host, const HostFiles& files);

  // Facts of a recipe, or an empty object.
  const Json& facts() const { return facts_; }
  // The most tokens of a text, 0 when nothing says.
  int64_t context() const { return context_; }

  // All outputs of numbers for one text. Refuses what is longer than the model's context.
  Result<std::vector<EncoderOutput>> run(const Encoding& text, const tenon_cancel* cancel) const;

 private:
  struct Input {
    std::string name;
    uint32_t dtype;
  };
  explicit Encoder(const Host& host) : host_(&host) {}
  Status read_inputs();

  const Host* host_;
  Json facts_ = Json::object();
  std::vector<Input> inputs_;
  int64_t context_ = 0;
};

}  // namespace tenon::text
