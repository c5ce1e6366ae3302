/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link that libvirt writes to after it was lost does not end the program.
 * Run with broken_link.c loaded before.
 */
#include "apply/hold.h"
#include "support.h"

#include <libvirt/libvirt.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_waiting(void)
{
    sigset_t waiting;

    sigpending(&waiting);
    return sigismember(&waiting, SIGPIPE) == 1;
}

/* A SIGPIPE ends this program, as it would end virt-tune. */
static void test_no_signal_is_left(void **state)
{
    (void)state;
    assert_int_equal(virConnectIsAlive(NULL), 0);
    assert_false(is_waiting());
}

static void test_none_comes_after_a_hold(void **state)
{
    struct hold hold;

    (void)state;
    hold_begin(&hold);
    assert_int_equal(virConnectIsAlive(NULL), 0);
    assert_false(is_waiting());
    hold_end(&hold);
}

/* What nobody reads is told when it is written out, not lost in a call. */
static void test_a_foreign_one_goes_on_waiting(void **state)
{
    pid_t child = fork();
    struct hold hold;
    int status;

    (void)state;
    if (child == 0) {
        hold_begin(&hold);
        pthread_kill(pthread_self(), SIGPIPE);
        virConnectIsAlive(NULL);
        hold_end(&hold);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGPIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_signal_is_left),
        cmocka_unit_test(test_none_comes_after_a_hold),
        cmocka_unit_test(test_a_foreign_one_goes_on_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
