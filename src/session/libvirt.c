/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a connection, gives what it tells of libvirt as findings. */
#include "session/libvirt.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>

enum { QEMU_D = 6005000 }; /* libvirt 6.5 runs what is in qemu.d */

struct check {
    const char *id, *why;
    void (*run)(const struct libvirt_facts *facts, struct arena *arena,
                struct finding *finding);
};

static void answer(struct finding *finding, enum verdict verdict,
                   const char *text, const char *detail, const char *fix)
{
    finding->verdict = verdict;
    finding->text = text_of(text);
    finding->detail = text_of(detail);
    finding->fix = text_of(fix);
}

static const char *version_text(struct arena *arena, unsigned long version)
{
    return arena_printf(arena, "%lu.%lu.%lu", version / 1000000,
                        version / 1000 % 1000, version % 1000);
}

static void check_version(const struct libvirt_facts *facts,
                          struct arena *arena, struct finding *finding)
{
    const char *detail;

    if (!facts->uri || facts->library == 0) {
        answer(finding, VERDICT_UNKNOWN, "libvirt: could not look",
               "not connected", "");
        return;
    }
    detail = version_text(arena, facts->library);
    if (facts->hypervisor > 0 && str_starts(facts->uri, "qemu"))
        detail = arena_printf(arena, "%s, QEMU %s", detail,
                              version_text(arena, facts->hypervisor));
    if (facts->library < QEMU_D)
        answer(finding, VERDICT_WARN, "libvirt is too old for qemu.d", detail,
               "It runs /etc/libvirt/hooks/qemu only, so virt-tune's hook "
               "would never run: get libvirt 6.5 or newer, or leave out what "
               "needs the hook.");
    else
        answer(finding, VERDICT_OK, "libvirt is new enough", detail, "");
}

static void check_hooks(const struct libvirt_facts *facts, struct arena *arena,
                        struct finding *finding)
{
    const char *fix =
        _("Only the system's own QEMU driver does: qemu:///system. Pins and "
          "options can be set all the same.");
    const char *driver =
        facts->uri ? arena_strndup(arena, facts->uri, strcspn(facts->uri, "?"))
                   : "";

    if (!str_starts(driver, "qemu")) /* a path may follow */
        driver = arena_printf(arena, "driver %.*s", (int)strcspn(driver, ":"),
                              driver);
    if (!facts->uri)
        answer(finding, VERDICT_UNKNOWN, "Whether hooks run: could not look",
               "not connected", "");
    else if (facts->runs_hooks)
        answer(finding, VERDICT_OK, "libvirt runs hooks here", facts->uri, "");
    else if (facts->remote)
        answer(finding, VERDICT_NOTE, "The guests are on another host",
               facts->remote,
               "What libvirt does not tell of it is unknown, and no hook is "
               "installed there: --root DIR writes its files beneath DIR, to "
               "copy.");
    else
        answer(finding, VERDICT_NOTE, "libvirt runs no hooks here", driver,
               fix);
}

static const struct check checks[] = {
    {"libvirt",
     "Since 6.5 libvirt runs every hook of /etc/libvirt/hooks/qemu.d.",
     check_version},
    {"libvirt-hooks",
     "Hooks are run by the daemon of qemu:///system, not for a user's own "
     "session, nor by drivers for tests.",
     check_hooks},
};

static struct finding *find(struct arena *arena, struct findings *findings,
                            const char *id)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->list[i].id, id) == 0)
            return &findings->list[i];
    return findings_add(findings, arena, id, VERDICT_UNKNOWN);
}

void libvirt_judge(const struct libvirt_facts *facts, struct arena *arena,
                   struct findings *findings)
{
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        struct finding *finding = find(arena, findings, checks[i].id);

        finding->why = text_of(checks[i].why);
        finding->source = _("the connection to libvirt");
        checks[i].run(facts, arena, finding);
    }
}

void libvirt_check(const struct conn *conn, struct arena *arena,
                   struct findings *findings)
{
    struct libvirt_facts facts = {0};

    if (conn) {
        facts.uri = arena_strdup(arena, conn_uri(conn));
        facts.library = conn_library_version(conn);
        facts.hypervisor = conn_hypervisor_version(conn);
        facts.runs_hooks = conn_runs_hooks(conn);
        if (conn_remote(conn))
            facts.remote = arena_strdup(arena, conn_remote(conn));
    }
    libvirt_judge(&facts, arena, findings);
}
