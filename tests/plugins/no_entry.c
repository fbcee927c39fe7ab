/* SPDX-License-Identifier: Apache-2.0 */

/* A plugin by its manifest that exports nothing. */
static const char unused[] = "nothing here";
const char* tenon_test_text(void);
const char* tenon_test_text(void) { return unused; }
