/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a file or a connection, gives domains. Reads only.
 */
#include "domain/domain.h"

#include "base/str.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool domain_is_path(const char *argument)
{
    return strchr(argument, '/') || str_ends(argument, ".xml");
}

char *domain_read_file(const char *path, size_t *length, struct err *err)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    char *name CLEANUP(mem_free) = str_printable(path);
    char buffer[8192];
    ssize_t got = 0;
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        err_set(err, err_code_of_errno(errno), "%s cannot be read: %s.", name,
                strerror(errno));
        return NULL;
    }
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        err_set(err, ERR_FAILED, "%s is not a regular file.", name);
        close(fd);
        return NULL;
    }
    while (str.length <= XML_TEXT_MAX &&
           (got = read(fd, buffer, sizeof(buffer))) > 0)
        str_add_bytes(&str, buffer, (size_t)got);
    if (got < 0)
        err_set(err, ERR_FAILED, "%s cannot be read: %s.", name,
                strerror(errno));
    close(fd);
    if (got < 0)
        return NULL;
    *length = str.length;
    return str_steal(&str);
}

struct domain *domain_load_file(const char *path, struct err *err)
{
    struct domain *domain = NULL;
    struct err reason = {0};
    size_t length = 0;
    char *text CLEANUP(mem_free) = domain_read_file(path, &length, err);
    char *name CLEANUP(mem_free) = str_printable(path);
    char *real;

    if (!text)
        return NULL;
    domain = domain_parse(text, length, &reason);
    if (!domain) {
        err_set(err, reason.code, "%s: %s", name, reason.text);
        return NULL;
    }
    real = realpath(path, NULL);
    domain->path = arena_strdup(domain->arena, real ? real : path);
    free(real);
    return domain;
}

static char *read_xml(const struct conn *conn, virDomainPtr handle,
                      struct err *err)
{
    unsigned flags = VIR_DOMAIN_XML_INACTIVE;
    char *text;

    if (!conn_is_read_only(conn))
        flags |= VIR_DOMAIN_XML_SECURE;
    text = virDomainGetXMLDesc(handle, flags);
    if (!text)
        conn_error(err, ERR_FAILED, _("The definition cannot be read"));
    return text;
}

char *domain_read_xml(const struct conn *conn, const char *uuid,
                      struct err *err)
{
    virDomainPtr handle CLEANUP(conn_free_domain) =
        virDomainLookupByUUIDString(conn_handle(conn), uuid);

    if (!handle) {
        conn_error(err, ERR_FAILED, _("The domain cannot be looked up"));
        return NULL;
    }
    return read_xml(conn, handle, err);
}

/* The values of the <enum> of this name below `node`; NULL if there is none. */
static const char **read_enum(struct domain *domain, const xmlNode *node,
                              const char *name)
{
    const xmlNode *values = xml_child(node, "enum");
    const char **list;
    size_t count = 0;

    while (values && !xml_has(values, "name", name))
        values = xml_next(values);
    if (!values)
        return NULL;
    for (const xmlNode *v = xml_child(values, "value"); v; v = xml_next(v))
        count++;
    list = arena_alloc(domain->arena, count + 1, sizeof(*list));
    count = 0;
    for (const xmlNode *v = xml_child(values, "value"); v; v = xml_next(v))
        list[count++] = xml_content(domain->arena, v);
    return list;
}

/* features/hyperv: <enum name='features'> (9.0), <defaults> (11.9). */
static void read_hyperv(struct domain *domain, const xmlNode *hyperv)
{
    const xmlNode *defaults = xml_child(hyperv, "defaults");
    size_t count = 0;

    if (xml_has(hyperv, "supported", "no"))
        domain->hyperv_offered =
            arena_alloc(domain->arena, 1, sizeof(*domain->hyperv_offered));
    else
        domain->hyperv_offered = read_enum(domain, hyperv, "features");
    if (!defaults)
        return;
    domain->hyperv_details = arena_alloc(
        domain->arena, xmlChildElementCount((xmlNode *)defaults) + 1,
        sizeof(*domain->hyperv_details));
    for (xmlNode *node = xmlFirstElementChild((xmlNode *)defaults); node;
         node = xmlNextElementSibling(node))
        if (strcmp(xml_content(domain->arena, node), "on") == 0)
            domain->hyperv_details[count++] =
                arena_strdup(domain->arena, (const char *)node->name);
}

static void read_versions(const struct conn *conn, struct domain *domain)
{
    virConnectPtr handle = conn_handle(conn);
    const char *type = virConnectGetType(handle);

    if (virConnectGetLibVersion(handle, &domain->libvirt_version) < 0)
        domain->libvirt_version = 0;
    if (!type || strcmp(type, "QEMU") != 0 ||
        virConnectGetVersion(handle, &domain->qemu_version) < 0)
        domain->qemu_version = 0;
}

/* What this connection offers to this domain, as far as libvirt says. */
static void read_offered(const struct conn *conn, struct domain *domain)
{
    struct arena *arena = arena_new();
    const xmlNode *root = xml_root(domain->xml), *mode;
    const xmlNode *type = xml_find(root, "os/type");
    const char *emulator =
        xml_content(arena, xml_find(root, "devices/emulator"));
    char *text = virConnectGetDomainCapabilities(
        conn_handle(conn), *emulator ? emulator : NULL,
        xml_attribute(arena, type, "arch"),
        xml_attribute(arena, type, "machine"),
        xml_attribute(arena, root, "type"), 0);
    struct xml *xml = text ? xml_parse(text, strlen(text), NULL) : NULL;

    read_versions(conn, domain);
    if (xml) {
        read_hyperv(domain, xml_find(xml_root(xml), "features/hyperv"));
        domain->memory_sources = read_enum(
            domain, xml_child(xml_root(xml), "memoryBacking"), "sourceType");
        mode = xml_find(xml_root(xml), "cpu/mode");
        while (mode && !xml_has(mode, "name", "host-passthrough"))
            mode = xml_next(mode);
        domain->lacks_host_passthrough = xml_has(mode, "supported", "no");
    }
    xml_free(xml);
    free(text);
    arena_free(arena);
}

static struct domain *load(const struct conn *conn, virDomainPtr handle,
                           struct err *err)
{
    char *text CLEANUP(mem_free) = read_xml(conn, handle, err);
    struct domain *domain = text ? domain_parse(text, strlen(text), err) : NULL;
    int autostart = 0;

    if (!domain)
        return NULL;
    if (conn_remote(conn))
        domain->remote = arena_strdup(domain->arena, conn_remote(conn));
    domain->is_running = virDomainIsActive(handle) == 1;
    domain->is_unprivileged = str_starts(conn_uri(conn), "qemu") &&
                              strstr(conn_uri(conn), "/session");
    domain->has_saved_image = virDomainHasManagedSaveImage(handle, 0) == 1;
    domain->snapshot_count = virDomainSnapshotNum(handle, 0);
    if (domain->snapshot_count < 0 &&
        virGetLastErrorCode() == VIR_ERR_NO_SUPPORT)
        domain->snapshot_count = 0; /* a driver that has none */
    domain->has_autostart =
        virDomainGetAutostart(handle, &autostart) == 0 && autostart;
    return domain;
}

struct domain *domain_load(const struct conn *conn, const char *name,
                           struct err *err)
{
    virDomainPtr handle CLEANUP(conn_free_domain) = conn_find(conn, name, err);
    struct domain *domain;

    if (!handle)
        return NULL;
    if (virDomainIsPersistent(handle) == 0) {
        err_set(err, ERR_REFUSED,
                "This domain is transient: libvirt stores no definition of it "
                "that could be changed.");
        return NULL;
    }
    domain = load(conn, handle, err);
    if (domain)
        read_offered(conn, domain);
    return domain;
}

struct domain *domain_load_live(const struct conn *conn, const char *uuid,
                                struct err *err)
{
    virDomainPtr handle CLEANUP(conn_free_domain) =
        virDomainLookupByUUIDString(conn_handle(conn), uuid);
    int is_active = handle ? virDomainIsActive(handle) : -1;
    char *text CLEANUP(mem_free) =
        is_active == 1 ? virDomainGetXMLDesc(handle, 0) : NULL;
    struct domain *domain;

    if (is_active == 0) {
        err_set(err, ERR_REFUSED, "The domain does not run.");
        return NULL;
    }
    if (!text) {
        conn_error(err, ERR_FAILED, _("What runs cannot be asked for"));
        return NULL;
    }
    domain = domain_parse(text, strlen(text), err);
    if (domain)
        domain->is_running = true;
    return domain;
}

static int compare_summaries(const void *a, const void *b)
{
    const struct domain_summary *x = a, *y = b;

    return strverscmp(x->name, y->name);
}

struct domain_summary *domain_list(const struct conn *conn, size_t *count,
                                   struct err *err)
{
    virDomainPtr *handles = NULL;
    struct domain_summary *list;
    int found = virConnectListAllDomains(conn_handle(conn), &handles,
                                         VIR_CONNECT_LIST_DOMAINS_PERSISTENT);

    *count = 0;
    if (found < 0) {
        conn_error(err, ERR_FAILED, _("The domains cannot be listed"));
        return NULL;
    }
    list = mem_alloc((size_t)found + 1, sizeof(*list));
    for (int i = 0; i < found; i++) {
        struct domain_summary *one = &list[i];
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        struct err problem = {0};

        virDomainGetUUIDString(handles[i], uuid);
        one->name = str_printable(virDomainGetName(handles[i]));
        one->lookup = mem_strdup(virDomainGetName(handles[i]));
        one->uuid = mem_strdup(uuid);
        one->is_running = virDomainIsActive(handles[i]) == 1;
        one->domain = load(conn, handles[i], &problem);
        if (!one->domain)
            one->problem = mem_strdup(problem.text);
        virDomainFree(handles[i]);
    }
    free(handles);
    if (found > 0)
        qsort(list, (size_t)found, sizeof(*list), compare_summaries);
    *count = (size_t)found;
    return list;
}

void domain_list_free(struct domain_summary *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        domain_free(list[i].domain);
        free((char *)list[i].name);
        free((char *)list[i].lookup);
        free((char *)list[i].uuid);
        free((char *)list[i].problem);
    }
    free(list);
}
