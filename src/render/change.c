/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives its changes in order. Each part is rendered on the text
 * that the kept parts before it made; a dropped part is shown but not made.
 */
#include "render/change.h"

#include "base/text.h"
#include "render/options.h"
#include "render/xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct change *add_change(struct changeset *set, enum plan_part part,
                                 const char *title, const char *where,
                                 bool is_kept)
{
    struct change *change = &set->changes[set->count++];

    *change = (struct change){
        .part = part,
        .title = text_of(title),
        .where = text_of(where),
        .is_kept = is_kept,
    };
    return change;
}

/*
 * The text after this part's own edits, or NULL; free it. `*xml` is the text so
 * far, parsed; NULL: not yet, or it has changed.
 */
static char *render_own(struct changeset *set, const struct plan *plan,
                        enum plan_part part, struct xml **xml,
                        const char **title, struct err *err)
{
    struct edit *edit;
    size_t length = 0;

    if (!*xml)
        *xml = xml_parse(set->xml, set->xml_length, err);
    if (!*xml)
        return NULL;
    edit = edit_new(*xml);
    *title = xml_render(plan, part, *xml, edit, set->arena);
    edit_prune(edit);
    return edit_finish(edit, &length);
}

/* `plan` is as it is kept for a kept part, the whole wish for a dropped one. */
static bool render_part(struct changeset *set, const struct plan *plan,
                        enum plan_part part, bool is_kept, struct xml **xml,
                        struct err *err)
{
    struct change *change;
    const char *title = NULL;
    char *text =
        options_has_part(part)
            ? options_render(plan, part, set->xml, set->arena, &title, err)
            : render_own(set, plan, part, xml, &title, err);

    if (!text)
        return err_add(err,
                       "The change \"%s\" would break the XML: this is a "
                       "fault of virt-tune.",
                       plan_part_name(part));
    if (!title || strcmp(text, set->xml) == 0) {
        free(text);
        return true;
    }
    change = add_change(set, part, title, "domain XML", is_kept);
    change->before = mem_strdup(set->xml);
    change->after = text;
    change->diff = diff_new(change->before, change->after);
    if (change->is_kept) {
        free(set->xml);
        set->xml = mem_strdup(text);
        set->xml_length = strlen(text);
        xml_free(*xml);
        *xml = NULL;
    }
    return true;
}

static void add_file(struct changeset *set, const char *path,
                     const char *before, const char *after, unsigned mode)
{
    struct file_change *file = &set->files[set->file_count++];

    file->path = mem_strdup(path);
    file->before = before ? mem_strdup(before) : NULL;
    file->after = after ? mem_strdup(after) : NULL;
    file->mode = mode;
}

static bool wants_hook(const struct plan *plan)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_get((enum option_id)i)->hook_key &&
            plan->options[i] != OPTION_KEEP)
            return true;
    return false;
}

static void render_hook(struct changeset *set, const struct plan *plan,
                        const struct plan *kept, const struct root *root,
                        const char *script)
{
    const char *path = hook_data_path(set->arena, plan->domain);
    char *data CLEANUP(mem_free) = hook_data(kept);
    char *wish CLEANUP(mem_free) = hook_data(plan);
    char *data_now CLEANUP(mem_free) =
        root ? root_read_exact(root, path) : NULL;
    char *script_now CLEANUP(mem_free) =
        root ? root_read_exact(root, HOOK_SCRIPT) : NULL;
    bool is_dropped = plan->dropped & 1U << PART_HOOK;
    bool is_wanted = wants_hook(plan) || data_now;
    const char *shown = is_dropped ? wish : data;
    struct change *change;

    if (!is_wanted || (!shown && !data_now))
        return;
    if (shown && data_now && strcmp(shown, data_now) == 0 && script_now &&
        strcmp(script, script_now) == 0)
        return;
    change = add_change(set, PART_HOOK,
                        shown ? hook_title(is_dropped ? plan : kept, set->arena)
                              : "hook: nothing to do for this domain",
                        data_now ? N_("hook") : N_("hook, new"), !is_dropped);
    change->before = mem_strdup(data_now ? data_now : "");
    change->after = mem_strdup(shown ? shown : "");
    change->diff = diff_new(change->before, change->after);
    if (is_dropped)
        return;
    if (data && (!script_now || strcmp(script, script_now) != 0))
        add_file(set, HOOK_SCRIPT, script_now, script, 0755);
    if (!data || !data_now || strcmp(data, data_now) != 0)
        add_file(set, path, data_now, data, 0644);
}

struct changeset *changeset_new(const struct plan *plan,
                                const struct root *root, const char *script,
                                struct err *err)
{
    struct changeset *set = mem_alloc(1, sizeof(*set));
    const struct xml *xml = plan->domain->xml;
    struct plan *kept = plan_kept(plan);
    struct xml *parsed = NULL;
    bool is_rendered = true;

    set->arena = arena_new();
    set->changes = arena_alloc(set->arena, PART_COUNT, sizeof(*set->changes));
    set->xml = mem_strdup(xml->text);
    set->xml_length = xml->length;
    for (unsigned part = 0; part < PART_COUNT && is_rendered; part++) {
        bool is_kept = !(plan->dropped & 1U << part);

        is_rendered = render_part(set, is_kept ? kept : plan,
                                  (enum plan_part)part, is_kept, &parsed, err);
    }
    xml_free(parsed);
    if (!is_rendered) {
        plan_free(kept);
        changeset_free(set);
        return NULL;
    }
    set->changes_xml = strcmp(set->xml, xml->text) != 0;
    if (script && *plan->domain->uuid)
        render_hook(set, plan, kept, root, script);
    plan_free(kept);
    return set;
}

void changeset_free(struct changeset *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++) {
        free(set->changes[i].before);
        free(set->changes[i].after);
        diff_free(set->changes[i].diff);
    }
    for (size_t i = 0; i < set->file_count; i++) {
        free(set->files[i].path);
        free(set->files[i].before);
        free(set->files[i].after);
    }
    free(set->xml);
    arena_free(set->arena);
    free(set);
}

size_t changeset_kept(const struct changeset *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        count += set->changes[i].is_kept;
    return count;
}
