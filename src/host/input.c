/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the kernel's input devices, gives the USB controllers that the host's
 * keyboards and mice hang on. What counts as one is udev's rule (systemd's
 * udev-builtin-input_id.c). Never opens an input device.
 */
#include "host/input.h"

#include "base/text.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel prints bit fields in words of its long, the highest first. */
enum { WORD_BITS = 64 };

/* A word of a field of "capabilities", counted from the lowest; 0 if none. */
static unsigned long long word_of(const char *field, unsigned number)
{
    char text[1024], *rest = text, *word, *words[32];
    size_t count = 0;

    snprintf(text, sizeof(text), "%s", field ? field : "");
    while (count < ARRAY_SIZE(words) && (word = claim_word(&rest)))
        words[count++] = word;
    return number < count ? strtoull(words[count - 1 - number], NULL, 16) : 0;
}

static bool has_bit(const char *field, unsigned bit)
{
    return word_of(field, bit / WORD_BITS) >> bit % WORD_BITS & 1;
}

static char *read_field(const struct claim_look *look, const char *input,
                        const char *field)
{
    return root_read(
        look->root, look->scratch,
        arena_printf(look->scratch, "sys/class/input/%s/%s", input, field));
}

/* False if it is no keyboard or mouse of a real make. */
static bool read_input(const struct claim_look *look, const char *number,
                       struct input *input)
{
    const char *keys = read_field(look, number, "capabilities/key");
    const char *name = read_field(look, number, "name");
    const char *place = root_read_target(
        look->root, look->scratch,
        arena_printf(look->scratch, "sys/class/input/%s", number));

    *input =
        (struct input){.name = name && *name ? name : number, .place = place};
    if (!keys || !place || strstr(place, "/devices/virtual/"))
        return false;
    /* Escape, the digits and letters up to S: no other device has them all. */
    input->is[INPUT_KEYBOARD] = (word_of(keys, 0) & 0xfffffffe) == 0xfffffffe;
    if (has_bit(keys, BTN_LEFT)) {
        const char *relative = read_field(look, number, "capabilities/rel");
        const char *absolute = read_field(look, number, "capabilities/abs");

        input->is[INPUT_POINTER] =
            (has_bit(relative, REL_X) && has_bit(relative, REL_Y)) ||
            (has_bit(absolute, ABS_X) && has_bit(absolute, ABS_Y));
    }
    claim_follow(look, place, &input->targets);
    return input->is[INPUT_KEYBOARD] || input->is[INPUT_POINTER];
}

static bool is_at(const struct input *input, const struct pci_device *device)
{
    for (size_t i = 0; i < input->targets.count; i++)
        if (input->targets.list[i] == device)
            return true;
    return false;
}

static void claim_one(struct claim_look *look, const struct pci_device *device,
                      enum input_sort sort, const char *names, bool is_last)
{
    bool is_keyboard = sort == INPUT_KEYBOARD;

    if (!is_last)
        claim_add(look, device, is_keyboard ? CLAIM_KEYBOARD : CLAIM_POINTER,
                  CLAIM_NOTE, "/sys/class/input",
                  is_keyboard ? "It has a keyboard of the host: %s."
                              : "It has a mouse of the host: %s.",
                  names);
    else if (is_keyboard)
        claim_add(look, device, CLAIM_KEYBOARD, CLAIM_REFUSE,
                  "/sys/class/input", "It has the host's only keyboard: %s.",
                  names);
    else
        claim_add(look, device, CLAIM_POINTER, CLAIM_WARN, "/sys/class/input",
                  "It has the host's only mouse: %s.", names);
}

/* Names of one sort at one function, and whether there are others elsewhere. */
static void report(struct claim_look *look, const struct input *inputs,
                   size_t count, enum input_sort sort,
                   const struct pci_device *device)
{
    const char **names = arena_alloc(look->scratch, count, sizeof(*names));
    size_t used = 0;
    bool is_last = true;

    for (size_t i = 0; i < count; i++) {
        bool is_known = false;

        if (!inputs[i].is[sort])
            continue;
        if (!is_at(&inputs[i], device)) {
            is_last = false;
            continue;
        }
        for (size_t j = 0; j < used; j++)
            is_known = is_known || strcmp(names[j], inputs[i].name) == 0;
        if (!is_known)
            names[used++] = inputs[i].name;
    }
    claim_one(look, device, sort, claim_join(look, names, used), is_last);
}

struct input *input_list(const struct claim_look *look, size_t *count)
{
    size_t listed = 0;
    char **names =
        root_list(look->root, look->scratch, "sys/class/input", &listed);
    struct input *inputs =
        arena_alloc(look->scratch, listed + 1, sizeof(*inputs));

    *count = 0;
    for (size_t i = 0; i < listed; i++)
        if (str_starts(names[i], "input") &&
            read_input(look, names[i], &inputs[*count]))
            ++*count;
    return names ? inputs : NULL;
}

void input_claim(struct claim_look *look)
{
    size_t count = 0;
    struct input *inputs = input_list(look, &count);

    for (size_t i = 0; i < count; i++)
        for (int sort = 0; sort < INPUT_SORTS; sort++)
            for (size_t j = 0;
                 inputs[i].is[sort] && j < inputs[i].targets.count; j++) {
                const struct pci_device *device = inputs[i].targets.list[j];

                if (!claim_has(look, device,
                               sort == INPUT_KEYBOARD ? CLAIM_KEYBOARD
                                                      : CLAIM_POINTER))
                    report(look, inputs, count, sort, device);
            }
    if (!inputs)
        claim_add_unknown(look, CLAIM_KEYBOARD, "/sys/class/input",
                          "Whether a keyboard or mouse hangs on it is unknown: "
                          "/sys/class/input cannot be read.");
}
