/* SPDX-License-Identifier: MIT */
/* The tool itself: its id, its endpoint, and the variable that stops it. */
#include "check.h"

#include <string.h>

/* ---- id ------------------------------------------------------------------ */

/* A game may be called 2048; so long a number is somebody's. */
#define ID_DIGITS 5

static void check_id(struct check *check)
{
    const struct tel_policy *policy = check->policy;
    const char *at = tel_str_at(policy, policy->id);
    size_t len = policy->id.len;
    const char *what = check_shape_address(at, len);

    if (what == NULL && check_digits(at, len) >= ID_DIGITS)
        what = "a long number";
    if (what == NULL)
        what = check_shape_identifier(at, len);
    if (what == NULL && check_has_given_name(at, len))
        what = "a person's name";
    if (what != NULL)
        check_found(check, CHECK_ID, policy->id,
                    "give the tool's own name, the same for everybody",
                    "the id '%s' looks like %s",
                    tel_cli_str(policy, policy->id), what);
}

/* A day is 20240131. What is longer tells a build, or one installation, from
 * all others, and is sent with each event. */
#define VERSION_RUN 8
#define VERSION_DIGITS 12

static void check_version(struct check *check)
{
    const struct tel_policy *policy = check->policy;
    const char *at = tel_str_at(policy, policy->version);
    size_t len = policy->version.len;
    size_t digits = 0;

    for (size_t i = 0; i < len; i++)
        digits += at[i] != '.';
    if (tel_release_valid(at, len) &&
        (check_digits(at, len) > VERSION_RUN || digits > VERSION_DIGITS))
        check_found(check, CHECK_ID, policy->version,
                    "give the version of a release, the same for everybody",
                    "the version '%s' holds a long number",
                    tel_cli_str(policy, policy->version));
}

/* ---- disable ------------------------------------------------------------- */

/* Variables that are set for other reasons, so that they would switch it off
 * by accident; or that already mean something to tel. */
static const char *const taken[] = {
    "BROWSER",
    "CC",
    "CFLAGS",
    "COLORTERM",
    "COLUMNS",
    "CXX",
    "DEBUG",
    "DESKTOP_SESSION",
    "DISPLAY",
    "DO_NOT_TRACK",
    "EDITOR",
    "EMAIL",
    "ENV",
    "EUID",
    "FORCE_COLOR",
    "HISTFILE",
    "HOME",
    "HOST",
    "HOSTNAME",
    "IFS",
    "INVOCATION_ID",
    "JAVA_HOME",
    "LANG",
    "LANGUAGE",
    "LESS",
    "LINES",
    "LOGNAME",
    "LS_COLORS",
    "MAIL",
    "MAKEFLAGS",
    "MANPATH",
    "NODE_ENV",
    "NO_COLOR",
    "OLDPWD",
    "OSTYPE",
    "PAGER",
    "PATH",
    "PPID",
    "PS1",
    "PS2",
    "PWD",
    "PYTHONPATH",
    "QUIET",
    "RANDOM",
    "SECONDS",
    "SHELL",
    "SHLVL",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "TZ",
    "UID",
    "USER",
    "USERNAME",
    "VERBOSE",
    "VERSION",
    "VISUAL",
    "WAYLAND_DISPLAY",
    "WINDOWID",
    "_",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    NULL,
};

/* Families of them. */
static const char *const taken_families[] = {
    "BASH_", "DBUS_", "DOAS_", "GDM_", "GTK_",  "LC_",  "LD_", "MALLOC_",
    "QT_",   "SSH_",  "SUDO_", "TEL_", "TERM_", "XDG_", NULL,
};

static bool is_ci(const char *name)
{
    const char *ci;

    for (size_t i = 0; (ci = tel_env_ci_name(i)) != NULL; i++) {
        if (strcmp(ci, name) == 0)
            return true;
    }
    return false;
}

static bool is_taken(const char *name)
{
    for (const char *const *other = taken; *other != NULL; other++) {
        if (strcmp(*other, name) == 0)
            return true;
    }
    for (const char *const *other = taken_families; *other != NULL; other++) {
        if (strncmp(*other, name, strlen(*other)) == 0 &&
            strstr(name, "TELEMETRY") == NULL)
            return true;
    }
    return is_ci(name);
}

static void check_disable(struct check *check)
{
    const struct tel_policy *policy = check->policy;
    const char *name = tel_cli_str(policy, policy->disable);

    if (is_taken(name))
        check_found(check, CHECK_DISABLE, policy->disable,
                    "choose a name of its own, or leave the line out: the "
                    "default is the id with _NO_TELEMETRY",
                    "%s is set for other reasons, so it cannot say what the "
                    "person wants",
                    name);
}

/* ---- endpoint ------------------------------------------------------------ */

/* A piece of a URL between / ? & = : and . */
struct piece {
    const char *at;
    size_t len;
};

static bool is_one(struct piece piece, const char *const *table)
{
    return check_is_one_of(piece.at, piece.len, table);
}

/* Letters and digits in turns, as words of a path hardly have them; fewer of
 * them where the letters are capitals. */
static bool is_key(struct piece piece)
{
    unsigned capitals = 0;
    unsigned turns = 0;

    for (size_t i = 0; i < piece.len; i++) {
        char byte = piece.at[i];

        capitals += byte >= 'A' && byte <= 'Z';
        turns +=
            i > 0 && check_is_digit(byte) != check_is_digit(piece.at[i - 1]);
    }
    return (piece.len >= 8 && turns >= (capitals > 2 ? 3 : 4)) ||
           check_shape_identifier(piece.at, piece.len) != NULL;
}

static struct piece next_piece(struct piece *rest, const char *ends)
{
    struct piece piece = {rest->at, 0};

    while (piece.len < rest->len && strchr(ends, piece.at[piece.len]) == NULL)
        piece.len++;
    rest->at += piece.len < rest->len ? piece.len + 1 : piece.len;
    rest->len -= piece.len < rest->len ? piece.len + 1 : piece.len;
    return piece;
}

/* "key=value" of a query: by its name, or by its value. */
static const char *look_at_pair(struct piece pair)
{
    static const char *const keys[] = {
        "access", "auth",    "client",   "dsn",       "install",
        "k",      "license", "session",  "sig",       "signature",
        "sub",    "u",       "writekey", "write_key", NULL};
    struct piece name = next_piece(&pair, "=");
    const char *why = NULL;
    enum check_sense sense =
        check_sense((struct check_name){name.at, name.len, false}, &why);

    if (pair.len == 0)
        return is_key(name) ? "a key" : NULL;
    if (sense == SENSE_SECRET || sense == SENSE_PERSON)
        return why;
    if (is_one(name, keys) || is_key(pair))
        return "a key or a person";
    return memmem(pair.at, pair.len, "%40", 3) != NULL
               ? "an e-mail address"
               : check_shape_address(pair.at, pair.len);
}

/* Parts of a path: a key itself, or what stands behind "users". */
static const char *look_at_path(struct piece path)
{
    static const char *const owners[] = {"account", "accounts", "home",  "key",
                                         "keys",    "people",   "token", "u",
                                         "user",    "users",    NULL};
    bool owned = false;

    while (path.len > 0) {
        struct piece part = next_piece(&path, "/");

        if (part.len == 0)
            continue;
        if (owned || part.at[0] == '~')
            return "a key or a person";
        if (memmem(part.at, part.len, "%40", 3) != NULL)
            return "an e-mail address";
        if (is_key(part))
            return "a key";
        owned = is_one(part, owners);
    }
    return NULL;
}

static const char *look_at_host(struct piece host)
{
    while (host.len > 0) {
        struct piece label = next_piece(&host, ".");

        if (label.len >= 16 && is_key(label))
            return "a key";
    }
    return NULL;
}

static void check_endpoint(struct check *check)
{
    static const char mend[] =
        "give an address that is the same for everybody, without a key";
    const struct tel_policy *policy = check->policy;
    struct piece rest = {tel_str_at(policy, policy->endpoint),
                         policy->endpoint.len};
    bool tls = rest.len > 8 && memcmp(rest.at, "https://", 8) == 0;
    struct piece query = rest;
    struct piece path;
    const char *what;

    if (!tls) {
        check_found(check, CHECK_ENDPOINT, policy->endpoint,
                    "use https: plain http to this machine is for a trial",
                    "the endpoint is not https: '%s'",
                    tel_cli_str(policy, policy->endpoint));
        return;
    }
    rest.at += 8;
    rest.len -= 8;
    query = rest;
    path = next_piece(&query, "?");
    what = look_at_host(next_piece(&path, "/"));
    if (what == NULL)
        what = look_at_path(path);
    while (what == NULL && query.len > 0)
        what = look_at_pair(next_piece(&query, "&"));
    if (what != NULL)
        check_found(check, CHECK_ENDPOINT, policy->endpoint, mend,
                    "the endpoint holds what looks like %s: '%s'", what,
                    tel_cli_str(policy, policy->endpoint));
}

void check_tool(struct check *check)
{
    check_id(check);
    check_version(check);
    check_disable(check);
    check_endpoint(check);
}
