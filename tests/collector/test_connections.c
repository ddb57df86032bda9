/* SPDX-License-Identifier: MIT */
/* connections: who owes too long is cut off, by a clock that the test sets. */
#include "support.h"

#include <sys/socket.h>
#include <unistd.h>

#include "receive/connections.h"

#define COUNT 4
#define DEADLINE 1000

struct crowd {
    struct tel_connections connections;
    struct tel_connection *each[COUNT];
    int far[COUNT]; /* the clients' ends */
};

static int setup(void **state)
{
    static struct crowd crowd;

    crowd.connections =
        (struct tel_connections){.max = COUNT, .deadline_ms = DEADLINE};
    for (unsigned i = 0; i < COUNT; i++) {
        int pair[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        crowd.far[i] = pair[0];
        crowd.each[i] = tel_connection_open(&crowd.connections, pair[1], i);
        assert_non_null(crowd.each[i]);
    }
    *state = &crowd;
    return 0;
}

static int teardown(void **state)
{
    struct crowd *crowd = *state;

    for (unsigned i = 0; i < COUNT; i++) {
        int fd = crowd->each[i]->fd;

        tel_connection_close(&crowd->connections, crowd->each[i]);
        (void)close(fd);
        (void)close(crowd->far[i]);
    }
    assert_int_equal(crowd->connections.count, 0);
    assert_null(crowd->connections.first);
    assert_null(crowd->connections.last);
    return 0;
}

static bool is_cut(const struct crowd *crowd, unsigned i)
{
    char byte;

    return recv(crowd->far[i], &byte, 1, MSG_DONTWAIT) == 0;
}

static void assert_cut(const struct crowd *crowd, const char *expected)
{
    char seen[COUNT + 1] = "";

    for (unsigned i = 0; i < COUNT; i++)
        seen[i] = is_cut(crowd, i) ? 'x' : '-';
    assert_string_equal(seen, expected);
}

static void test_connections_are_cut_in_their_order(void **state)
{
    struct crowd *crowd = *state;

    assert_int_equal(tel_connections_due_ms(&crowd->connections, 10), 990);
    tel_connections_cut(&crowd->connections, DEADLINE - 1);
    assert_cut(crowd, "----");
    tel_connections_cut(&crowd->connections, DEADLINE + 1);
    assert_cut(crowd, "xx--");
    assert_int_equal(tel_connections_due_ms(&crowd->connections, DEADLINE + 1),
                     1);
    tel_connections_cut(&crowd->connections, DEADLINE + 1000);
    assert_cut(crowd, "xxxx");
    assert_int_equal(tel_connections_due_ms(&crowd->connections, 9999), -1);
}

static void test_connections_at_rest_are_never_cut(void **state)
{
    struct crowd *crowd = *state;

    tel_connection_rests(&crowd->connections, crowd->each[1]);
    tel_connection_rests(&crowd->connections, crowd->each[1]);
    tel_connections_cut(&crowd->connections, 100 * DEADLINE);
    assert_cut(crowd, "x-xx");
}

static void test_connections_owe_anew_after_an_answer(void **state)
{
    struct crowd *crowd = *state;

    tel_connection_owes(&crowd->connections, crowd->each[0], 500);
    tel_connection_rests(&crowd->connections, crowd->each[2]);
    tel_connection_owes(&crowd->connections, crowd->each[2], 501);
    tel_connections_cut(&crowd->connections, DEADLINE + 499);
    assert_cut(crowd, "-x-x");
    tel_connections_cut(&crowd->connections, DEADLINE + 500);
    assert_cut(crowd, "xx-x");
}

static void test_connections_give_room_to_a_newcomer(void **state)
{
    struct crowd *crowd = *state;

    /* All are young: it has to wait. */
    assert_false(tel_connections_make_room(&crowd->connections, 99));
    assert_int_equal(tel_connections_room_ms(&crowd->connections, 99), 1);
    assert_cut(crowd, "----");
    /* The longest gives up its place, one for each that asks. */
    assert_false(tel_connections_make_room(&crowd->connections, 100));
    assert_cut(crowd, "x---");
    assert_false(tel_connections_make_room(&crowd->connections, 200));
    assert_cut(crowd, "xx--");
    /* With all at work, somebody has to be answered first. */
    tel_connection_rests(&crowd->connections, crowd->each[2]);
    tel_connection_rests(&crowd->connections, crowd->each[3]);
    assert_false(tel_connections_make_room(&crowd->connections, 9999));
    assert_int_equal(tel_connections_room_ms(&crowd->connections, 9999), -1);
    crowd->connections.max++;
    assert_true(tel_connections_make_room(&crowd->connections, 9999));
    assert_int_equal(tel_connections_room_ms(&crowd->connections, 9999), 0);
    assert_cut(crowd, "xx--");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_connections_are_cut_in_their_order),
        TEST(test_connections_at_rest_are_never_cut),
        TEST(test_connections_owe_anew_after_an_answer),
        TEST(test_connections_give_room_to_a_newcomer),
    };

    return cmocka_run_group_tests_name("connections", tests, NULL, NULL);
}
