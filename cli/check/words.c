/* SPDX-License-Identifier: MIT */
/* What a name says of what it names, by tables of words. */
#include "check.h"

#include <string.h>

#define WORD_MAX 24 /* longer ones are in no table */

/*
 * A field of such a name, or a word field that reads an option of such a
 * name, is about what stands beside it. Where a name has several of them, the
 * sense that comes first in enum check_sense counts.
 */
static const struct {
    char word[WORD_MAX];
    enum check_sense sense;
    const char *why;
} words[] = {
    {"apikey", SENSE_SECRET, "a key"},
    {"bearer", SENSE_SECRET, "a token"},
    {"cookie", SENSE_SECRET, "a token"},
    {"credential", SENSE_SECRET, "a secret"},
    {"jwt", SENSE_SECRET, "a token"},
    {"key", SENSE_SECRET, "a key"},
    {"keyfile", SENSE_SECRET, "a key"},
    {"otp", SENSE_SECRET, "a password"},
    {"pass", SENSE_SECRET, "a password"},
    {"passcode", SENSE_SECRET, "a password"},
    {"passphrase", SENSE_SECRET, "a password"},
    {"passwd", SENSE_SECRET, "a password"},
    {"password", SENSE_SECRET, "a password"},
    {"privkey", SENSE_SECRET, "a key"},
    {"pw", SENSE_SECRET, "a password"},
    {"secret", SENSE_SECRET, "a secret"},
    {"token", SENSE_SECRET, "a token"},

    {"account", SENSE_PERSON, "an account"},
    {"addr", SENSE_PERSON, "an address"},
    {"address", SENSE_PERSON, "an address"},
    {"assignee", SENSE_PERSON, "a person"},
    {"author", SENSE_PERSON, "a person"},
    {"birthdate", SENSE_PERSON, "a date of birth"},
    {"birthday", SENSE_PERSON, "a date of birth"},
    {"bssid", SENSE_PERSON, "a network's address"},
    {"city", SENSE_PERSON, "a place"},
    {"committer", SENSE_PERSON, "a person"},
    {"country", SENSE_PERSON, "a place"},
    {"customer", SENSE_PERSON, "a person"},
    {"cwd", SENSE_PERSON, "a path"},
    {"dob", SENSE_PERSON, "a date of birth"},
    {"domain", SENSE_PERSON, "a host or network name"},
    {"email", SENSE_PERSON, "an e-mail address"},
    {"employee", SENSE_PERSON, "a person"},
    {"fingerprint", SENSE_PERSON, "an identifier"},
    {"firstname", SENSE_PERSON, "a person's name"},
    {"fqdn", SENSE_PERSON, "a host name"},
    {"fullname", SENSE_PERSON, "a person's name"},
    {"geo", SENSE_PERSON, "a place"},
    {"gid", SENSE_PERSON, "an account"},
    {"gps", SENSE_PERSON, "a place"},
    {"guid", SENSE_PERSON, "an identifier"},
    {"home", SENSE_PERSON, "a path"},
    {"homedir", SENSE_PERSON, "a path"},
    {"host", SENSE_PERSON, "a host name"},
    {"hostname", SENSE_PERSON, "a host name"},
    {"hwid", SENSE_PERSON, "an identifier"},
    {"id", SENSE_PERSON, "an identifier"},
    {"identifier", SENSE_PERSON, "an identifier"},
    {"identity", SENSE_PERSON, "an identifier"},
    {"imei", SENSE_PERSON, "an identifier"},
    {"imsi", SENSE_PERSON, "an identifier"},
    {"ip", SENSE_PERSON, "an IP address"},
    {"ipaddr", SENSE_PERSON, "an IP address"},
    {"ipaddress", SENSE_PERSON, "an IP address"},
    {"ipv4", SENSE_PERSON, "an IP address"},
    {"ipv6", SENSE_PERSON, "an IP address"},
    {"lastname", SENSE_PERSON, "a person's name"},
    {"lat", SENSE_PERSON, "a place"},
    {"latitude", SENSE_PERSON, "a place"},
    {"lng", SENSE_PERSON, "a place"},
    {"location", SENSE_PERSON, "a place"},
    {"login", SENSE_PERSON, "an account"},
    {"logname", SENSE_PERSON, "an account"},
    {"lon", SENSE_PERSON, "a place"},
    {"longitude", SENSE_PERSON, "a place"},
    {"mac", SENSE_PERSON, "a hardware address"},
    {"macaddr", SENSE_PERSON, "a hardware address"},
    {"machineid", SENSE_PERSON, "an identifier"},
    {"mail", SENSE_PERSON, "an e-mail address"},
    {"mobile", SENSE_PERSON, "a telephone number"},
    {"nick", SENSE_PERSON, "a person's name"},
    {"nickname", SENSE_PERSON, "a person's name"},
    {"nodename", SENSE_PERSON, "a host name"},
    {"owner", SENSE_PERSON, "a person"},
    {"passport", SENSE_PERSON, "an identifier"},
    {"path", SENSE_PERSON, "a path"},
    {"pathname", SENSE_PERSON, "a path"},
    {"person", SENSE_PERSON, "a person"},
    {"phone", SENSE_PERSON, "a telephone number"},
    {"postcode", SENSE_PERSON, "a place"},
    {"pwd", SENSE_PERSON, "a path"},
    {"realname", SENSE_PERSON, "a person's name"},
    {"reviewer", SENSE_PERSON, "a person"},
    {"serial", SENSE_PERSON, "an identifier"},
    {"ssid", SENSE_PERSON, "a network's name"},
    {"ssn", SENSE_PERSON, "an identifier"},
    {"surname", SENSE_PERSON, "a person's name"},
    {"telephone", SENSE_PERSON, "a telephone number"},
    {"udid", SENSE_PERSON, "an identifier"},
    {"uid", SENSE_PERSON, "an account"},
    {"user", SENSE_PERSON, "an account"},
    {"username", SENSE_PERSON, "an account"},
    {"uuid", SENSE_PERSON, "an identifier"},
    {"who", SENSE_PERSON, "a person"},
    {"whoami", SENSE_PERSON, "an account"},
    {"workdir", SENSE_PERSON, "a path"},
    {"worktree", SENSE_PERSON, "a path"},
    {"zipcode", SENSE_PERSON, "a place"},

    {"atime", SENSE_TIME, "a time"},
    {"birthtime", SENSE_TIME, "a time"},
    {"calendar", SENSE_TIME, "a date"},
    {"clock", SENSE_TIME, "a time"},
    {"created", SENSE_TIME, "a time"},
    {"ctime", SENSE_TIME, "a time"},
    {"date", SENSE_TIME, "a date"},
    {"datetime", SENSE_TIME, "a date"},
    {"day", SENSE_TIME, "a date"},
    {"epoch", SENSE_TIME, "a time"},
    {"hour", SENSE_TIME, "a time of day"},
    {"modified", SENSE_TIME, "a time"},
    {"month", SENSE_TIME, "a date"},
    {"mtime", SENSE_TIME, "a time"},
    {"since", SENSE_TIME, "a date"},
    {"time", SENSE_TIME, "a time"},
    {"timestamp", SENSE_TIME, "a time"},
    {"ts", SENSE_TIME, "a time"},
    {"until", SENSE_TIME, "a date"},
    {"week", SENSE_TIME, "a date"},
    {"weekday", SENSE_TIME, "a date"},
    {"when", SENSE_TIME, "a time"},
    {"year", SENSE_TIME, "a date"},

    {"args", SENSE_CONTENT, "arguments"},
    {"argument", SENSE_CONTENT, "arguments"},
    {"argv", SENSE_CONTENT, "arguments"},
    {"attachment", SENSE_CONTENT, "a file"},
    {"body", SENSE_CONTENT, "content"},
    {"clipboard", SENSE_CONTENT, "content"},
    {"chdir", SENSE_CONTENT, "a folder's name"},
    {"cmd", SENSE_CONTENT, "a command line"},
    {"cmdline", SENSE_CONTENT, "a command line"},
    {"command", SENSE_CONTENT, "a command line"},
    {"comment", SENSE_CONTENT, "free text"},
    {"content", SENSE_CONTENT, "content"},
    {"data", SENSE_CONTENT, "content"},
    {"description", SENSE_CONTENT, "free text"},
    {"dir", SENSE_CONTENT, "a folder's name"},
    {"directory", SENSE_CONTENT, "a folder's name"},
    {"eval", SENSE_CONTENT, "code"},
    {"exec", SENSE_CONTENT, "a command line"},
    {"expr", SENSE_CONTENT, "code"},
    {"expression", SENSE_CONTENT, "code"},
    {"file", SENSE_CONTENT, "a file's name"},
    {"filename", SENSE_CONTENT, "a file's name"},
    {"folder", SENSE_CONTENT, "a folder's name"},
    {"grep", SENSE_CONTENT, "what is searched for"},
    {"header", SENSE_CONTENT, "content"},
    {"href", SENSE_CONTENT, "a URL"},
    {"infile", SENSE_CONTENT, "a file's name"},
    {"input", SENSE_OUTPUT, "a file's name"},
    {"keyword", SENSE_CONTENT, "free text"},
    {"logfile", SENSE_CONTENT, "a file's name"},
    {"message", SENSE_CONTENT, "free text"},
    {"msg", SENSE_CONTENT, "free text"},
    {"name", SENSE_CONTENT, "a name that the person chose"},
    {"note", SENSE_CONTENT, "free text"},
    {"outfile", SENSE_CONTENT, "a file's name"},
    {"output", SENSE_OUTPUT, "a file's name"},
    {"pattern", SENSE_CONTENT, "what is searched for"},
    {"payload", SENSE_CONTENT, "content"},
    {"prompt", SENSE_CONTENT, "free text"},
    {"query", SENSE_CONTENT, "what is searched for"},
    {"regex", SENSE_CONTENT, "what is searched for"},
    {"regexp", SENSE_CONTENT, "what is searched for"},
    {"script", SENSE_CONTENT, "code"},
    {"search", SENSE_CONTENT, "what is searched for"},
    {"snippet", SENSE_CONTENT, "code"},
    {"sql", SENSE_CONTENT, "code"},
    {"stdin", SENSE_CONTENT, "content"},
    {"subject", SENSE_CONTENT, "free text"},
    {"text", SENSE_CONTENT, "free text"},
    {"title", SENSE_CONTENT, "free text"},
    {"uri", SENSE_CONTENT, "a URL"},
    {"url", SENSE_CONTENT, "a URL"},
};

/*
 * Behind one of the words above, these make a category of it: message-format
 * is no message, ip_version no address, file-system no file.
 */
static const char categories[][WORD_MAX] = {
    "agnostic", "alg",        "algorithm", "arch",       "backend",
    "case",     "charset",    "check",     "class",      "color",
    "colour",   "completion", "count",     "depth",      "driver",
    "encoding", "ext",        "extension", "family",     "format",
    "kind",     "len",        "length",    "level",      "limit",
    "method",   "mode",       "only",      "order",      "os",
    "policy",   "protocol",   "provider",  "resolution", "role",
    "scale",    "scope",      "shell",     "size",       "sort",
    "state",    "status",     "strategy",  "style",      "suffix",
    "system",   "type",       "unit",      "validation", "version",
};

/* Before "time" these make a duration of it; before "key", what is sorted. */
static const char tamers[][WORD_MAX] = {
    "connect", "cpu",  "elapsed", "group", "idle", "max",   "mean", "min",
    "order",   "real", "sleep",   "sort",  "sys",  "total", "wait", "wall",
};

/* Words for a form of output, the listed values of many an --output. */
static const char formats[][WORD_MAX] = {
    "ascii",    "brief",          "compact",  "cbor",    "color",
    "csv",      "custom-columns", "default",  "full",    "go-template",
    "html",     "human",          "json",     "json5",   "jsonc",
    "jsonl",    "jsonpath",       "junit",    "line",    "lines",
    "list",     "long",           "markdown", "md",      "minimal",
    "name",     "ndjson",         "none",     "oneline", "plain",
    "pretty",   "quiet",          "raw",      "rst",     "sarif",
    "short",    "silent",         "simple",   "table",   "tap",
    "template", "text",           "toml",     "tree",    "tsv",
    "txt",      "verbose",        "wide",     "xml",     "yaml",
    "yml",
};

/*
 * Given names that are hardly ever a word of a tool (no ruby, julia, mark, nor
 * what a distribution calls its releases).
 */
static const char given_names[][WORD_MAX] = {
    "ahmed",    "alice",    "anna",    "bob",    "carlos",   "carol",
    "david",    "dmitri",   "fatima",  "hans",   "hiroshi",  "ivan",
    "james",    "jane",     "janedoe", "jdoe",   "john",     "johndoe",
    "jose",     "juan",     "klaus",   "laura",  "maria",    "michael",
    "mohammed", "muhammad", "olga",    "pedro",  "peter",    "pierre",
    "priya",    "sarah",    "sergei",  "thomas", "vladimir", "wolfgang",
};

#define IN_TABLE(word, table) \
    in_table((word), (table)[0], sizeof(table) / sizeof((table)[0]))

static bool in_table(const char *word, const char *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, table + i * WORD_MAX) == 0)
            return true;
    }
    return false;
}

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static char lower(char byte)
{
    if (is_upper(byte))
        byte = (char)(byte - 'A' + 'a');
    return byte;
}

/*
 * Takes the next word off name, in lower case: "userName", "user-name" and
 * "user_name2" are all user and name. Empty at the end; a word that is too
 * long is "?".
 */
static void next_word(struct check_name *name, char word[WORD_MAX])
{
    size_t len = 0;
    char before = '\0';

    while (name->len > 0) {
        char byte = *name->at;

        if (is_upper(byte) && is_lower(before))
            break;
        name->at++;
        name->len--;
        if (!is_upper(byte) && !is_lower(byte) && !check_is_digit(byte)) {
            if (len > 0)
                break;
            continue;
        }
        if (len < WORD_MAX)
            word[len++] = lower(byte);
        before = byte;
    }
    if (len == WORD_MAX) {
        word[0] = '?';
        len = 1;
    }
    /* Of ipv4 the number is part of the name: ipv says which of the two. */
    if (len < 4 || memcmp(word, "ipv", 3) != 0) {
        while (len > 0 && check_is_digit(word[len - 1]) && is_lower(word[0]))
            len--;
    }
    word[len] = '\0';
}

static enum check_sense sense_of(const char *word, const char **ret_why)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, word) == 0) {
            *ret_why = words[i].why;
            return words[i].sense;
        }
    }
    return SENSE_NONE;
}

/* The sense of two words that are one elsewhere: first-name is firstname. */
static enum check_sense sense_of_both(const char *before, const char *word,
                                      const char **ret_why)
{
    char both[2 * WORD_MAX];

    if (before[0] == '\0')
        return SENSE_NONE;
    snprintf(both, sizeof(both), "%s%s", before, word);
    return sense_of(both, ret_why);
}

/* The sense of a word with the one before it, or alone, or of the one that it
 * is the plural of. A plural of times is a duration. */
static enum check_sense sense_of_any(const char *before, char word[WORD_MAX],
                                     bool plural, const char **ret_why)
{
    enum check_sense sense = sense_of_both(before, word, ret_why);
    size_t len = strlen(word);

    if (sense == SENSE_NONE)
        sense = sense_of(word, ret_why);
    if (sense != SENSE_NONE || !plural || len < 3 || word[len - 1] != 's')
        return sense;
    word[len - 1] = '\0';
    sense = sense_of(word, ret_why);
    return sense == SENSE_TIME ? SENSE_NONE : sense;
}

static bool is_tamed(const char *before, const char *word)
{
    return IN_TABLE(before, tamers) &&
           (strcmp(word, "time") == 0 || strcmp(word, "key") == 0);
}

enum check_sense check_sense(struct check_name name, const char **ret_why)
{
    enum check_sense sense = SENSE_NONE;
    char before[WORD_MAX] = "";
    char word[WORD_MAX];

    for (next_word(&name, word); word[0] != '\0'; next_word(&name, word)) {
        const char *why = NULL;
        enum check_sense found = sense_of_any(before, word, name.plural, &why);

        if (IN_TABLE(word, categories) && before[0] != '\0')
            return SENSE_NONE;
        if (found != SENSE_NONE && !is_tamed(before, word) &&
            (sense == SENSE_NONE || found < sense)) {
            sense = found;
            *ret_why = why;
        }
        memcpy(before, word, sizeof(before));
    }
    return sense;
}

bool check_is_format(const char *at, size_t len)
{
    char word[WORD_MAX];

    if (len >= sizeof(word))
        return false;
    memcpy(word, at, len);
    word[len] = '\0';
    return IN_TABLE(word, formats);
}

bool check_has_given_name(const char *at, size_t len)
{
    struct check_name name = {at, len, false};
    char word[WORD_MAX];

    for (next_word(&name, word); word[0] != '\0'; next_word(&name, word)) {
        if (IN_TABLE(word, given_names))
            return true;
    }
    return false;
}
