// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/weight_file.h"

#include "tenon/json.h"

#include <string>
#include <string_view>

// Facts about a file of weights; no weight is read. [any thread]
namespace tenon {

class Model;

// What its documents call its family: "llama" of GGUF, model_type of a Hugging Face configuration;
// "" when they do not say.
std::string_view architecture_of(const WeightFile& file);

// {"q4_K": {"tensors": 225, "elements": ..., "bytes": ...}} by format or element type.
Json parameters_json(const WeightFile& file);
// Name, format or element type, dims and bytes of every tensor.
Json tensors_json(const WeightFile& file);
// Architecture, documents, tokenizer and chat template, as far as they are there.
Json weights_json(const Model& model);

}  // namespace tenon
