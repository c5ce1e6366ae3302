/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes SSH_CONNECTION (sshd(8): "client port server port") and the host's
 * addresses, gives the PCI functions that this session comes in through.
 * sudo(8) takes the variable away, so the processes above are looked at too.
 */
#include "host/net.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARENTS_MAX = 32 };

/* An address of either protocol; IPv4 in its four bytes. */
struct address {
    int family;
    unsigned char bytes[16];
};

static bool parse_address(const char *text, struct address *address)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0,    0,
                                             0, 0, 0, 0, 0xff, 0xff};

    *address = (struct address){.family = AF_INET};
    if (inet_pton(AF_INET, text, address->bytes) == 1)
        return true;
    address->family = AF_INET6;
    if (inet_pton(AF_INET6, text, address->bytes) != 1)
        return false;
    if (memcmp(address->bytes, mapped, sizeof(mapped)) == 0) {
        address->family = AF_INET;
        memmove(address->bytes, address->bytes + sizeof(mapped), 4);
    }
    return true;
}

/* The value in an environment whose NULs are blanks, or NULL. */
static char *find_variable(const struct net *net, const char *environment,
                           const char *name)
{
    const char *at = environment;

    while (at && (at = strstr(at, name)) && at != environment && at[-1] != ' ')
        at++;
    return at ? arena_strdup(net->look->scratch, at + strlen(name)) : NULL;
}

/* The parent in proc/PID/stat, behind the name that may have anything in it. */
static long read_parent(const struct net *net, const char *process)
{
    char *text =
        root_read(net->look->root, net->look->scratch,
                  arena_printf(net->look->scratch, "proc/%s/stat", process));
    char *rest = text ? strrchr(text, ')') : NULL;
    const char *parent;

    if (!rest++)
        return 0;
    claim_word(&rest); /* its state */
    parent = claim_word(&rest);
    return parent ? strtol(parent, NULL, 10) : 0;
}

/* From this process or one above it; `name` ends in "=". */
static char *read_inherited(const struct net *net, const char *name)
{
    const struct claim_look *look = net->look;
    const char *process = "self";

    for (int i = 0; i < PARENTS_MAX; i++) {
        char *environment =
            root_read(look->root, look->scratch,
                      arena_printf(look->scratch, "proc/%s/environ", process));
        char *value =
            environment ? find_variable(net, environment, name) : NULL;
        long parent = value ? 0 : read_parent(net, process);

        if (value || parent <= 1)
            return value;
        process = arena_printf(look->scratch, "%ld", parent);
    }
    return NULL;
}

static char *read_variable(const struct net *net)
{
    const struct claim_look *look = net->look;
    const char *own =
        root_is_host(look->root) ? getenv("SSH_CONNECTION") : NULL;

    if (look->ssh_connection || own)
        return arena_strdup(look->scratch,
                            look->ssh_connection ? look->ssh_connection : own);
    return read_inherited(net, "SSH_CONNECTION=");
}

/*
 * What runs in tmux or screen has the variables of who started that, not of
 * who is attached to it: their clients have. `*is_known`: all were asked.
 */
static char *read_attached(const struct net *net, bool *is_known)
{
    struct claim_look *look = net->look;
    char **names = root_list(look->root, look->scratch, "proc", NULL);
    bool is_any = false, is_hidden = false;
    char *found = NULL;

    for (; names && *names && !found; names++) {
        const char *name, *environment;

        if (**names < '0' || **names > '9')
            continue;
        name = root_read(look->root, look->scratch,
                         arena_printf(look->scratch, "proc/%s/comm", *names));
        if (!name ||
            (!str_starts(name, "tmux: client") && !str_starts(name, "screen")))
            continue;
        environment =
            root_read(look->root, look->scratch,
                      arena_printf(look->scratch, "proc/%s/environ", *names));
        is_any = true;
        is_hidden = is_hidden || !environment;
        if (environment)
            found = find_variable(net, environment, "SSH_CONNECTION=");
    }
    *is_known = is_any && !is_hidden;
    return found;
}

static const char *find_running(const struct net *net,
                                const struct address *address)
{
    struct ifaddrs *list = NULL;
    const char *name = NULL;

    if (getifaddrs(&list) < 0)
        return NULL;
    for (const struct ifaddrs *one = list; one && !name; one = one->ifa_next) {
        const void *bytes = NULL;

        if (!one->ifa_addr || one->ifa_addr->sa_family != address->family)
            continue;
        if (address->family == AF_INET)
            bytes = &((const struct sockaddr_in *)(const void *)one->ifa_addr)
                         ->sin_addr;
        else
            bytes = &((const struct sockaddr_in6 *)(const void *)one->ifa_addr)
                         ->sin6_addr;
        if (memcmp(bytes, address->bytes,
                   address->family == AF_INET ? 4 : 16) == 0)
            name = arena_strdup(net->look->scratch, one->ifa_name);
    }
    freeifaddrs(list);
    return name;
}

/* proc/net/if_inet6: address index length scope flags name */
static const char *find_inet6(const struct net *net,
                              const struct address *address)
{
    const struct claim_look *look = net->look;
    char *text = root_read(look->root, look->scratch, "proc/net/if_inet6");
    char *line, wanted[33] = "";

    for (size_t i = 0; i < 16; i++)
        snprintf(wanted + 2 * i, 3, "%02x", address->bytes[i]);
    while (text && (line = claim_line(&text))) {
        const char *digits = claim_word(&line), *name = NULL, *word;

        while ((word = claim_word(&line)))
            name = word;
        if (digits && name && strcmp(digits, wanted) == 0)
            return name;
    }
    return NULL;
}

/* True if proc/net/fib_trie has it as an address of this host. */
static bool is_local(const struct net *net, const struct address *address)
{
    const struct claim_look *look = net->look;
    char *text = root_read(look->root, look->scratch, "proc/net/fib_trie");
    char dotted[INET_ADDRSTRLEN] = "", *line;
    bool is_ours = false;

    inet_ntop(AF_INET, address->bytes, dotted, sizeof(dotted));
    while (text && (line = claim_line(&text))) {
        char *leaf = strstr(line, "|-- ");

        if (leaf)
            is_ours = strcmp(str_trim(leaf + 4), dotted) == 0;
        else if (is_ours && strstr(line, "/32 host LOCAL"))
            return true;
    }
    return false;
}

/*
 * fib_trie knows the address but no interface: that is the one whose own
 * network it is in, by proc/net/route. Numbers there are in network order read
 * as the host's.
 */
static const char *find_inet(const struct net *net,
                             const struct address *address)
{
    const struct claim_look *look = net->look;
    char *text = root_read(look->root, look->scratch, "proc/net/route");
    const char *name = NULL;
    unsigned long narrowest = 0;
    unsigned wanted;
    char *line;

    memcpy(&wanted, address->bytes, sizeof(wanted));
    if (!is_local(net, address))
        return NULL;
    while (text && (line = claim_line(&text))) {
        char *words[8];
        size_t count = 0;
        unsigned long network, mask;

        while (count < ARRAY_SIZE(words) && (words[count] = claim_word(&line)))
            count++;
        if (count < ARRAY_SIZE(words))
            continue;
        network = strtoul(words[1], NULL, 16);
        mask = strtoul(words[7], NULL, 16);
        if (strcmp(words[2], "00000000") == 0 && mask != 0 &&
            (wanted & mask) == network && ntohl((uint32_t)mask) >= narrowest) {
            narrowest = ntohl((uint32_t)mask);
            name = words[0];
        }
    }
    return name;
}

static const char *find_by_address(const struct net *net, char *text)
{
    char *zone = strchr(text, '%');
    struct address address;

    if (zone) /* "fe80::1%eth0" names the interface */
        return zone + 1;
    if (!parse_address(text, &address))
        return NULL;
    if (root_is_host(net->look->root))
        return find_running(net, &address);
    return address.family == AF_INET ? find_inet(net, &address)
                                     : find_inet6(net, &address);
}

void net_claim_ssh(struct net *net)
{
    struct claim_look *look = net->look;
    char *text = read_variable(net), *server = NULL;
    struct claim_targets targets = {0};
    const char *name;
    bool is_attached =
        !text && (read_inherited(net, "TMUX=") || read_inherited(net, "STY="));
    bool is_known = true;

    if (is_attached)
        text = read_attached(net, &is_known);
    if (!text && !is_known)
        claim_add_unknown(look, CLAIM_SSH, "/proc/*/environ",
                          "Whether this session comes in through it is "
                          "unknown: where tmux or screen is used from cannot "
                          "be seen.");
    for (int i = 0; text && i < 3; i++)
        server = claim_word(&text);
    if (!server)
        return;
    name = find_by_address(net, server);
    if (name) /* "eth0:1" is an address of eth0 with a label */
        name = arena_strndup(look->scratch, name, strcspn(name, ":"));
    if (name && strcmp(name, "lo") == 0)
        return;
    if (!name || !net_find(net, name, &targets)) {
        claim_add_unknown(look, CLAIM_SSH, "SSH_CONNECTION",
                          arena_printf(look->scratch,
                                       "Whether this SSH session comes in "
                                       "through it is unknown: no function is "
                                       "known to have %s.",
                                       name ? name : server));
        return;
    }
    for (size_t i = 0; i < targets.count; i++)
        claim_add(
            look, targets.list[i], CLAIM_SSH, CLAIM_REFUSE, "SSH_CONNECTION",
            is_attached ? "tmux or screen is used over SSH through it (%s)."
                        : "This SSH session comes in through it (%s).",
            name);
}
