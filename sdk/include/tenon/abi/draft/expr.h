/* SPDX-License-Identifier: Apache-2.0
 *
 * The one expression form: dims, element formulas, index maps, fused chains. Rows form a DAG in
 * which operands stand before their users. Semantics are stated once, here:
 *   integers wrap to the width of their type; DIV truncates toward zero, REM has the sign of the
 *   dividend, MOD the sign of the divisor, FLOORDIV rounds down; x/0 and x%0 are 0 for integers;
 *   shifts by the width or more give 0; float to integer saturates and NaN gives 0;
 *   ROUND is half to even; MIN and MAX of floats give NaN when either is NaN;
 *   f16, bf16 and smaller types exist in memory only: they are widened by LOAD.
 */
#ifndef TENON_ABI_DRAFT_EXPR_H
#define TENON_ABI_DRAFT_EXPR_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types in which expressions compute. */
#define TENON_TYPE_BOOL 0u
#define TENON_TYPE_I32 1u
#define TENON_TYPE_U32 2u
#define TENON_TYPE_I64 3u
#define TENON_TYPE_U64 4u
#define TENON_TYPE_F32 5u
#define TENON_TYPE_F64 6u

/* Leaves. */
#define TENON_EXPR_CONST 0u  /* k = the integer, or the bits of a double for float types */
#define TENON_EXPR_SYMBOL 1u /* k = index of a symbol; its 64-bit value read like CONST's k */
#define TENON_EXPR_COORD 2u  /* k = axis: i64 coordinate of the output element */
#define TENON_EXPR_LINEAR 3u /* i64 row-major index of the output element */
/* k = operand of the node; a = i64 element index into the operand, row-major, -1 row = LINEAR;
 * b = bool expression or -1: when false the element is c (or zero when c is -1) and nothing is
 * read. type = what the element is widened to. */
#define TENON_EXPR_LOAD 4u

/* One operand a. */
#define TENON_EXPR_NEG 16u
#define TENON_EXPR_ABS 17u
#define TENON_EXPR_NOT 18u /* bool: logical; integers: bitwise */
#define TENON_EXPR_FLOOR 19u
#define TENON_EXPR_CEIL 20u
#define TENON_EXPR_ROUND 21u
#define TENON_EXPR_TRUNC 22u
#define TENON_EXPR_SQRT 23u
#define TENON_EXPR_EXP 24u
#define TENON_EXPR_LOG 25u
#define TENON_EXPR_SIN 26u
#define TENON_EXPR_COS 27u
#define TENON_EXPR_TAN 28u
#define TENON_EXPR_ASIN 29u
#define TENON_EXPR_ACOS 30u
#define TENON_EXPR_ATAN 31u
#define TENON_EXPR_SINH 32u
#define TENON_EXPR_COSH 33u
#define TENON_EXPR_TANH 34u
#define TENON_EXPR_ASINH 35u
#define TENON_EXPR_ACOSH 36u
#define TENON_EXPR_ATANH 37u
#define TENON_EXPR_ERF 38u
#define TENON_EXPR_ISNAN 39u   /* gives bool */
#define TENON_EXPR_ISINF 40u   /* gives bool */
#define TENON_EXPR_CAST 41u    /* to type */
#define TENON_EXPR_BITCAST 42u /* to type of the same width */

/* Two operands a, b of the same type. Comparisons give bool. */
#define TENON_EXPR_ADD 64u
#define TENON_EXPR_SUB 65u
#define TENON_EXPR_MUL 66u
#define TENON_EXPR_DIV 67u
#define TENON_EXPR_REM 68u
#define TENON_EXPR_MOD 69u
#define TENON_EXPR_FLOORDIV 70u
#define TENON_EXPR_MIN 71u
#define TENON_EXPR_MAX 72u
#define TENON_EXPR_POW 73u
#define TENON_EXPR_AND 74u /* bool: logical; integers: bitwise */
#define TENON_EXPR_OR 75u
#define TENON_EXPR_XOR 76u
#define TENON_EXPR_SHL 77u
#define TENON_EXPR_SHR 78u /* logical for u32, u64; arithmetic for i32, i64 */
#define TENON_EXPR_LT 79u
#define TENON_EXPR_LE 80u
#define TENON_EXPR_EQ 81u
#define TENON_EXPR_NE 82u

/* Three operands: a is bool; b when true, else c. */
#define TENON_EXPR_SELECT 96u

/* a, b, c are rows of the same table, smaller than this row's own index, or -1. 24 bytes. */
typedef struct tenon_expr {
  uint16_t op;
  uint16_t type;
  int32_t a;
  int32_t b;
  int32_t c;
  int64_t k;
} tenon_expr;

#ifdef __cplusplus
}
#endif
#endif
