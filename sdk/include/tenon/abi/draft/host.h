/* SPDX-License-Identifier: Apache-2.0
 *
 * Services of the host, found by tenon_host.query. Every one may be absent.
 */
#ifndef TENON_ABI_DRAFT_HOST_H
#define TENON_ABI_DRAFT_HOST_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_TASKS_ID "tenon.host.tasks/1"
#define TENON_MEMORY_ID "tenon.host.memory/1"
#define TENON_CONSTANT_ID "tenon.host.constant/1"
#define TENON_CACHE_ID "tenon.host.cache/1"
#define TENON_CPU_ID "tenon.host.cpu/1"
#define TENON_MODELS_ID "tenon.host.models/1"
#define TENON_SEQUENCES_ID "tenon.host.sequences/1"
#define TENON_PACKS_ID "tenon.host.packs/1" /* reserved */
#define TENON_TRACE_ID "tenon.host.trace/1"

/* One step of a program: fn runs for every chunk in [0, chunks), in any order, on any worker;
 * slot < width names the worker. */
typedef struct tenon_step tenon_step;
struct tenon_step {
  void(TENON_CALL* fn)(const tenon_step* step, void* frame, uint32_t chunk, uint32_t slot);
  const void* state;
};

/* One pool of threads for all plugins. */
typedef struct tenon_tasks {
  uint32_t size;
  uint32_t reserved;
  /* [any] Workers that may call fn at once, the caller included. */
  uint32_t(TENON_CALL* width)(void);
  /* [stream] Runs steps one after the other, the chunks of a step in parallel, at most 2^31 of
   * them. A step of one chunk runs on the calling thread. cancel is polled now and then. */
  tenon_status(TENON_CALL* run_steps)(const tenon_step* steps, const uint32_t* chunks,
                                      uint64_t count, void* frame, const tenon_cancel* cancel);
  /* [any] For packing and loading. */
  tenon_status(TENON_CALL* parallel_for)(uint64_t count, uint64_t grain, void* context,
                                         void(TENON_CALL* fn)(void* context, uint64_t begin,
                                                              uint64_t end));
} tenon_tasks;

/* Accounted host memory. [any] */
typedef struct tenon_memory {
  uint32_t size;
  uint32_t reserved;
  void*(TENON_CALL* alloc)(uint64_t bytes, uint64_t alignment); /* null when exhausted */
  void(TENON_CALL* free)(void* pointer);
} tenon_memory;

/* Bytes of constants named by tenon_value.data. [any] */
typedef struct tenon_constant {
  uint32_t size;
  uint32_t reserved;
  /* Borrowed until the program that was compiled with it is dropped. */
  tenon_status(TENON_CALL* map)(uint64_t constant, const void** data, uint64_t* bytes);
} tenon_constant;

/* Content-addressed blocks kept by the host between runs; a damaged entry is a miss. [any] */
typedef struct tenon_cache {
  uint32_t size;
  uint32_t reserved;
  /* TENON_UNSUPPORTED: no such entry. */
  tenon_status(TENON_CALL* get)(tenon_str key, const tenon_byte_sink* sink);
  tenon_status(TENON_CALL* put)(tenon_str key, const void* data, uint64_t bytes);
} tenon_cache;

typedef struct tenon_cpu {
  uint32_t size;
  uint32_t cores;     /* usable by this process: affinity and quota */
  tenon_str features; /* words separated by spaces: "sse4.2 avx2 fma" */
  uint64_t cache_l1_bytes;
  uint64_t cache_l2_bytes;
} tenon_cpu;

/* What the calling thread did for a run that is traced: one chunk of a step. */
typedef struct tenon_trace_span {
  uint32_t size;
  uint32_t chunk;
  uint64_t run;   /* trace_id of tenon_run */
  tenon_str op;   /* "Conv" */
  tenon_str name; /* of the node */
  uint64_t begin; /* nanoseconds, as now() tells them */
  uint64_t end;
  uint64_t bytes; /* of this chunk's operands, or of the step's, told with one chunk; 0: not known */
  uint64_t flops; /* the same of its arithmetic */
} tenon_trace_span;

/* The host's timeline. A run is traced when its trace_id is not 0; nobody else tells spans. [any] */
typedef struct tenon_trace {
  uint32_t size;
  uint32_t reserved;
  uint64_t(TENON_CALL* now)(void);
  void(TENON_CALL* span)(const tenon_trace_span* span);
} tenon_trace;

/* What a tenon_host_tensor is, beside a tensor. */
#define TENON_KIND_TENSOR 0u
#define TENON_KIND_SEQUENCE 1u /* items: its elements */
#define TENON_KIND_OPTIONAL 2u /* items: none or one */
#define TENON_KIND_MAP 3u      /* items: keys and values, two tensors or sequences of one length */

/* A tensor in host memory, dense row-major. Of dtype TENON_STRING, data points to tenon_str, one an
 * element, and bytes counts these. Of another kind than TENON_KIND_TENSOR, data is null and dtype
 * is that of the tensors inside, as far as it is known. */
typedef struct tenon_host_tensor {
  uint32_t size;
  uint32_t dtype;
  tenon_str name;
  const int64_t* dims;
  uint64_t rank;
  const void* data;
  uint64_t bytes;
  uint32_t kind; /* TENON_KIND_*; absent in smaller structs: a tensor */
  uint32_t reserved;
  const struct tenon_host_tensor* items;
  uint64_t n_items;
} tenon_host_tensor;

typedef struct tenon_tensor_sink {
  void* context;
  tenon_status(TENON_CALL* tensor)(void* context, const tenon_host_tensor* tensor);
} tenon_tensor_sink;

/* Models, for pipelines. [any] */
typedef struct tenon_model_ref tenon_model_ref;

typedef struct tenon_models {
  uint32_t size;
  uint32_t reserved;
  /* Inputs of a model: dims of -1 are free; data is null. */
  tenon_status(TENON_CALL* inputs)(tenon_model_ref* model, const tenon_tensor_sink* sink);
  /* Text beside the model ("preprocessor_config.json", "labels.txt"); TENON_UNSUPPORTED when
   * there is no such file. */
  tenon_status(TENON_CALL* companion)(tenon_model_ref* model, tenon_str name,
                                      const tenon_byte_sink* sink);
  tenon_status(TENON_CALL* run)(tenon_model_ref* model, const tenon_host_tensor* inputs,
                                uint64_t count, const tenon_tensor_sink* outputs,
                                const tenon_cancel* cancel);
} tenon_models;

/* Sequences of tokens and the states that a model keeps for them (keys and values, recurrent
 * states). One thread at a time. */
typedef struct tenon_sequences tenon_sequences;

#define TENON_WANT_NONE 0u
#define TENON_WANT_LAST 1u /* logits after the last token */
#define TENON_WANT_ALL 2u  /* after each token */

/* Tokens to append to a sequence, at least one. A sequence is named once a step. */
typedef struct tenon_step_entry {
  uint32_t size;
  uint32_t sequence;
  const int32_t* tokens;
  uint64_t count;
  uint32_t want; /* TENON_WANT_* */
  uint32_t reserved;
} tenon_step_entry;

/* Texts token by token: sequences over a model that has states. */
typedef struct tenon_sequences_table {
  uint32_t size;
  uint32_t reserved;
  /* What the model's recipe says of it, as one JSON object: kind "decoder", "encoder" or
   * "encoder-decoder", context (tokens), vocabulary, generate. A decoder without a recipe (an ONNX
   * graph with past_* inputs) says what its inputs tell. TENON_UNSUPPORTED: not a model of texts.
   */
  tenon_status(TENON_CALL* facts)(tenon_model_ref* model, const tenon_byte_sink* sink);
  /* A pool of sequences over the model, empty at first. tokens: room for keys and values of so many
   * tokens in all sequences together, 0: of one context; sequences: how many may exist at a time,
   * 0: 1; page: tokens whose keys and values lie together, 0: 64. The memory is taken here, a step
   * takes none. Destroyed before the model. */
  tenon_status(TENON_CALL* open)(tenon_model_ref* model, uint64_t tokens, uint32_t sequences,
                                 uint32_t page, tenon_sequences** pool);
  void(TENON_CALL* destroy)(tenon_sequences* pool);
  /* A sequence without tokens. */
  tenon_status(TENON_CALL* create)(tenon_sequences* pool, uint32_t* sequence);
  /* A second sequence with the same tokens; full pages are shared. */
  tenon_status(TENON_CALL* fork)(tenon_sequences* pool, uint32_t from, uint32_t* sequence);
  /* Forgets all tokens from position `length` on. TENON_UNSUPPORTED: its state cannot go back
   * (recurrent models, windows) but to 0. */
  tenon_status(TENON_CALL* truncate)(tenon_sequences* pool, uint32_t sequence, uint64_t length);
  tenon_status(TENON_CALL* drop)(tenon_sequences* pool, uint32_t sequence);
  /* Tokens whose keys and values the sequence holds. */
  tenon_status(TENON_CALL* length)(tenon_sequences* pool, uint32_t sequence, uint64_t* tokens);
  /* The whole state of a sequence as bytes, in the order of positions, whatever the page size; and
   * back, into a sequence without tokens of a pool over the same model. */
  tenon_status(TENON_CALL* save)(tenon_sequences* pool, uint32_t sequence,
                                 const tenon_byte_sink* sink);
  tenon_status(TENON_CALL* restore)(tenon_sequences* pool, uint32_t sequence, const void* data,
                                    uint64_t bytes);
  /* The encoder's turn of an encoder-decoder: what the decoder attends to in this sequence and its
   * forks. */
  tenon_status(TENON_CALL* encode)(tenon_sequences* pool, uint32_t sequence, const int32_t* tokens,
                                   uint64_t count, const tenon_cancel* cancel);
  /* Appends tokens to sequences, all in one run. logits: called once for each entry that wants any,
   * in order, with f32 [rows, vocabulary]; rows is 1, or the entry's tokens. After a failure the
   * sequences are as long as before. */
  tenon_status(TENON_CALL* step)(tenon_sequences* pool, const tenon_step_entry* entries,
                                 uint64_t count, const tenon_tensor_sink* logits,
                                 const tenon_cancel* cancel);
} tenon_sequences_table;

#ifdef __cplusplus
}
#endif
#endif
