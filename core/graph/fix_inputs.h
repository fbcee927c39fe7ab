// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <map>
#include <string>

// Operators whose axes or modes are tensors need them before a plan can be made. Where a model
// takes such a tensor as an input, it is fixed when the model is loaded.
namespace tenon {

// Makes inputs of body 0, by name, constants of the given elements ("1, -1"); they are inputs no
// more. Errors name the inputs that there are.
Status fix_inputs(Graph& graph, const std::map<std::string, std::string>& elements);

}  // namespace tenon
