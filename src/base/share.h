/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what is shipped beside the program. */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

/*
 * The directory share/NAME beside the program as it is built or installed;
 * free it. NULL if there is none.
 */
char *share_find(const char *name);

#endif
