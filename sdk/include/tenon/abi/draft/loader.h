/* SPDX-License-Identifier: Apache-2.0
 *
 * File formats. A loader never opens a file and never returns a pointer to weights: it reads
 * through a source and describes what it found to the builder, which copies all it is given.
 */
#ifndef TENON_ABI_DRAFT_LOADER_H
#define TENON_ABI_DRAFT_LOADER_H

#include "base.h"
#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_LOADER_ID "tenon.loader/1"

/* One file or block of bytes; owned by the host, alive as long as the model. [any] */
typedef struct tenon_source tenon_source;
typedef struct tenon_source_table {
  uint32_t size;
  uint32_t reserved;
  uint64_t(TENON_CALL* bytes)(tenon_source* source);
  /* Bytes [offset, offset + bytes); they stay valid and unchanged while the model lives. */
  tenon_status(TENON_CALL* map)(tenon_source* source, uint64_t offset, uint64_t bytes,
                                const void** data);
  /* Another file of the same model, by relative name; the host enforces that it stays inside the
   * model's directory. */
  tenon_status(TENON_CALL* sibling)(tenon_source* source, tenon_str name, tenon_source** other);
  /* File name without directory, or "". Lives as long as the source. */
  tenon_str(TENON_CALL* name)(tenon_source* source);
} tenon_source_table;

/* An attribute as a loader states it; kind is TENON_ATTR_*. Only the members of the kind count.
 * tensor: a value made by weight(). body: a body made by begin_body(). */
typedef struct tenon_attribute {
  uint32_t size;
  uint32_t kind;
  tenon_str name;
  int64_t i;
  double f;
  tenon_str s;
  const int64_t* ints;
  const double* floats;
  const tenon_str* strings;
  uint64_t count;
  uint32_t tensor;
  uint32_t body;
} tenon_attribute;

/* One extent of an input: >= 0 fixed; TENON_DIM_SYMBOL: name equal in two places means the same
 * extent, an empty name is a symbol of its own. */
#define TENON_DIM_SYMBOL (-1)
typedef struct tenon_loader_dim {
  int64_t extent;
  tenon_str symbol;
} tenon_loader_dim;

#define TENON_RANK_UNKNOWN 0xFFFFFFFFu

/* Builds one model. All functions [load]: one thread, during load(). Values and bodies are named
 * by index. Every function returns a status; the builder checks what it is given. */
typedef struct tenon_builder tenon_builder;
typedef struct tenon_builder_table {
  uint32_t size;
  uint32_t reserved;
  tenon_status(TENON_CALL* meta)(tenon_builder* builder, tenon_str key, tenon_str value);
  /* Dense little-endian row-major elements at [offset, offset + bytes) of source. */
  tenon_status(TENON_CALL* weight)(tenon_builder* builder, tenon_str name, uint32_t dtype,
                                   uint32_t rank, const int64_t* dims, tenon_source* source,
                                   uint64_t offset, uint64_t bytes, uint32_t* value);
  /* A new block of memory that the loader fills and then names like any source. Owned by the
   * model; counted against the file's budget. */
  tenon_status(TENON_CALL* bytes)(tenon_builder* builder, uint64_t bytes, tenon_source** source,
                                  void** data);
  tenon_status(TENON_CALL* input)(tenon_builder* builder, tenon_str name, uint32_t dtype,
                                  uint32_t rank, const tenon_loader_dim* dims, uint32_t* value);
  /* A node of the current body. inputs: TENON_NONE = omitted. outputs: n_out new values, named
   * by output_names (an empty name is allowed). version: of the operator set whose meaning the
   * node has. */
  tenon_status(TENON_CALL* node)(tenon_builder* builder, tenon_str domain, tenon_str op,
                                 uint32_t version, uint32_t n_in, const uint32_t* inputs,
                                 uint32_t n_out, const tenon_str* output_names, uint32_t* outputs,
                                 const tenon_attribute* attributes, uint64_t n_attributes,
                                 tenon_str name);
  tenon_status(TENON_CALL* output)(tenon_builder* builder, tenon_str name, uint32_t value);
  /* Subgraphs nest; nodes between begin and end may use values of the bodies around them. */
  tenon_status(TENON_CALL* begin_body)(tenon_builder* builder, tenon_str name);
  tenon_status(TENON_CALL* body_input)(tenon_builder* builder, tenon_str name, uint32_t dtype,
                                       uint32_t rank, const tenon_loader_dim* dims,
                                       uint32_t* value);
  tenon_status(TENON_CALL* end_body)(tenon_builder* builder, uint32_t n_out,
                                     const uint32_t* outputs, uint32_t* body);
  /* What the loader cannot express. Loading goes on, and all of them are reported at once. */
  tenon_status(TENON_CALL* unsupported)(tenon_builder* builder, tenon_str op, tenon_str node,
                                        tenon_str reason);
  /* A constant of texts, one an element; count is the product of the dims. */
  tenon_status(TENON_CALL* texts)(tenon_builder* builder, tenon_str name, uint32_t rank,
                                  const int64_t* dims, const tenon_str* texts, uint64_t count,
                                  uint32_t* value);
  /* An input of the graph, or of the open body, that is no tensor. wraps: TENON_KIND_*, outermost
   * first; dtype: of the tensors inside. */
  tenon_status(TENON_CALL* wrapped_input)(tenon_builder* builder, tenon_str name,
                                          const uint32_t* wraps, uint32_t n_wraps, uint32_t dtype,
                                          uint32_t* value);
  /* For containers of weights without a graph, which a recipe turns into one.
   * A tensor of the file. dims: row-major, outermost first. format: name of a quantization format
   * ("q4_K"; then dtype is TENON_F32 and the bytes are its blocks), or "": plain little-endian
   * elements at any alignment. */
  tenon_status(TENON_CALL* stored)(tenon_builder* builder, tenon_str name, uint32_t dtype,
                                   tenon_str format, uint32_t rank, const int64_t* dims,
                                   tenon_source* source, uint64_t offset, uint64_t bytes);
  /* A JSON document that recipes read: "hf" is config.json, "generation" generation_config.json,
   * "gguf" the metadata nested by the dots of its keys. */
  tenon_status(TENON_CALL* document)(tenon_builder* builder, tenon_str name, tenon_str json);
  /* Bytes handed on to pipelines under a name, as a file beside the model would be. */
  tenon_status(TENON_CALL* companion)(tenon_builder* builder, tenon_str name, tenon_source* source,
                                      uint64_t offset, uint64_t bytes);
} tenon_builder_table;

typedef struct tenon_load {
  uint32_t size;
  uint32_t reserved;
  tenon_source* source;
  const tenon_source_table* sources;
  tenon_builder* builder;
  const tenon_builder_table* build;
  const tenon_kv* options;
  uint64_t n_options;
  const tenon_cancel* cancel; /* may be null */
} tenon_load;

typedef struct tenon_loader {
  uint32_t size;
  uint32_t reserved;
  /* [any] 0 = not mine, 100 = certain, from at most the first 64 KiB. */
  uint32_t(TENON_CALL* probe)(void* self, const void* head, uint64_t size, uint64_t file_bytes,
                              tenon_str file_name);
  /* [any] */
  tenon_status(TENON_CALL* load)(void* self, const tenon_load* load);
} tenon_loader;

#ifdef __cplusplus
}
#endif
#endif
