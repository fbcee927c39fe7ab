/* SPDX-License-Identifier: Apache-2.0
 *
 * Tasks over models. One request form in and out: JSON parameters and tensors or files in,
 * events out.
 */
#ifndef TENON_ABI_DRAFT_PIPELINE_H
#define TENON_ABI_DRAFT_PIPELINE_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_PIPELINE_ID "tenon.pipeline/1"

typedef struct tenon_pipeline_run tenon_pipeline_run;

/* One part of a request: a file's bytes under a name. */
typedef struct tenon_part {
  tenon_str name;
  const void* data;
  uint64_t bytes;
} tenon_part;

typedef struct tenon_request {
  uint32_t size;
  uint32_t reserved;
  tenon_str parameters; /* a JSON object */
  const tenon_part* parts;
  uint64_t n_parts;
  const tenon_cancel* cancel; /* may be null */
} tenon_request;

typedef struct tenon_event_sink {
  void* context;
  /* One JSON object a call. */
  tenon_status(TENON_CALL* event)(void* context, tenon_str json);
} tenon_event_sink;

typedef struct tenon_pipeline {
  uint32_t size;
  uint32_t reserved;
  /* [any] "image-classification" */
  tenon_str(TENON_CALL* task)(void* self);
  /* [any] The model stays the host's and outlives the call; null when a task is asked for without
   * one. */
  tenon_status(TENON_CALL* run)(void* self, tenon_model_ref* model, const tenon_request* request,
                                const tenon_event_sink* events);
} tenon_pipeline;

#ifdef __cplusplus
}
#endif
#endif
