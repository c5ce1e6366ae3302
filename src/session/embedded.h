/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of data/ that are part of the program itself. */
#ifndef SESSION_EMBEDDED_H
#define SESSION_EMBEDDED_H

/* data/50-virt-tune, the hook script. */
extern const char embedded_hook_script[];

#endif
