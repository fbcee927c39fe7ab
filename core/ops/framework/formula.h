// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <initializer_list>
#include <string_view>
#include <utility>

// Parts of element functions that several operators share. Pure functions of their context.
namespace tenon::ops {

using Names = std::initializer_list<std::pair<std::string_view, Expr>>;

// The formula with names standing for the given expressions. A formula that does not parse fails
// the element.
Expr formula(ElementContext& c, std::string_view text, Names names);

// `index` counted from the end where it is negative.
Expr wrap_index(Expr index, Expr extent);

// The type in which expressions hold elements of the output.
inline Type output_type(const ElementContext& c) { return type_of(c.output_dtype()); }

// An i64 expression of an integer or floating one.
inline Expr as_index(Expr value) { return value.pool().cast(value, Type::i64); }

}  // namespace tenon::ops
