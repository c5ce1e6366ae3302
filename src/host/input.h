/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's keyboards and mice. For those who look for claims. */
#ifndef HOST_INPUT_H
#define HOST_INPUT_H

#include "host/claim_look.h"

enum input_sort { INPUT_KEYBOARD, INPUT_POINTER, INPUT_SORTS };

struct input {
    const char *name;  /* "Logitech USB Keyboard" */
    const char *place; /* in sysfs, through its parents */
    struct claim_targets targets;
    bool is[INPUT_SORTS]; /* at least one of them */
};

/* All of them, from the scratch arena; NULL if they could not be read. */
struct input *input_list(const struct claim_look *look, size_t *count);

#endif
