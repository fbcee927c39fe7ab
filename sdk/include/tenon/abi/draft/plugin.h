/* SPDX-License-Identifier: Apache-2.0
 *
 * The entry of a plugin and what the host gives it. A plugin exports one symbol, tenon_plugin_v1,
 * imports none of ours, and finds every host service by id; an absent service is null.
 */
#ifndef TENON_ABI_DRAFT_PLUGIN_H
#define TENON_ABI_DRAFT_PLUGIN_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_ABI_MAJOR 1u
#define TENON_ABI_MINOR 0u
#define TENON_ENTRY_SYMBOL "tenon_plugin_v1"

/* The manifest is an ELF note: owner "TENON", this type, payload = JSON text. */
#define TENON_NOTE_OWNER "TENON"
#define TENON_NOTE_MANIFEST 1u

#define TENON_LOG_ERROR 0u
#define TENON_LOG_WARNING 1u
#define TENON_LOG_INFO 2u
#define TENON_LOG_DEBUG 3u

/* Lives as long as the process; owned by the host. All functions [any]. */
typedef struct tenon_host tenon_host;
struct tenon_host {
  uint32_t size;
  uint32_t minor;
  void* context;
  /* A service table by id ("tenon.host.tasks/1"), or null. */
  const void*(TENON_CALL* query)(const tenon_host* host, tenon_str id);
  /* Stores the text of the failure that the caller is about to return; kept per thread. */
  void(TENON_CALL* fail)(const tenon_host* host, tenon_status status, tenon_str file, uint32_t line,
                         uint32_t reserved, tenon_str text);
  void(TENON_CALL* log)(const tenon_host* host, uint32_t level, uint32_t reserved,
                        tenon_str component, tenon_str text);
  /* Bit n set: messages of level n are wanted. */
  const uint32_t* log_mask;
};

/* Static data of the plugin; never freed. */
typedef struct tenon_plugin {
  uint32_t size;
  uint32_t minor;
  /* Same JSON text as the ELF note; static plugins are read from here. */
  tenon_str manifest;
  /* [control] Reads options, touches no device. The host outlives self. */
  tenon_status(TENON_CALL* start)(const tenon_host* host, const tenon_kv* options, uint64_t count,
                                  void** self);
  /* [control] All threads joined, all handles closed. Called once, from the host's own shutdown. */
  void(TENON_CALL* stop)(void* self);
  /* [any] after start. A plugin table by id ("tenon.backend/1"), or null. Static data. */
  const void*(TENON_CALL* query)(void* self, tenon_str id);
} tenon_plugin;

/* [load] The one export. Null: this plugin needs a newer host than host_minor. */
typedef const tenon_plugin*(TENON_CALL* tenon_entry)(uint32_t host_minor);

/* Ids taken before anything implements them; see docs/plugin-contract.md. */
#define TENON_REPLAY_ID "tenon.replay/1"
#define TENON_EXTERNAL_ID "tenon.external/1"
#define TENON_COLLECTIVE_ID "tenon.collective/1"
#define TENON_WRITER_ID "tenon.writer/1"
#define TENON_PROGRAM_STORE_ID "tenon.program_store/1"
#define TENON_OPS_ID "tenon.ops/1"
#define TENON_PROFILE_ID "tenon.profile/1"

#ifdef __cplusplus
}
#endif
#endif
