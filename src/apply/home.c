/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes XML, gives it to where the domain lives; and back. Defines, never
 * undefines: autostart, snapshots, NVRAM and a saved image stay as they are.
 */
#include "apply/home.h"

#include "apply/file.h"
#include "base/text.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

bool home_is_gone(const struct target *target, const struct domain *domain)
{
    virDomainPtr handle CLEANUP(conn_free_domain) = NULL;
    struct stat stat;

    if (domain->path)
        return lstat(domain->path, &stat) < 0 &&
               (errno == ENOENT || errno == ENOTDIR);
    if (!target->conn)
        return false;
    handle =
        virDomainLookupByUUIDString(conn_handle(target->conn), domain->uuid);
    return !handle && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN;
}

char *home_read(const struct target *target, const struct domain *domain,
                struct err *err)
{
    static const struct timespec pause = {0, 300000000};
    size_t length;
    char *xml;

    if (domain->is_gone && !home_is_gone(target, domain)) {
        err_set(err, ERR_CHANGED, "%s is there again. Nothing was written.",
                domain->name);
        return NULL;
    }
    if (domain->is_gone)
        return mem_strdup(domain->xml->text);
    if (domain->path)
        return domain_read_file(domain->path, &length, err);
    xml = domain_read_xml(target->conn, domain->uuid, err);
    for (int i = 0;
         !xml && i < 10 && !conn_is_alive(target->conn) && !conn_is_stopped();
         i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        if (conn_revive(target->conn, err))
            xml = domain_read_xml(target->conn, domain->uuid, err);
    }
    return xml;
}

bool home_store(const struct target *target, const struct domain *domain,
                const char *xml, struct err *err)
{
    virDomainPtr handle CLEANUP(conn_free_domain) = NULL;

    if (domain->path)
        return file_rewrite(domain->path, xml, strlen(xml), err);
    handle = virDomainDefineXMLFlags(conn_handle(target->conn), xml,
                                     VIR_DOMAIN_DEFINE_VALIDATE);
    return handle || conn_error(err, ERR_FAILED,
                                _("libvirt refuses the "
                                  "definition"));
}

void home_clean(const struct domain *domain)
{
    char *directory CLEANUP(mem_free) =
        domain->path ? mem_strdup(domain->path) : NULL;

    if (!directory || !strrchr(directory, '/'))
        return;
    *strrchr(directory, '/') = '\0';
    file_remove_temporaries(*directory ? directory : "/");
}
