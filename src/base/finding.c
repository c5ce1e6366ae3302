/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes verdicts one by one, gives the list; all memory is the arena's. */
#include "base/finding.h"

#include "base/text.h"

#include <string.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_OK] = N_("ok"),     [VERDICT_NOTE] = N_("note"),
        [VERDICT_WARN] = N_("warn"), [VERDICT_UNKNOWN] = N_("unknown"),
        [VERDICT_FAIL] = N_("fail"),
    };

    return names[verdict];
}

const char *verdict_label(enum verdict verdict)
{
    return text_of(verdict_name(verdict));
}

struct finding *findings_add(struct findings *findings, struct arena *arena,
                             const char *id, enum verdict verdict)
{
    struct finding *finding;

    if (findings->count == findings->capacity) {
        size_t capacity = findings->capacity ? 2 * findings->capacity : 16;
        struct finding *list = arena_alloc(arena, capacity, sizeof(*list));

        if (findings->count > 0)
            memcpy(list, findings->list, findings->count * sizeof(*list));
        findings->list = list;
        findings->capacity = capacity;
    }
    finding = &findings->list[findings->count++];
    *finding = (struct finding){
        .id = id,
        .verdict = verdict,
        .topic = "",
        .about = "",
        .text = "",
        .detail = "",
        .why = "",
        .fix = "",
        .source = "",
        .recipe = "",
    };
    return finding;
}

const struct finding *findings_worst(const struct findings *findings)
{
    const struct finding *worst = NULL;

    for (size_t i = 0; i < findings->count; i++)
        if (!worst || findings->list[i].verdict > worst->verdict)
            worst = &findings->list[i];
    return worst;
}

size_t findings_count(const struct findings *findings, enum verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++)
        count += findings->list[i].verdict == verdict;
    return count;
}
