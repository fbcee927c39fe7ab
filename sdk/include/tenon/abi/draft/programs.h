/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way to run: claim, compile, bind, run. The graph of claim is the whole device graph; the
 * graph of compile is one island whose body 0 lists what crosses its border.
 */
#ifndef TENON_ABI_DRAFT_PROGRAMS_H
#define TENON_ABI_DRAFT_PROGRAMS_H

#include "backend.h"
#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_PROGRAMS_ID "tenon.programs/1"

typedef struct tenon_program tenon_program;
typedef struct tenon_bound tenon_bound;

/* A set of nodes that one program can run. In this revision each set has one node. */
typedef struct tenon_claim {
  uint32_t size;
  uint32_t n_nodes;
  const uint32_t* nodes;
  double cost_us; /* 0 = unknown */
  tenon_str label;
} tenon_claim;

typedef struct tenon_claim_sink {
  void* context;
  tenon_status(TENON_CALL* claim)(void* context, const tenon_claim* claim);
  /* Why a node cannot run here. Nodes neither claimed nor refused count as refused. */
  tenon_status(TENON_CALL* refuse)(void* context, uint32_t node, uint32_t reserved,
                                   tenon_str reason);
} tenon_claim_sink;

#define TENON_PRECISION_EXACT 0u
#define TENON_PRECISION_FAST 1u

typedef struct tenon_compile {
  uint32_t size;
  uint32_t precision;
  tenon_str key; /* content hash of the island, for caches */
  const tenon_cancel* cancel; /* may be null */
} tenon_compile;

/* What one bound program needs at run. */
typedef struct tenon_demand {
  uint32_t size;
  uint32_t kernels; /* launches per run */
  uint64_t scratch_bytes;
  uint64_t scratch_alignment;
} tenon_demand;

typedef struct tenon_binding {
  tenon_buffer* buffer;
  uint64_t offset;
  uint64_t bytes;
} tenon_binding;

/* bindings: first the inputs of body 0 (constants among them), then its outputs, in order.
 * Tensors are dense, row-major, one byte per element for sub-byte types. symbols: the values that
 * bind() was given. */
typedef struct tenon_run {
  uint32_t size;
  uint32_t n_bindings;
  const tenon_binding* bindings;
  const int64_t* symbols;
  uint32_t n_symbols;
  uint32_t flags;
  tenon_binding scratch;
  const tenon_cancel* cancel; /* may be null */
  uint64_t trace_id; /* not 0: tell tenon.host.trace/1 what steps do */
} tenon_run;

typedef struct tenon_programs {
  uint32_t size;
  uint32_t reserved;
  /* [any] */
  tenon_status(TENON_CALL* claim)(tenon_device* device, const tenon_graph* graph,
                                  const tenon_claim_sink* sink);
  /* [any] Code for all shapes. The graph is borrowed for the call. */
  tenon_status(TENON_CALL* compile)(tenon_device* device, const tenon_graph* graph,
                                    const tenon_compile* options, tenon_program** program);
  /* [any] Plans one set of symbol values (one i64 per row of symbols). May allocate. */
  tenon_status(TENON_CALL* bind)(tenon_program* program, const int64_t* symbols, uint64_t count,
                                 tenon_bound** bound, tenon_demand* demand);
  /* [stream] Allocates nothing. The run struct is borrowed for the call, buffers until done. */
  tenon_status(TENON_CALL* run)(tenon_bound* bound, const tenon_run* run, tenon_stream* stream);
  /* Text that changes whenever compiled code would: driver, version, instruction set. */
  tenon_status(TENON_CALL* fingerprint)(tenon_device* device, const tenon_byte_sink* sink);
  void(TENON_CALL* drop_bound)(tenon_bound* bound);
  void(TENON_CALL* drop)(tenon_program* program);
} tenon_programs;

#ifdef __cplusplus
}
#endif
#endif
