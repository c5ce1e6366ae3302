/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the claims of networks on PCI functions: routes, addresses
 * and SSH sessions, in trees of sysfs and proc as the kernel makes them.
 */
#include "tree.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add_virtual_nic(const struct tree *tree, const char *name,
                            const char *lower)
{
    char path[512];

    snprintf(path, sizeof(path), "virtual/net/%s", name);
    tree_class(tree, "net", name, path);
    if (!lower)
        return;
    snprintf(path, sizeof(path), "sys/class/net/%s/lower_%s", name, lower);
    tree_link(tree, path, "anywhere");
}

#define ROUTE4(name, metric) \
    name "\t00000000\t010200C0\t0003\t0\t0\t" metric "\t00000000\t0\t0\t0\n"

/* VLAN on a bond of two ports, a third card as the stand-in. */
static void test_route(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_nic(&tree, "eth0", NIC);
    tree_nic(&tree, "eth1", NIC2);
    add_virtual_nic(&tree, "bond0", "eth0");
    add_virtual_nic(&tree, "bond0.7", "bond0");
    add_virtual_nic(&tree, "vnet0", NULL);
    tree_file(&tree, "sys/class/net/bonding_masters", "bond0\n");
    tree_file(&tree, "proc/net/route",
              "Iface\tDestination\n" ROUTE4("eth1", "600") ROUTE4(
                  "bond0.7",
                  "100") "eth1\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:06:00.0", CLAIM_ROUTE, CLAIM_REFUSE,
                 "It carries the default route (bond0.7 on eth0).");
    assert_claim(&tree, "0000:07:00.0", CLAIM_ROUTE, CLAIM_WARN,
                 "It carries a default route of lower rank (eth1).");
    tree_end(&tree);
}

/* A bridge that is only known by its ports, and one that loops. */
static void test_route_bridge(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_nic(&tree, "eth0", NIC);
    add_virtual_nic(&tree, "br0", NULL);
    tree_link(&tree, "sys/class/net/eth0/master", "../../virtual/net/br0");
    add_virtual_nic(&tree, "a", "b");
    add_virtual_nic(&tree, "b", "a");
    tree_file(&tree, "proc/net/route", ROUTE4("br0", "0") ROUTE4("a", "0"));
    tree_probe(&tree);
    assert_claim(&tree, "0000:06:00.0", CLAIM_ROUTE, CLAIM_REFUSE,
                 "It carries the default route (br0 on eth0).");
    assert_claim(&tree, "0000:07:00.0", CLAIM_ROUTE, CLAIM_UNKNOWN,
                 "The default route leaves by a; whether it carries that is "
                 "unknown.");
    tree_end(&tree);
}

#define ZEROS "00000000000000000000000000000000"

static void test_route6(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_nic(&tree, "eth0", NIC);
    tree_nic(&tree, "eth1", NIC2);
    unlink(tree_path(&tree, "proc/net/route"));
    tree_file(&tree, "proc/net/ipv6_route",
              ZEROS " 00 " ZEROS
                    " 00 fe800000000000000000000000000001 00000400 "
                    "00000001 00000000 00000003     eth1\n" ZEROS " 00 " ZEROS
                    " 00 " ZEROS
                    " ffffffff 00000001 00000000 00200200       lo\n"
                    "cut " ZEROS "\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:07:00.0", CLAIM_ROUTE, CLAIM_REFUSE,
                 "It carries the default route (eth1).");
    assert_string_equal(tree_claim(&tree, "0000:07:00.0", CLAIM_ROUTE)->source,
                        "/proc/net/ipv6_route");
    assert_no_claims(&tree, "0000:06:00.0");
    tree_end(&tree);
}

/* A tunnel of two halves, a default route in another table, or none. */
static void test_no_default_route(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_nic(&tree, "eth0", NIC);
    tree_nic(&tree, "eth1", NIC2);
    add_virtual_nic(&tree, "br0", "eth0");
    add_virtual_nic(&tree, "wg0", NULL);
    tree_file(&tree, "proc/net/route",
              "wg0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\n"
              "wg0\t00000080\t00000000\t0001\t0\t0\t0\t00000080\n"
              "br0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n");
    tree_file(&tree, "proc/net/if_inet6",
              "fe800000000000000000000000000005 03 40 20 80     eth1\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:06:00.0", CLAIM_ROUTE, CLAIM_WARN,
                 "It is up with an address (br0 on eth0), and no default route "
                 "is known: it may be the host's only network.");
    assert_no_claims(&tree, "0000:07:00.0");
    tree_end(&tree);
}

static void test_no_default_route6(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_nic(&tree, "eth1", NIC2);
    tree_file(&tree, "proc/net/if_inet6",
              "20010db8000000000000000000000005 03 40 00 80     eth1\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:07:00.0", CLAIM_ROUTE, CLAIM_WARN,
                 "It is up with an address (eth1), and no default route is "
                 "known: it may be the host's only network.");
    assert_string_equal(tree_claim(&tree, "0000:07:00.0", CLAIM_ROUTE)->source,
                        "/proc/net/if_inet6");
    tree_end(&tree);
}

static void start_ssh(struct tree *tree)
{
    tree_start(tree);
    tree_nic(tree, "eth0", NIC);
    tree_nic(tree, "eth1", NIC2);
    tree_file(tree, "proc/net/route",
              "eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n"
              "eth1\t000000C0\t00000000\t0001\t0\t0\t100\t000000FF\n");
    tree_file(tree, "proc/net/fib_trie",
              "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 192.0.2.7\n"
              "        /32 link UNICAST\n     |-- 192.0.2.10\n"
              "        /32 host LOCAL\n");
    tree_file(tree, "proc/net/if_inet6",
              "20010db8000000000000000000000005 03 40 00 80     eth1\n"
              "00000000000000000000000000000001 01 80 10 80       lo\n");
}

static void test_ssh(void **unused)
{
    static const struct {
        const char *connection, *address, *text;
    } cases[] = {
        {"198.51.100.9 50000 192.0.2.10 22", "0000:06:00.0",
         "This SSH session comes in through it (eth0)."},
        {"198.51.100.9 50000 ::ffff:192.0.2.10 22", "0000:06:00.0",
         "This SSH session comes in through it (eth0)."},
        {"2001:db8::9 50000 2001:db8::5 22", "0000:07:00.0",
         "This SSH session comes in through it (eth1)."},
        {"fe80::2%eth1 50000 fe80::1%eth1 22", "0000:07:00.0",
         "This SSH session comes in through it (eth1)."},
        /* getifaddrs(3) gives a label where an address has one. */
        {"fe80::2%eth1 50000 fe80::1%eth1:1 22", "0000:07:00.0",
         "This SSH session comes in through it (eth1)."},
        {"198.51.100.9 50000 192.0.2.7 22", NULL, NULL},
        {"198.51.100.9 50000 \033[2Jx 22", NULL, NULL},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct tree tree;

        start_ssh(&tree);
        tree_probe_as(&tree, cases[i].connection);
        if (cases[i].address) {
            assert_claim(&tree, cases[i].address, CLAIM_SSH, CLAIM_REFUSE,
                         cases[i].text);
        } else {
            assert_int_equal(
                tree_claim(&tree, "0000:06:00.0", CLAIM_SSH)->severity,
                CLAIM_UNKNOWN);
            assert_null(strchr(
                tree_claim(&tree, "0000:06:00.0", CLAIM_SSH)->text, '\033'));
        }
        tree_end(&tree);
    }
}

/* sudo took the variable away: a process above still has it. */
static void test_ssh_parents(void **unused)
{
    static const char environment[] =
        "PATH=/bin\0SSH_CONNECTION=198.51.100.9 5 192.0.2.10 22\0TERM=x";
    struct tree tree;
    FILE *file;

    (void)unused;
    start_ssh(&tree);
    tree_file(&tree, "proc/self/environ", "NOT_SSH_CONNECTION=a b 192.0.2.7 1");
    tree_file(&tree, "proc/self/stat", "77 (a) S 5 (b) R 50 77 77 0");
    tree_file(&tree, "proc/50/stat", "50 (sudo) S 40 50 50");
    tree_file(&tree, "proc/40/environ", "");
    file = fopen(tree_path(&tree, "proc/40/environ"), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(environment, sizeof(environment), 1, file), 1);
    assert_int_equal(fclose(file), 0);
    tree_probe(&tree);
    assert_claim(&tree, "0000:06:00.0", CLAIM_SSH, CLAIM_REFUSE,
                 "This SSH session comes in through it (eth0).");
    tree_end(&tree);
}

/* tmux was started on the console; who is attached comes in over SSH. */
static void test_ssh_attached(void **unused)
{
    static const struct {
        const char *environment, *text;
        enum claim_severity severity;
    } cases[] = {
        {"SSH_CONNECTION=198.51.100.9 5 192.0.2.10 22",
         "tmux or screen is used over SSH through it (eth0).", CLAIM_REFUSE},
        {"TERM=linux", NULL, CLAIM_NOTE},
        {NULL,
         "Whether this session comes in through it is unknown: where tmux or "
         "screen is used from cannot be seen.",
         CLAIM_UNKNOWN},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct tree tree;

        start_ssh(&tree);
        tree_file(&tree, "proc/self/environ", "TMUX=/tmp/tmux-0/default,50,0");
        tree_file(&tree, "proc/self/stat", "77 (sh) S 1 77 77 0");
        tree_file(&tree, "proc/60/comm", "tmux: client\n");
        if (cases[i].environment)
            tree_file(&tree, "proc/60/environ", cases[i].environment);
        tree_probe(&tree);
        if (cases[i].text)
            assert_claim(&tree, "0000:06:00.0", CLAIM_SSH, cases[i].severity,
                         cases[i].text);
        else
            assert_null(tree_claim(&tree, "0000:06:00.0", CLAIM_SSH));
        tree_end(&tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_route),
        cmocka_unit_test(test_route_bridge),
        cmocka_unit_test(test_route6),
        cmocka_unit_test(test_no_default_route),
        cmocka_unit_test(test_no_default_route6),
        cmocka_unit_test(test_ssh),
        cmocka_unit_test(test_ssh_parents),
        cmocka_unit_test(test_ssh_attached),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
