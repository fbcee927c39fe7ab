/* SPDX-License-Identifier: Apache-2.0
 *
 * A graph as one flat, position-independent block of bytes: what a backend reads, what a cache is
 * keyed by and what a sandboxed loader answers. Offsets count from the first byte of tenon_graph;
 * the block is 8-byte aligned. tenon/graph_view.h reads it, tenon/graph_check.h checks it.
 */
#ifndef TENON_ABI_DRAFT_GRAPH_H
#define TENON_ABI_DRAFT_GRAPH_H

#include "expr.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_GRAPH_VERSION 1u
#define TENON_NONE 0xFFFFFFFFu /* no value, no formula, an omitted operand */

/* count rows of stride bytes each at offset. A stride may exceed the row known here. */
typedef struct tenon_table {
  uint64_t offset;
  uint32_t count;
  uint32_t stride;
} tenon_table;

typedef struct tenon_graph {
  uint32_t size;
  uint32_t version;
  uint64_t bytes; /* of the whole block */
  tenon_table nodes;
  tenon_table values;
  tenon_table operands; /* u32 value indices; nodes and bodies own slices */
  tenon_table dims;     /* tenon_dim; values and attributes own slices */
  tenon_table exprs;
  tenon_table symbols;
  tenon_table attrs;
  tenon_table numbers; /* i64, or bits of double: payload of list attributes */
  tenon_table states;
  tenon_table bodies; /* row 0 is the graph itself */
  tenon_table text;   /* bytes (stride 1): u32 length, then UTF-8, 4-byte aligned; row 0 is "" */
} tenon_graph;

/* >= 0: the extent; else ~index of an i64 row of exprs. */
typedef int64_t tenon_dim;

#define TENON_NODE_HOST_CONTROL 1u

/* Nodes of a body are in topological order. */
typedef struct tenon_node {
  uint32_t op;      /* text: ONNX operator name */
  uint32_t domain;  /* text: "" is ONNX's own */
  uint32_t in0;     /* operands slice; TENON_NONE marks an omitted one */
  uint32_t n_in;
  uint32_t out0;    /* operands slice */
  uint32_t n_out;
  uint32_t attr0;
  uint32_t n_attr;
  uint32_t body0;
  uint32_t n_body;
  uint32_t formula; /* row of exprs: the element of output 0, or TENON_NONE */
  uint32_t flags;
  uint32_t name;    /* text */
  uint32_t version; /* operator-set version of the meaning */
} tenon_node;

#define TENON_VALUE_COMPUTED 0u
#define TENON_VALUE_INPUT 1u
#define TENON_VALUE_CONSTANT 2u
#define TENON_VALUE_STATE 3u
#define TENON_VALUE_NONE 4u

typedef struct tenon_value {
  uint32_t kind;
  uint32_t dtype;
  uint32_t format; /* text: quantization format, "" = plain */
  uint32_t rank;
  uint32_t dim0;
  uint32_t known0; /* dims slice: the value's elements when they are known */
  uint32_t n_known;
  uint32_t name;
  uint64_t data; /* constants: handle for tenon.host.constant/1 */
} tenon_value;

#define TENON_SYMBOL_INPUT 0u /* bound from the dims of graph inputs */
#define TENON_SYMBOL_DATA 1u  /* bound from a tensor's content while running */
#define TENON_SYMBOL_STEP 2u

typedef struct tenon_symbol {
  uint32_t name;
  uint32_t origin;
  uint32_t node; /* data: the node whose operand gives it, else TENON_NONE */
  uint32_t reserved;
  int64_t min;
  int64_t max; /* 0 = unbounded */
  int64_t multiple;
} tenon_symbol;

#define TENON_ATTR_INT 1u     /* i */
#define TENON_ATTR_FLOAT 2u   /* f */
#define TENON_ATTR_STRING 3u  /* i = text */
#define TENON_ATTR_INTS 4u    /* numbers slice */
#define TENON_ATTR_FLOATS 5u  /* numbers slice, bits of double */
#define TENON_ATTR_STRINGS 6u /* numbers slice, each a text */
#define TENON_ATTR_DIMS 7u    /* dims slice */
#define TENON_ATTR_TENSOR 8u  /* i = index of a constant value */
#define TENON_ATTR_BODY 9u    /* i = index of a body */

typedef struct tenon_attr {
  uint32_t name;
  uint32_t kind;
  uint32_t first;
  uint32_t count;
  int64_t i;
  double f;
} tenon_attr;

typedef struct tenon_body {
  uint32_t name;
  uint32_t node0;
  uint32_t n_node;
  uint32_t in0; /* operands slice */
  uint32_t n_in;
  uint32_t out0; /* operands slice */
  uint32_t n_out;
  uint32_t reserved;
} tenon_body;

typedef struct tenon_state {
  uint32_t name;
  uint32_t kind;
  uint32_t value;
  uint32_t reserved;
} tenon_state;

#ifdef __cplusplus
}
#endif
#endif
