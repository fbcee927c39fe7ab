// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/bench/graph.h"

// Timing of a model of texts with the columns of llama-bench: tokens a second of prompts (pp) and
// of tokens that are made one at a time (tg). One thread at a time.
namespace tenon::cli::bench {

// Whether the lists of numbers are such.
Status check_lists(const Arguments& arguments);

// Whether the flags or the file ask for the loops over texts.
Result<bool> is_about_texts(const Model& model, const Arguments& arguments);

// All tests that the lists of values span, or slices of one when --paced is given.
Result<Exit> bench_texts(Subject& subject, const Arguments& arguments);

}  // namespace tenon::cli::bench
