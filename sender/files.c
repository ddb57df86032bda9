/* SPDX-License-Identifier: MIT */
/*
 * The files of the outbox, read and listed.
 *
 * KEY-NAME.new    one line an event: its own random key of 32 hexadecimal
 *                 digits, a space, the event as JSON. KEY, 16 hexadecimal
 *                 digits, is the group key that the events' slots in the
 *                 table were marked with; NAME is the tool's. At most 100
 *                 lines. Never changes.
 * KEY-NAME.local  the same, or a former batch: never sent, and never moved.
 * KEY-NAME.batch  frozen for sending:
 *                     method GET|POST
 *                     endpoint URL
 *                     key 32 digits      (POST: of the batch as a whole)
 *                     from KEY KEY ...   (the .new files whose events it has)
 *                     an empty line, then lines as above in random order.
 *                 Neither its key nor its events change, but that a GET batch
 *                 is replaced by one without the events already answered.
 * tmp             being written. Whoever holds the lock may overwrite it.
 *
 * Crash rules. A file appears by rename, after it is on disk. An event is at
 * all times either in a slot of the table, or in a .new or .local, or in a
 * batch; between two steps it may be in two of them, and then the later one
 * counts: a slot whose group key has a file, or is named by a batch, is
 * freed; a .new that a batch names is removed.
 */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/text.h>

#define DAY_S 86400

static const char *const suffixes[] = {
    [FILE_NEW] = ".new", [FILE_BATCH] = ".batch", [FILE_LOCAL] = ".local"};
#define KINDS (sizeof(suffixes) / sizeof(*suffixes))

static bool parse_hex(const char *at, size_t digits, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits; i++) {
        char c = at[i];
        if (c >= '0' && c <= '9')
            number = number << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            number = number << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    *ret_number = number;
    return true;
}

void file_name(const struct file *file, char buf[FILE_NAME_MAX])
{
    struct tel_text text;
    tel_text_start(&text, buf, FILE_NAME_MAX);
    tel_text_hex(&text, file->key);
    tel_text_add(&text, "-");
    tel_text_add(&text, file->name);
    tel_text_add(&text, suffixes[file->kind]);
}

/* Reads KEY-NAME.SUFFIX: false for any other name. */
static bool parse_name(const char *string, struct file *ret_file)
{
    struct file file = {0};
    size_t len = strlen(string);
    if (len <= KEY_DIGITS + 1 || string[KEY_DIGITS] != '-' ||
        !parse_hex(string, KEY_DIGITS, &file.key))
        return false;
    const char *name = string + KEY_DIGITS + 1;
    for (size_t kind = 0; kind < KINDS; kind++) {
        size_t end = strlen(suffixes[kind]);
        size_t rest = strlen(name);
        if (rest <= end || strcmp(name + rest - end, suffixes[kind]) != 0)
            continue;
        if (!tel_name_valid(name, rest - end))
            return false;
        file.kind = (enum file_kind)kind;
        memcpy(file.name, name, rest - end);
        *ret_file = file;
        return true;
    }
    return false;
}

static int by_day(const void *a, const void *b)
{
    const struct file *one = a;
    const struct file *other = b;
    if (one->day != other->day)
        return one->day < other->day ? -1 : 1;
    /* Keys are random, and so is their order. */
    return (one->key > other->key) - (one->key < other->key);
}

static int append(struct files *files, size_t *room, const struct file *file)
{
    if (files->count == *room) {
        size_t more = *room ? 2 * *room : 64;
        struct file *at = realloc(files->at, more * sizeof(*at));
        if (!at)
            return -ENOMEM;
        files->at = at;
        *room = more;
    }
    files->at[files->count++] = *file;
    return 0;
}

static int list(DIR *dir, const char *name, struct files *ret_files)
{
    struct files files = FILES_EMPTY;
    size_t room = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct file file;
        struct stat st;
        if (!parse_name(entry->d_name, &file) ||
            (name && strcmp(name, file.name) != 0) ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !S_ISREG(st.st_mode))
            continue;
        file.day = st.st_mtime;
        file.size_bytes = (size_t)st.st_size;
        if (append(&files, &room, &file) < 0) {
            files_clear(&files);
            return -ENOMEM;
        }
    }
    if (files.count > 0)
        qsort(files.at, files.count, sizeof(*files.at), by_day);
    *ret_files = files;
    return 0;
}

int files_scan(const struct state *state, const char *name,
               struct files *ret_files)
{
    int fd = openat(state->outbox, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        (void)close(fd);
        return -ENOMEM;
    }
    int r = list(dir, name, ret_files);
    (void)closedir(dir);
    return r;
}

int files_tools(const struct state *state, struct files *ret_tools)
{
    struct files files = FILES_EMPTY;
    size_t tools = 0;
    int r = files_scan(state, NULL, &files);
    if (r < 0)
        return r;
    for (size_t i = 0; i < files.count; i++) {
        size_t j = 0;
        while (j < tools && strcmp(files.at[j].name, files.at[i].name) != 0)
            j++;
        if (j == tools && files.at[i].kind != FILE_LOCAL)
            files.at[tools++] = files.at[i];
    }
    files.count = tools;
    *ret_tools = files;
    return 0;
}

void files_clear(struct files *files)
{
    free(files->at);
    *files = (struct files)FILES_EMPTY;
}

bool files_have(const struct state *state, const char *name, uint64_t key)
{
    struct file file = {.key = key, .kind = FILE_NEW};
    string_copy(file.name, sizeof(file.name), name);
    if (file_exists(state, &file))
        return true;
    file.kind = FILE_LOCAL;
    return file_exists(state, &file);
}

bool from_next(const char **from, uint64_t *ret_key)
{
    while (**from == ' ')
        (*from)++;
    if (strlen(*from) < KEY_DIGITS || !parse_hex(*from, KEY_DIGITS, ret_key))
        return false;
    *from += KEY_DIGITS;
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a;
    uint64_t other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static int keys_add(struct keys *keys, const char *from)
{
    /* Each takes its digits and a blank. */
    size_t most = keys->count + strlen(from) / KEY_DIGITS + 1;
    uint64_t *at = realloc(keys->at, most * sizeof(*at));
    if (!at)
        return -ENOMEM;
    keys->at = at;
    while (keys->count < most && from_next(&from, &keys->at[keys->count]))
        keys->count++;
    return 0;
}

int keys_read(const struct state *state, const struct files *files,
              struct keys *ret_keys)
{
    struct keys keys = KEYS_EMPTY;
    for (size_t i = 0; i < files->count; i++) {
        _cleanup_contents_ struct contents contents = CONTENTS_EMPTY;
        if (files->at[i].kind != FILE_BATCH ||
            file_load(state, &files->at[i], &contents) < 0)
            continue;
        if (keys_add(&keys, contents.from) < 0) {
            keys_clear(&keys);
            return -ENOMEM;
        }
    }
    if (keys.count > 0)
        qsort(keys.at, keys.count, sizeof(*keys.at), by_number);
    *ret_keys = keys;
    return 0;
}

bool keys_have(const struct keys *keys, uint64_t key)
{
    return keys->count > 0 && bsearch(&key, keys->at, keys->count,
                                      sizeof(*keys->at), by_number) != NULL;
}

void keys_clear(struct keys *keys)
{
    free(keys->at);
    *keys = (struct keys)KEYS_EMPTY;
}

/* Takes one line off *rest and ends it with a NUL: NULL at the end, and for
 * a last line that was not written to its end. */
static char *take_line(char **rest)
{
    char *line = *rest;
    char *end = strchr(line, '\n');
    if (!end)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return line;
}

static bool has_head(const char *text)
{
    return strncmp(text, "method ", strlen("method ")) == 0;
}

static bool after(const char *line, const char *word, const char **ret_value)
{
    size_t len = strlen(word);
    if (strncmp(line, word, len) != 0)
        return false;
    *ret_value = line + len;
    return true;
}

static void parse_head(char **rest, struct contents *contents)
{
    for (char *line; (line = take_line(rest)) && *line;) {
        const char *method;
        if (after(line, "method ", &method))
            contents->method = strcmp(method, "GET") == 0 ? TEL_GET : TEL_POST;
        else if (!after(line, "endpoint ", &contents->endpoint) &&
                 !after(line, "key ", &contents->key))
            (void)after(line, "from ", &contents->from);
    }
}

/* Events stand as tel wrote them, so the id is at a fixed place. */
static void find_id(struct contents *contents, const char *name)
{
    const char *id = NULL;
    size_t len = 0;
    const char *json = contents->nlines > 0 ? contents->lines[0].json : NULL;
    if (json && after(json, "{\"t\":\"", &id))
        len = strcspn(id, "\"");
    if (len < 1 || len > TEL_NAME_MAX || !tel_name_valid(id, len)) {
        id = name;
        len = strlen(name);
    }
    memcpy(contents->id, id, len);
    contents->id[len] = '\0';
}

static int parse_lines(char *rest, struct contents *contents)
{
    size_t room = 0;
    for (const char *at = rest; (at = strchr(at, '\n')); at++)
        room++;
    contents->lines = calloc(room + 1, sizeof(*contents->lines));
    if (!contents->lines)
        return -ENOMEM;
    for (char *line; (line = take_line(&rest));) {
        uint64_t half;
        if (strlen(line) < TEL_IDEMPOTENCY_LEN + 3 ||
            !parse_hex(line, 16, &half) || !parse_hex(line + 16, 16, &half) ||
            line[TEL_IDEMPOTENCY_LEN] != ' ' ||
            line[TEL_IDEMPOTENCY_LEN + 1] != '{')
            continue;
        line[TEL_IDEMPOTENCY_LEN] = '\0';
        contents->lines[contents->nlines++] =
            (struct line){line, line + TEL_IDEMPOTENCY_LEN + 1, false};
    }
    return 0;
}

int file_load(const struct state *state, const struct file *file,
              struct contents *ret_contents)
{
    struct contents contents = {.from = ""};
    char name[FILE_NAME_MAX];
    file_name(file, name);
    int r = state_read(state->outbox, name, &contents.text);
    if (r < 0)
        return r;
    char *rest = contents.text.at;
    if (has_head(rest))
        parse_head(&rest, &contents);
    if (file->kind == FILE_BATCH &&
        (!contents.endpoint ||
         (contents.method == TEL_POST &&
          (!contents.key || strlen(contents.key) != TEL_IDEMPOTENCY_LEN))))
        r = -EBADMSG;
    if (r == 0)
        r = parse_lines(rest, &contents);
    if (r < 0) {
        contents_clear(&contents);
        return r;
    }
    find_id(&contents, file->name);
    *ret_contents = contents;
    return 0;
}

void contents_clear(struct contents *contents)
{
    bytes_clear(&contents->text);
    free(contents->lines);
    *contents = (struct contents)CONTENTS_EMPTY;
}

int file_remove(const struct state *state, const struct file *file)
{
    char name[FILE_NAME_MAX];
    file_name(file, name);
    return unlinkat(state->outbox, name, 0) < 0 ? -errno : 0;
}

bool file_exists(const struct state *state, const struct file *file)
{
    char name[FILE_NAME_MAX];
    file_name(file, name);
    return faccessat(state->outbox, name, F_OK, 0) == 0;
}

int file_keep(const struct state *state, const struct file *file)
{
    struct file kept = *file;
    char from[FILE_NAME_MAX];
    char to[FILE_NAME_MAX];
    kept.kind = FILE_LOCAL;
    file_name(file, from);
    file_name(&kept, to);
    return renameat(state->outbox, from, state->outbox, to) < 0 ? -errno : 0;
}

void drops_add(const struct state *state, struct drops *drops, const char *id,
               uint64_t events)
{
    if (strcmp(drops->id, id) != 0) {
        drops_end(state, drops);
        string_copy(drops->id, sizeof(drops->id), id);
    }
    drops->events += events;
}

void drops_end(const struct state *state, struct drops *drops)
{
    if (drops->events > 0)
        tally_add(state, drops->id, drops->events);
    memset(drops, 0, sizeof(*drops));
}

size_t file_drop(const struct state *state, const struct file *file,
                 struct drops *drops)
{
    struct contents contents = CONTENTS_EMPTY;
    size_t events = 0;
    int r = file_load(state, file, &contents);
    if (file_remove(state, file) == 0 && r == 0) {
        events = contents.nlines;
        /* What was never to be sent is not missing where it would arrive. */
        if (file->kind != FILE_LOCAL)
            drops_add(state, drops, contents.id, events);
    }
    contents_clear(&contents);
    return events;
}

void files_recover(const struct state *state)
{
    _cleanup_files_ struct files files = FILES_EMPTY;
    if (files_scan(state, NULL, &files) < 0)
        return;
    for (size_t i = 0; i < files.count; i++) {
        _cleanup_contents_ struct contents contents = CONTENTS_EMPTY;
        struct file group = files.at[i];
        if (group.kind != FILE_BATCH || file_load(state, &group, &contents) < 0)
            continue;
        group.kind = FILE_NEW;
        for (const char *from = contents.from; from_next(&from, &group.key);)
            (void)file_remove(state, &group);
    }
}

static bool expired(const struct file *file)
{
    /* A day of safety: the moment within the day is not kept. */
    return file->day + (time_t)(TEL_KEY_WINDOW_DAYS - 1) * DAY_S <
           state_today();
}

static size_t count_lines(const struct state *state, const struct file *file)
{
    struct contents contents = CONTENTS_EMPTY;
    (void)file_load(state, file, &contents);
    size_t events = contents.nlines;
    contents_clear(&contents);
    return events;
}

void files_trim(const struct state *state, bool sending, size_t *ret_events,
                size_t *ret_bytes)
{
    _cleanup_files_ struct files files = FILES_EMPTY;
    struct drops drops = {{0}, 0};
    size_t events = 0;
    size_t bytes = 0;
    if (files_scan(state, NULL, &files) < 0)
        return;
    for (size_t i = 0; i < files.count; i++) {
        events += count_lines(state, &files.at[i]);
        bytes += files.at[i].size_bytes;
    }
    bool over = events > OUTBOX_MAX_EVENTS || bytes > OUTBOX_MAX_BYTES;
    for (size_t i = 0; i < files.count; i++) {
        const struct file *file = &files.at[i];
        bool full = over && (events > OUTBOX_MAX_EVENTS / 16 * 15 ||
                             bytes > OUTBOX_MAX_BYTES / 16 * 15);
        if (file->kind == FILE_BATCH && sending)
            continue;
        if (!full && !(file->kind != FILE_LOCAL && expired(file)))
            continue;
        events -= file_drop(state, file, &drops);
        bytes -= file->size_bytes;
    }
    drops_end(state, &drops);
    *ret_events = events;
    *ret_bytes = bytes;
}
