// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/recipes/evaluator.h"

// Looks through a recipe without a model: every name must stand for something, and functions must
// not call themselves. [any thread]
namespace tenon::recipes {

// functions: those of the recipe itself and of the shared parts.
Status check(const Recipe& recipe, const Evaluator::Functions& functions);

}  // namespace tenon::recipes
