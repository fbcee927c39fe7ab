// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/weights/float64.h"

#include <span>

// Forward passes of model families in f64, written from their description and not from recipes:
// logits of every token of one sequence, from a file with the names of Hugging Face.
namespace tenon::weights {

// By model_type of its config.json; of a file without one, RWKV. Ends the program for others.
Matrix logits_of(const WeightFile& file, std::span<const int32_t> tokens);

}  // namespace tenon::weights
