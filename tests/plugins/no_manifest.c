/* SPDX-License-Identifier: Apache-2.0 */

/* A library that is no plugin. It would end the process if it were opened. */
#include <stdlib.h>

__attribute__((constructor)) static void on_load(void) { abort(); }
