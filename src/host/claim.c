/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory and PCI functions, gives the claims on each. The
 * looks are in files of their own; here are their order, the table of kinds
 * and what they share. Never writes.
 */
#include "host/claim_look.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A kind: its name, and the classes of functions that may have such a claim. */
static const struct claim_kind_row {
    const char *name;
    struct {
        unsigned code, mask;
    } classes[3];
} kinds[CLAIM_KIND_COUNT] = {
    [CLAIM_DISK] = {"disk", {{0x010000, 0xff0000}}},
    [CLAIM_SSH] = {"ssh", {{0x020000, 0xff0000}}},
    [CLAIM_ROUTE] = {"route", {{0x020000, 0xff0000}}},
    [CLAIM_KEYBOARD] = {"keyboard", {{0x0c0300, 0xffff00}}},
    [CLAIM_POINTER] = {"pointer", {{0x0c0300, 0xffff00}}},
    [CLAIM_BOOT_DISPLAY] = {"boot-display", {{0x030000, 0xff0000}}},
    [CLAIM_ONLY_DISPLAY] = {"only-display", {{0x030000, 0xff0000}}},
    [CLAIM_DRIVER] = {"driver", {{0x030000, 0xff0000}}},
    [CLAIM_CLIENT] = {"client", {{0x030000, 0xff0000}, {0x040300, 0xffff00}}},
    [CLAIM_GUEST] = {"guest", {{0x030000, 0xff0000}}},
    [CLAIM_CONSOLE] = {"console", {{0x030000, 0xff0000}}},
    [CLAIM_MONITOR] = {"monitor", {{0x030000, 0xff0000}}},
    [CLAIM_VIRTUAL] = {"virtual-functions", {{0x020000, 0xff0000}}},
    [CLAIM_MEMBER] = {"member", {{0x010000, 0xff0000}}},
    [CLAIM_RESET] = {"reset", {{0x000000, 0x000000}}},
    [CLAIM_TROUBLE] = {"reset-trouble", {{0x030000, 0xff0000}}},
    [CLAIM_IDENTITY] = {"identity", {{0x000000, 0x000000}}},
};

/* Those who look; an earlier one's claims of the same weight come first. */
static void (*const looks[])(struct claim_look *) = {
    block_claim,   net_claim,    input_claim,
    display_claim, client_claim, function_claim,
};

struct claim_entry {
    size_t device; /* in pci->devices */
    struct claim claim;
};

const char *claim_kind_name(enum claim_kind kind)
{
    return kinds[kind].name;
}

const char *claim_severity_name(enum claim_severity severity)
{
    static const char *const names[] = {
        [CLAIM_NOTE] = "note",
        [CLAIM_UNKNOWN] = "unknown",
        [CLAIM_WARN] = "warn",
        [CLAIM_REFUSE] = N_("refuse"),
    };

    return names[severity];
}

void claim_add(struct claim_look *look, const struct pci_device *device,
               enum claim_kind kind, enum claim_severity severity,
               const char *source, const char *format, ...)
{
    char *text CLEANUP(mem_free) = NULL, *printable CLEANUP(mem_free) = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, text_of(format), arguments) < 0)
        text = mem_strdup("");
    va_end(arguments);
    printable = str_printable(text);
    look->kinds[device - look->pci->devices] |= 1U << kind;
    if (look->count == look->capacity) {
        look->capacity = look->capacity ? 2 * look->capacity : 64;
        look->entries =
            mem_realloc(look->entries, look->capacity, sizeof(*look->entries));
    }
    look->entries[look->count++] = (struct claim_entry){
        .device = (size_t)(device - look->pci->devices),
        .claim = {kind, severity, arena_strdup(look->arena, printable),
                  arena_strdup(look->arena, text_of(source))},
    };
}

static bool may_have(const struct pci_device *device, enum claim_kind kind)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds[kind].classes); i++)
        if ((i == 0 || kinds[kind].classes[i].mask != 0) &&
            (device->class_code & kinds[kind].classes[i].mask) ==
                kinds[kind].classes[i].code)
            return pci_role(device, device) == PCI_ROLE_GUEST;
    return false;
}

void claim_add_unknown(struct claim_look *look, enum claim_kind kind,
                       const char *source, const char *why)
{
    for (size_t i = 0; i < look->pci->device_count; i++) {
        const struct pci_device *device = &look->pci->devices[i];

        if (may_have(device, kind) && !claim_has(look, device, kind) &&
            !pci_is_held_by_vfio(device))
            claim_add(look, device, kind, CLAIM_UNKNOWN, source, "%s",
                      text_of(why));
    }
}

bool claim_has(const struct claim_look *look, const struct pci_device *device,
               enum claim_kind kind)
{
    return look->kinds[device - look->pci->devices] >> kind & 1;
}

static void add_target(struct claim_targets *targets,
                       const struct pci_device *device)
{
    for (size_t i = 0; i < targets->count; i++)
        if (targets->list[i] == device)
            return;
    if (device && targets->count < CLAIM_TARGETS)
        targets->list[targets->count++] = device;
}

void claim_follow(const struct claim_look *look, const char *place,
                  struct claim_targets *targets)
{
    const struct pci_device *last = NULL;

    for (size_t length; *place; place += length) {
        const struct pci_device *device;
        char address[16];

        place += strspn(place, "/");
        length = strcspn(place, "/");
        if (!pci_is_address(place, length) || length >= sizeof(address))
            continue;
        snprintf(address, sizeof(address), "%.*s", (int)length, place);
        device = pci_find(look->pci, address);
        if (!device)
            continue;
        last = device;
        if (!pci_is_bridge(device))
            add_target(targets, device);
    }
    if (last)
        add_target(targets, last);
    for (size_t i = 0; i < targets->count; i++)
        if (targets->list[i]->physical)
            add_target(targets,
                       pci_find(look->pci, targets->list[i]->physical));
}

const char *claim_join(const struct claim_look *look, const char *const *names,
                       size_t count)
{
    enum { SHOWN = 4 };
    size_t shown = count > SHOWN + 1 ? SHOWN : count;
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < shown; i++) {
        if (i > 0)
            str_add(&str, i + 1 == count ? _(" and ") : ", ");
        str_add(&str, names[i]);
    }
    if (shown < count)
        str_addf(&str, " and %zu more", count - shown);
    return arena_strdup(look->scratch, str_text(&str));
}

char *claim_word(char **text)
{
    char *start = *text + strspn(*text, " \t");
    char *end = start + strcspn(start, " \t");

    if (start == end)
        return NULL;
    *text = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

char *claim_line(char **text)
{
    char *start = *text, *end;

    if (!start || !*start)
        return NULL;
    end = start + strcspn(start, "\n");
    *text = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static bool is_octal(char digit)
{
    return digit >= '0' && digit <= '7';
}

void claim_unescape(char *text)
{
    char *to = text;

    while (*text) {
        if (text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) &&
            is_octal(text[3])) {
            int value =
                (text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0');

            *to++ = (char)(value ? value : '?');
            text += 4;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

/* By function; the gravest first, then in order of kinds; else as it came. */
static int compare_entries(const void *a, const void *b)
{
    const struct claim_entry *x = a, *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->claim.severity != y->claim.severity)
        return x->claim.severity > y->claim.severity ? -1 : 1;
    if (x->claim.kind != y->claim.kind)
        return x->claim.kind < y->claim.kind ? -1 : 1;
    return strcmp(x->claim.text, y->claim.text);
}

static void share_out(struct claim_look *look, struct claims *claims)
{
    struct claim *list =
        arena_alloc(look->arena, look->count + 1, sizeof(*list));

    if (look->count > 0)
        qsort(look->entries, look->count, sizeof(*look->entries),
              compare_entries);
    for (size_t i = 0; i < look->count; i++) {
        struct claim_list *one = &claims->lists[look->entries[i].device];

        list[i] = look->entries[i].claim;
        if (one->count++ == 0)
            one->list = &list[i];
    }
}

static void start(struct claim_look *look, struct arena *arena,
                  const struct pci *pci, struct claims *claims)
{
    look->arena = arena;
    look->scratch = arena_new();
    look->pci = pci;
    look->kinds =
        arena_alloc(look->scratch, pci->device_count + 1, sizeof(*look->kinds));
    claims->pci = pci;
    claims->lists =
        arena_alloc(arena, pci->device_count + 1, sizeof(*claims->lists));
}

static void end(struct claim_look *look, struct claims *claims)
{
    share_out(look, claims);
    free(look->entries);
    arena_free(look->scratch);
}

void claim_probe(const struct root *root, struct arena *arena,
                 const struct pci *pci, const char *ssh_connection,
                 struct claims *claims)
{
    struct claim_look look = {.root = root, .ssh_connection = ssh_connection};

    start(&look, arena, pci, claims);
    for (size_t i = 0; pci->device_count > 0 && i < ARRAY_SIZE(looks); i++)
        looks[i](&look);
    end(&look, claims);
}

/* One kind for each class of functions, and the last one for all others. */
void claim_elsewhere(const char *name, struct arena *arena,
                     const struct pci *pci, struct claims *claims)
{
    static const enum claim_kind uses[] = {CLAIM_DISK, CLAIM_ROUTE,
                                           CLAIM_KEYBOARD, CLAIM_BOOT_DISPLAY,
                                           CLAIM_CLIENT};
    struct root *nowhere = root_open(ROOT_NOWHERE, NULL);
    struct claim_look look = {.root = nowhere};
    const char *why = arena_printf(
        arena, "Who uses it could not be looked at: it is of %s.", name);

    start(&look, arena, pci, claims);
    function_claim(&look);
    for (size_t i = 0; i < ARRAY_SIZE(uses); i++)
        claim_add_unknown(&look, uses[i], name, why);
    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];
        bool is_said = false;

        for (size_t j = 0; j < ARRAY_SIZE(uses); j++)
            is_said |= claim_has(&look, device, uses[j]);
        if (!is_said && pci_role(device, device) == PCI_ROLE_GUEST &&
            !pci_is_held_by_vfio(device))
            claim_add(&look, device, CLAIM_CLIENT, CLAIM_UNKNOWN, name, "%s",
                      why);
    }
    end(&look, claims);
    root_free(nowhere);
}

struct claim_list claim_list(const struct claims *claims,
                             const struct pci_device *device)
{
    if (!claims->lists)
        return (struct claim_list){0};
    return claims->lists[device - claims->pci->devices];
}

const struct claim *claim_first(const struct claims *claims,
                                const struct pci_device *device)
{
    struct claim_list list = claim_list(claims, device);

    return list.count > 0 ? list.list : NULL;
}

int claim_clause(const struct claim *claim)
{
    size_t length = strlen(claim->text);

    return (int)(length - (length > 0 && claim->text[length - 1] == '.'));
}
