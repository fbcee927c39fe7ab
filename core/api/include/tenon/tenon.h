/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine for host applications, in C. Opaque handles; every create has a destroy; memory is
 * freed by the side that made it; nothing throws, exits or prints. Functions return a tenon_status;
 * tenon_error_text() tells what happened. Options are key/value texts, listed at each function;
 * unknown keys are errors. Functions are safe from any thread unless they say otherwise; one
 * session runs one thing at a time (concurrent runs on one session wait for each other).
 */
#ifndef TENON_TENON_H
#define TENON_TENON_H

#include "tenon/abi/draft/host.h"
#include "tenon/abi/draft/pipeline.h"
#include "tenon/abi/draft/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_API __attribute__((visibility("default")))

typedef struct tenon_engine tenon_engine;
typedef struct tenon_model tenon_model;
typedef struct tenon_session tenon_session;
typedef struct tenon_result tenon_result;

/* Version of the library, "0.1.0". Static. */
TENON_API const char* tenon_version(void);
/* Text of the last failure of this thread, "" if none; valid until the thread's next call. */
TENON_API const char* tenon_error_text(void);

/* Finds plugins; starts none. Options (all optional):
 *   plugins=DIR     one more directory to search first; may be repeated
 *   search=default|none   the standard directories (default) or only the given ones
 *   probe=on|off    try unknown libraries in a child process first (default off)
 *   layers=validate,fault   as TENON_LAYERS
 *   threads=N       workers, default: cores this process may use
 *   cache=DIR|off   where compiled kernels are kept, default $XDG_CACHE_HOME/tenon
 * static_plugins: plugins linked into the application. */
TENON_API tenon_status tenon_engine_create(const tenon_kv* options, uint64_t count,
                                           const tenon_plugin* const* static_plugins,
                                           uint64_t n_static, tenon_engine** engine);
/* All models of the engine are destroyed before. */
TENON_API void tenon_engine_destroy(tenon_engine* engine);

/* Facts about the engine as one JSON document. what:
 *   "plugins"    every candidate file: path, id, version, interfaces, state, reason
 *   "devices"    every device: id, plugin, kind, name, driver, memory, bytes that this engine holds
 *              there now, dtypes, features
 *   "operators"  every operator: name, domain, kind, doc
 *   "passes"     every pass: name, doc
 *   "formats"    every quantization format: name, path, block and bytes or tensors; and refused files
 *   "recipes"    every model family: name, path, title, graphs, functions, error; and refused files
 *   "doctor"     plugins, devices with known-answer test, limits of this machine, suggestions */
TENON_API tenon_status tenon_engine_describe(tenon_engine* engine, const char* what,
                                             const tenon_byte_sink* sink);

/* A timeline of what this process does: loading, passes, plans, runs, every step of every thread,
 * and the memory of devices. on != 0: forgets what was kept and begins; sink may be null. 0: ends,
 * and hands the timeline over as JSON that Perfetto and Chrome read. Runs are slower meanwhile. */
TENON_API tenon_status tenon_engine_trace(tenon_engine* engine, uint32_t on,
                                          const tenon_byte_sink* sink);

/* Loads a model file; the loader is found by content. Of a directory, the file that a loader's
 * manifest names is loaded, or the only one that fits. Weights are mapped, not read. Options:
 *   loader=ID         this loader instead of the best probe
 *   dim.NAME=N        fixes the named symbolic size
 *   value.NAME=1,-1   fixes an input: it becomes a constant of these elements
 *   disable=PASS,...  passes left out
 *   stop_after=PASS   later passes left out (for looking at the graph)
 *   incomplete=allow  keeps a model that lacks operators, for describing it
 * Options with a dot in front of "=" other than dim. go to the loader ("onnx.as=tensor").
 * cancel may be null. */
TENON_API tenon_status tenon_model_load(tenon_engine* engine, const char* path,
                                        const tenon_kv* options, uint64_t count,
                                        const tenon_cancel* cancel, tenon_model** model);
/* The same from memory, which stays the caller's and outlives the model. name: file name shown. */
TENON_API tenon_status tenon_model_load_memory(tenon_engine* engine, const void* data,
                                               uint64_t bytes, const char* name,
                                               const tenon_kv* options, uint64_t count,
                                               const tenon_cancel* cancel, tenon_model** model);
/* All sessions of the model are destroyed before. */
TENON_API void tenon_model_destroy(tenon_model* model);

/* Inputs or outputs, in order: dims of -1 are free, data is null. */
TENON_API tenon_status tenon_model_inputs(tenon_model* model, const tenon_tensor_sink* sink);
TENON_API tenon_status tenon_model_outputs(tenon_model* model, const tenon_tensor_sink* sink);

/* Facts about a model without reading weight data. what:
 *   "inspect"  JSON: format, loader, metadata, inputs, outputs (dims: numbers or names), operators
 *              (histogram), parameters (count and bytes by dtype), symbols, unsupported
 *              (operator, count, nodes, reason; a model that only lacks operators can be
 * inspected); of a file of weights also: weights (architecture, tokenizer, documents) "text" the
 * graph in text form        "dot"  for Graphviz "tensors"  JSON: name, dtype, dims, bytes of every
 * constant "nodes"    JSON: names of all values; nodes in topological order and outputs by value
 * number "plan:DEVICES"  JSON: placement for that device list: nodes (name, op, device, reason),
 *              islands, copies, host control, memory, bids and refusals */
TENON_API tenon_status tenon_model_describe(tenon_model* model, const char* what,
                                            const tenon_byte_sink* sink);

/* Places and compiles the model. devices: "reference", "opencl:0", "opencl,reference" (first choice
 * first) or "auto". One named device is strict: every device node runs there, or this fails and
 * lists all that cannot, with reasons; a list puts each node on its first device that takes it;
 * "auto" prefers one device for all nodes. Options:
 *   tap=VALUE   also return this value; may be repeated
 *   precision=exact|fast|auto   fast: 8-bit activations beside weights quantized in blocks, and
 *                   bf16; auto, the default: fast for models with such weights
 *   states=f32|f16|bf16   what a decoder keeps keys and values in; if not said, bf16 on devices
 *                   that gain by it when the precision is fast, else f32
 *   deadline_ms=N   limit for each run, and for each constant's way to a device. A run that passes
 *                   it returns at once; what it left on a device ends on its own, and the next run
 *                   waits for that first */
TENON_API tenon_status tenon_session_create(tenon_model* model, const char* devices,
                                            const tenon_kv* options, uint64_t count,
                                            const tenon_cancel* cancel, tenon_session** session);
TENON_API void tenon_session_destroy(tenon_session* session);
/* JSON about the last run: devices, nodes per device, kernels, host_control {nodes, waits, bytes},
 * copies {count, bytes}, memory {device: bytes}, ms. */
TENON_API tenon_status tenon_session_describe(tenon_session* session, const tenon_byte_sink* sink);

/* Runs once. inputs: by name (an empty name: by position); data is read during the call. cancel may
 * be null; it is polled between steps. The result holds the outputs in order, then the taps. */
TENON_API tenon_status tenon_session_run(tenon_session* session, const tenon_host_tensor* inputs,
                                         uint64_t count, const tenon_cancel* cancel,
                                         tenon_result** result);
/* The same into the result of an earlier run of the session, whose memory is used again: what was
 * borrowed from it is no longer valid. When the sizes are those of the run before, on a device that
 * is done when its calls return, nothing is allocated. On failure the result holds nothing of use,
 * and may be used again. */
TENON_API tenon_status tenon_session_run_into(tenon_session* session,
                                              const tenon_host_tensor* inputs, uint64_t count,
                                              const tenon_cancel* cancel, tenon_result* result);
TENON_API uint64_t tenon_result_count(const tenon_result* result);
/* Borrowed from the result. */
TENON_API tenon_status tenon_result_tensor(const tenon_result* result, uint64_t index,
                                           tenon_host_tensor* tensor);
TENON_API void tenon_result_destroy(tenon_result* result);

/* Runs a task of a pipeline plugin ("image-classification") on a session: a JSON request and file
 * parts in, JSON events out; see the plugin's page in docs/. */
TENON_API tenon_status tenon_task_run(tenon_session* session, const char* task,
                                      const tenon_request* request, const tenon_event_sink* events);
/* The same for a task that needs files but no model ("tokenize"). */
TENON_API tenon_status tenon_engine_task(tenon_engine* engine, const char* task,
                                         const tenon_request* request,
                                         const tenon_event_sink* events);

#ifdef __cplusplus
}
#endif
#endif
