/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes routes, addresses and network interfaces, gives the PCI functions that
 * carry a default route, or may carry one that is not in the main table, or
 * this SSH session: through bridges, bonds, VLANs by the links "lower_*" of
 * sys/class/net. Asks the running host for addresses by getifaddrs(3), another
 * root by its files. Sends nothing.
 */
#include "host/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, ROUTE_UP = 1, ROUTE_REJECT = 0x200 };

static void read_interfaces(struct net *net)
{
    struct claim_look *look = net->look;
    char **names = root_list(look->root, look->scratch, "sys/class/net",
                             &net->interface_count);

    net->has_interfaces = names != NULL;
    net->interfaces = arena_alloc(look->scratch, net->interface_count + 1,
                                  sizeof(*net->interfaces));
    for (size_t i = 0; names && i < net->interface_count; i++) {
        struct interface *interface = &net->interfaces[i];
        const char *directory =
            arena_printf(look->scratch, "sys/class/net/%s", names[i]);
        char *place = root_read_target(look->root, look->scratch, directory);

        interface->name = names[i];
        if (place)
            claim_follow(look, place, &interface->targets);
        interface->master =
            root_read_link(look->root, look->scratch,
                           arena_printf(look->scratch, "%s/master", directory));
    }
}

static int compare_to_name(const void *name, const void *interface)
{
    return strverscmp(name, ((const struct interface *)interface)->name);
}

static struct interface *find_interface(const struct net *net, const char *name)
{
    if (net->interface_count == 0)
        return NULL;
    return bsearch(name, net->interfaces, net->interface_count,
                   sizeof(*net->interfaces), compare_to_name);
}

static void add_all(struct claim_targets *all, const struct claim_targets *some)
{
    for (size_t i = 0; i < some->count && all->count < CLAIM_TARGETS; i++)
        all->list[all->count++] = some->list[i];
}

static void walk(struct net *net, const char *name, unsigned depth,
                 struct claim_targets *targets);

/* What is in a directory and leads to an interface; false if there is none. */
static bool walk_names(struct net *net, const char *directory,
                       const char *prefix, unsigned depth,
                       struct claim_targets *targets)
{
    char **names =
        root_list(net->look->root, net->look->scratch, directory, NULL);
    bool is_any = false;

    for (; names && *names; names++)
        if (str_starts(*names, prefix)) {
            is_any = true;
            walk(net, *names + strlen(prefix), depth + 1, targets);
        }
    return is_any;
}

/* Adds the functions beneath an interface, each interface once for a walk. */
static void walk(struct net *net, const char *name, unsigned depth,
                 struct claim_targets *targets)
{
    struct interface *interface = find_interface(net, name);
    const char *directory;

    if (!interface || interface->stamp == net->stamp || depth > DEPTH_MAX)
        return;
    interface->stamp = net->stamp;
    add_all(targets, &interface->targets);
    if (interface->targets.count > 0)
        return;
    directory = arena_printf(net->look->scratch, "sys/class/net/%s", name);
    if (walk_names(net, directory, "lower_", depth, targets) ||
        walk_names(net, arena_printf(net->look->scratch, "%s/brif", directory),
                   "", depth, targets))
        return;
    for (size_t i = 0; i < net->interface_count; i++)
        if (net->interfaces[i].master &&
            strcmp(net->interfaces[i].master, interface->name) == 0)
            walk(net, net->interfaces[i].name, depth + 1, targets);
}

bool net_find(struct net *net, const char *name, struct claim_targets *targets)
{
    *targets = (struct claim_targets){0};
    net->stamp++;
    walk(net, name, 0, targets);
    return targets->count > 0;
}

const char *net_describe(const struct net *net, const char *name,
                         const struct pci_device *device)
{
    for (size_t i = 0; i < net->interface_count; i++) {
        const struct interface *interface = &net->interfaces[i];

        for (size_t j = 0;
             interface->stamp == net->stamp && j < interface->targets.count;
             j++)
            if (interface->targets.list[j] == device &&
                strcmp(interface->name, name) != 0)
                return arena_printf(net->look->scratch, "%s on %s", name,
                                    interface->name);
    }
    return name;
}

/* Of one protocol, for an interface that is up. */
struct route {
    const char *interface;
    unsigned long metric;
};

/* Iface Destination Gateway Flags RefCnt Use Metric Mask ... */
static bool parse_route4(char *line, struct route *route)
{
    char *words[8];

    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (!(words[i] = claim_word(&line)))
            return false;
    *route = (struct route){words[0], strtoul(words[6], NULL, 10)};
    return strcmp(words[1], "00000000") == 0 &&
           strcmp(words[7], "00000000") == 0 &&
           (strtoul(words[3], NULL, 16) & (ROUTE_UP | ROUTE_REJECT)) ==
               ROUTE_UP;
}

/* Destination length source length gateway metric references use flags Iface */
static bool parse_route6(char *line, struct route *route)
{
    char *words[10];

    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (!(words[i] = claim_word(&line)))
            return false;
    *route = (struct route){words[9], strtoul(words[5], NULL, 16)};
    return strspn(words[0], "0") == 32 && strcmp(words[1], "00") == 0 &&
           strcmp(words[9], "lo") != 0 &&
           (strtoul(words[8], NULL, 16) & (ROUTE_UP | ROUTE_REJECT)) ==
               ROUTE_UP;
}

static void claim_route(struct net *net, const struct route *route,
                        bool is_best, const char *source)
{
    struct claim_look *look = net->look;
    struct claim_targets targets;

    if (!net_find(net, route->interface, &targets) && is_best)
        net->lost = route->interface;
    for (size_t i = 0; i < targets.count; i++) {
        const char *what = net_describe(net, route->interface, targets.list[i]);

        if (claim_has(look, targets.list[i], CLAIM_ROUTE))
            continue;
        if (is_best)
            claim_add(look, targets.list[i], CLAIM_ROUTE, CLAIM_REFUSE, source,
                      "It carries the default route (%s).", what);
        else
            claim_add(look, targets.list[i], CLAIM_ROUTE, CLAIM_WARN, source,
                      "It carries a default route of lower rank (%s).", what);
    }
}

/* The route of the least metric is the one that is taken. */
static bool read_routes(struct net *net, const char *path,
                        bool (*parse)(char *line, struct route *route))
{
    struct claim_look *look = net->look;
    char *text = root_read(look->root, look->scratch, path), *line;
    struct route *routes = NULL;
    size_t count = 0, best = 0;

    if (!text)
        return false;
    while ((line = claim_line(&text))) {
        struct route route;

        if (!parse(line, &route))
            continue;
        routes = mem_realloc(routes, count + 1, sizeof(*routes));
        routes[count] = route;
        net->has_default = true;
        if (route.metric < routes[best].metric)
            best = count;
        count++;
    }
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            bool is_best = routes[i].metric == routes[best].metric;

            if (is_best == (pass == 0))
                claim_route(net, &routes[i], is_best,
                            arena_printf(look->scratch, "/%s", path));
        }
    free(routes);
    return true;
}

static void claim_address(struct net *net, const char *name, const char *source)
{
    struct claim_look *look = net->look;
    struct claim_targets targets;

    net_find(net, name, &targets);
    for (size_t i = 0; i < targets.count; i++)
        if (!claim_has(look, targets.list[i], CLAIM_ROUTE))
            claim_add(look, targets.list[i], CLAIM_ROUTE, CLAIM_WARN, source,
                      "It is up with an address (%s), and no default route is "
                      "known: it may be the host's only network.",
                      net_describe(net, name, targets.list[i]));
}

/*
 * Without a default route in the main table (there is one in another, a tunnel
 * has taken it, or all that is needed is near) each address may be the one.
 */
static void claim_addresses(struct net *net)
{
    struct claim_look *look = net->look;
    char *text = root_read(look->root, look->scratch, "proc/net/route"), *line;

    while (text && (line = claim_line(&text))) {
        const char *name = claim_word(&line), *flags = NULL;

        for (int i = 0; i < 3; i++)
            flags = claim_word(&line);
        if (flags &&
            (strtoul(flags, NULL, 16) & (ROUTE_UP | ROUTE_REJECT)) == ROUTE_UP)
            claim_address(net, name, "/proc/net/route");
    }
    /* address index length scope flags name; scope 0 is global */
    text = root_read(look->root, look->scratch, "proc/net/if_inet6");
    while (text && (line = claim_line(&text))) {
        char *words[6];
        size_t count = 0;

        while (count < ARRAY_SIZE(words) && (words[count] = claim_word(&line)))
            count++;
        if (count == ARRAY_SIZE(words) && strcmp(words[3], "00") == 0)
            claim_address(net, words[5], "/proc/net/if_inet6");
    }
}

static void report_unknown(struct net *net, bool has_routes)
{
    struct claim_look *look = net->look;

    if (!net->has_interfaces)
        claim_add_unknown(look, CLAIM_ROUTE, "/sys/class/net",
                          "Whether the host is reached through it is unknown: "
                          "/sys/class/net cannot be read.");
    else if (!has_routes)
        claim_add_unknown(look, CLAIM_ROUTE, "/proc/net/route",
                          "Whether it carries the default route is unknown: "
                          "/proc/net/route cannot be read.");
    else if (net->lost)
        claim_add_unknown(look, CLAIM_ROUTE, "/sys/class/net",
                          arena_printf(look->scratch,
                                       "The default route leaves by %s; "
                                       "whether it carries that is unknown.",
                                       net->lost));
}

void net_claim(struct claim_look *look)
{
    struct net net = {.look = look};
    bool has_routes;

    read_interfaces(&net);
    net_claim_ssh(&net);
    has_routes = read_routes(&net, "proc/net/route", parse_route4);
    has_routes =
        read_routes(&net, "proc/net/ipv6_route", parse_route6) || has_routes;
    if (has_routes && !net.has_default)
        claim_addresses(&net);
    report_unknown(&net, has_routes);
}
