/* SPDX-License-Identifier: Apache-2.0
 *
 * Words that every table of the contract uses: status codes, strings, options, element types.
 * Rules A1-A13 of docs/plugin-contract.md hold for everything in this folder. In short: fixed-width
 * types only, structs begin with their size and grow at the tail, a missing tail reads as zero,
 * strings are borrowed for the call, nothing throws across.
 *
 * Thread marks in brackets: [load] once, [control] the host serialises calls per plugin, [any] any
 * thread, [device] any thread, many at once on one device, [stream] one call at a time per stream.
 */
#ifndef TENON_ABI_DRAFT_BASE_H
#define TENON_ABI_DRAFT_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define TENON_CALL __cdecl
#else
#define TENON_CALL
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a function returns. Text, file and line go to tenon_host.fail first. */
typedef int32_t tenon_status;
#define TENON_OK 0
#define TENON_INVALID 1     /* an argument or a file breaks a rule */
#define TENON_UNSUPPORTED 2 /* understood, but not offered here */
#define TENON_NO_MEMORY 3
#define TENON_IO 4
#define TENON_CORRUPT 5 /* bytes of a file contradict themselves */
#define TENON_DEVICE 6
#define TENON_DEVICE_LOST 7
#define TENON_CANCELLED 8
#define TENON_TIMEOUT 9
#define TENON_VERSION 10
#define TENON_INTERNAL 11

/* UTF-8, not terminated, borrowed for the call. data may be null when size is 0. */
typedef struct tenon_str {
  const char* data;
  uint64_t size;
} tenon_str;

/* One option. */
typedef struct tenon_kv {
  tenon_str key;
  tenon_str value;
} tenon_kv;

/* Receives bytes in order; a status other than TENON_OK stops the caller, which returns it. */
typedef struct tenon_byte_sink {
  void* context;
  tenon_status(TENON_CALL* write)(void* context, const void* bytes, uint64_t size);
} tenon_byte_sink;

/* Element types. The numbers are ONNX's TensorProto.DataType. */
#define TENON_NO_DTYPE 0u
#define TENON_F32 1u
#define TENON_U8 2u
#define TENON_I8 3u
#define TENON_U16 4u
#define TENON_I16 5u
#define TENON_I32 6u
#define TENON_I64 7u
#define TENON_STRING 8u /* host only: never crosses to a backend */
#define TENON_BOOL 9u   /* one byte, 0 or 1 */
#define TENON_F16 10u
#define TENON_F64 11u
#define TENON_U32 12u
#define TENON_U64 13u
#define TENON_C64 14u
#define TENON_C128 15u
#define TENON_BF16 16u
#define TENON_F8E4M3FN 17u
#define TENON_F8E4M3FNUZ 18u
#define TENON_F8E5M2 19u
#define TENON_F8E5M2FNUZ 20u
#define TENON_U4 21u
#define TENON_I4 22u
#define TENON_F4E2M1 23u
#define TENON_F8E8M0 24u
#define TENON_U2 25u
#define TENON_I2 26u
#define TENON_DTYPE_COUNT 27u

/* A question the callee asks now and then during long work. Returns TENON_OK to go on,
 * TENON_CANCELLED or TENON_TIMEOUT to stop with that status. [any] Borrowed for the call. */
typedef struct tenon_cancel {
  void* context;
  tenon_status(TENON_CALL* poll)(void* context);
} tenon_cancel;

#ifdef __cplusplus
}
#endif
#endif
