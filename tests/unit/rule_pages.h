/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What test_rule.c changes of hosts and plans for the rows of rule_memory.h.
 * Included before its table.
 */

static void private_memory(struct state *state)
{
    option_set(state->plan, OPTION_ACCESS, 2);
}

/* A pool of 2 MiB pages, so many free, and memory that is available. */
static void set_memory(struct state *state, unsigned long pages,
                       unsigned long available_kib)
{
    static struct page_pool pool;

    pool = (struct page_pool){.size_kib = 2048, .total = 600, .free = pages};
    state->host->memory = (struct memory){
        .total_kib = 16UL << 20,
        .available_kib = available_kib,
        .pools = &pool,
        .pool_count = 1,
    };
}

static void pages_enough(struct state *state)
{
    set_memory(state, 512, 1);
}

static void pages_rounded(struct state *state)
{
    set_memory(state, 512, 1);
    state->plan->options[OPTION_HUGEPAGES] = 2048;
}

/* As --set hugepages=2M on a domain that has such pages. */
static void pages_again(struct state *state)
{
    set_memory(state, 512, 1);
    option_set(state->plan, OPTION_HUGEPAGES, 2048);
}

/* 1 GiB in two odd parts is one page more; here it is there. */
static void pages_of_odd_cells(struct state *state)
{
    set_memory(state, 513, 1);
}

static void pages_short(struct state *state)
{
    set_memory(state, 511, 8UL << 20);
}

static void pages_short_running(struct state *state)
{
    pages_short(state);
    run(state);
}

static void pages_reserved(struct state *state)
{
    set_memory(state, 0, 3UL << 20);
    state->plan->hook_has[OPTION_HUGEPAGES_RESERVE] = true;
}

static void pages_tight(struct state *state)
{
    set_memory(state, 0, (3UL << 20) - 1);
    state->plan->hook_has[OPTION_HUGEPAGES_RESERVE] = true;
}

static void pages_none(struct state *state)
{
    set_memory(state, 0, (1UL << 20) - 2048);
    state->plan->hook_has[OPTION_HUGEPAGES_RESERVE] = true;
}
