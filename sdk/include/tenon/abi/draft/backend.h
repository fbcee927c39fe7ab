/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices: memory, streams, fences, copies. Commands on one stream run in order; nothing is
 * promised between streams but by fences. The host allocates large blocks and plans inside them.
 */
#ifndef TENON_ABI_DRAFT_BACKEND_H
#define TENON_ABI_DRAFT_BACKEND_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_BACKEND_ID "tenon.backend/1"

typedef struct tenon_device tenon_device;
typedef struct tenon_buffer tenon_buffer;
typedef struct tenon_stream tenon_stream;
typedef struct tenon_fence tenon_fence;

#define TENON_DEVICE_CPU 1u
#define TENON_DEVICE_GPU 2u
#define TENON_DEVICE_IGPU 3u
#define TENON_DEVICE_NPU 4u
#define TENON_DEVICE_FPGA 5u
#define TENON_DEVICE_VIRTUAL 6u

#define TENON_HEAP_DEVICE_LOCAL 1u
#define TENON_HEAP_HOST_VISIBLE 2u
#define TENON_HEAP_COHERENT 4u
#define TENON_HEAP_CACHED 8u
#define TENON_HEAP_UNIFIED 16u    /* host and device share pages */
#define TENON_HEAP_IMPORTABLE 32u /* import_host may succeed */

typedef struct tenon_heap {
  uint32_t size;
  uint32_t flags;
  uint64_t bytes;
  uint64_t alignment; /* of offsets that programs may bind */
} tenon_heap;

/* Commands may still be pending when a [stream] function returns. */
#define TENON_DEVICE_ASYNC 1u
/* Rates below were measured, not declared. */
#define TENON_DEVICE_MEASURED 2u

/* Borrowed for the sink call. Rates are 0 when unknown. */
typedef struct tenon_device_info {
  uint32_t size;
  uint32_t kind;
  tenon_str id; /* stable, unique within the plugin: "opencl:0" */
  tenon_str name;
  tenon_str driver;
  tenon_str features; /* words separated by spaces */
  uint64_t dtypes;    /* bit n: element type n can be computed with */
  const tenon_heap* heaps;
  uint32_t n_heaps;
  uint32_t heap_stride;
  uint32_t flags;
  uint32_t subgroup;
  uint32_t max_group;
  uint32_t compute_units;
  double gflops; /* f32 multiply-adds, counted as two */
  double gbytes_per_s;
  double launch_us;
  double link_gbytes_per_s;
} tenon_device_info;

typedef struct tenon_device_sink {
  void* context;
  tenon_status(TENON_CALL* device)(void* context, const tenon_device_info* info);
} tenon_device_sink;

/* How a buffer will be used. */
#define TENON_USE_SCRATCH 1u
#define TENON_USE_WEIGHTS 2u
#define TENON_USE_STAGING 4u

/* size is set by the SDK. Objects are freed by the table that made them, children first. */
typedef struct tenon_backend {
  uint32_t size;
  uint32_t reserved;
  /* [control] Lists devices; the ordinal of open() is the position in this list. */
  tenon_status(TENON_CALL* devices)(void* self, const tenon_device_sink* sink);
  /* [control] */
  tenon_status(TENON_CALL* open)(void* self, uint32_t ordinal, uint32_t reserved,
                                 const tenon_kv* options, uint64_t count, tenon_device** device);
  void(TENON_CALL* close)(tenon_device* device);
  /* [any] Bytes; free may be an estimate, total 0 when unknown. */
  tenon_status(TENON_CALL* memory)(tenon_device* device, uint64_t* free, uint64_t* total);
  /* [device] bytes may be 0. Contents are undefined. */
  tenon_status(TENON_CALL* alloc)(tenon_device* device, uint64_t bytes, uint32_t usage,
                                  uint32_t reserved, tenon_buffer** buffer);
  /* [device] Uses the host's memory in place; it stays the host's and outlives the buffer.
   * TENON_UNSUPPORTED: the host copies instead. */
  tenon_status(TENON_CALL* import_host)(tenon_device* device, void* pointer, uint64_t bytes,
                                        uint32_t usage, uint32_t reserved, tenon_buffer** buffer);
  /* [device] No command that uses the buffer is pending. */
  void(TENON_CALL* free)(tenon_device* device, tenon_buffer* buffer);
  /* [device] Host address of a host-visible buffer; TENON_UNSUPPORTED otherwise. */
  tenon_status(TENON_CALL* map)(tenon_device* device, tenon_buffer* buffer, void** pointer);
  void(TENON_CALL* unmap)(tenon_device* device, tenon_buffer* buffer);
  /* [device] */
  tenon_status(TENON_CALL* stream)(tenon_device* device, tenon_stream** stream);
  /* [control] Waits for its commands. */
  void(TENON_CALL* stream_free)(tenon_device* device, tenon_stream* stream);
  /* [stream] Byte ranges inside both buffers, not overlapping. */
  tenon_status(TENON_CALL* copy)(tenon_stream* stream, tenon_buffer* to, uint64_t to_offset,
                                 tenon_buffer* from, uint64_t from_offset, uint64_t bytes);
  /* [stream] The host keeps from unchanged until a later fence value is reached. */
  tenon_status(TENON_CALL* upload)(tenon_stream* stream, tenon_buffer* to, uint64_t to_offset,
                                   const void* from, uint64_t bytes);
  /* [stream] to is complete when a later fence value is reached. */
  tenon_status(TENON_CALL* download)(tenon_stream* stream, tenon_buffer* from, uint64_t from_offset,
                                     void* to, uint64_t bytes);
  /* [stream] Repeats the low byte of value. */
  tenon_status(TENON_CALL* fill)(tenon_stream* stream, tenon_buffer* to, uint64_t to_offset,
                                 uint64_t bytes, uint32_t value, uint32_t reserved);
  /* [device] A timeline that starts at 0 and only grows. */
  tenon_status(TENON_CALL* fence)(tenon_device* device, tenon_fence** fence);
  void(TENON_CALL* fence_free)(tenon_device* device, tenon_fence* fence);
  /* [stream] After all earlier commands of the stream, the fence reaches value. */
  tenon_status(TENON_CALL* signal)(tenon_stream* stream, tenon_fence* fence, uint64_t value);
  /* [stream] Later commands of the stream wait for value. */
  tenon_status(TENON_CALL* wait)(tenon_stream* stream, tenon_fence* fence, uint64_t value);
  /* [any] Value reached so far, and the status of the first command that failed. */
  tenon_status(TENON_CALL* value)(tenon_fence* fence, uint64_t* value, tenon_status* status);
  /* [any] Blocks until value is reached, at most timeout_ns; TENON_TIMEOUT if not. Returns the
   * status of a command that failed before it. */
  tenon_status(TENON_CALL* block)(tenon_fence* fence, uint64_t value, uint64_t timeout_ns);
} tenon_backend;

#ifdef __cplusplus
}
#endif
#endif
