/* SPDX-License-Identifier: MIT */
/* world: three tools that nobody has, how they are used, and their policies. */
#include "world.h"

const struct world_tool world_tools[WORLD_TOOLS] = {
    {
        .id = "twig",
        .purpose = "Decide which commands to make faster",
        .method = "GET",
        .exit = "code",
        .share = 0.60,
        .growth = 1.0,
        .weekend = 0.35,
        .interrupted = 0.004,
        .lost = 0.003,
        .codes = {1, 128, 129},
        .code_weights = {0.7, 0.2, 0.1},
        .crashes = {"4f10-9c0ffee1", "1b2c0-5eed0042", "7da4-00c0de77"},
        .versions = {{"4.0.3", "41c09d7e5b20f836", -200, 20},
                     {"4.1.0", "8e3f6a1107d4c25b", -45, 14},
                     {"4.1.1", "d20b94c6e8a7135f", 2, 9},
                     {"4.2.0", "5a7be08c31f2964d", 10, 7}},
        .verbs = {{"status", "see what has changed", 0.002, 38, 0.5},
                  {"commit", "record a change", 0.050, 120, 0.7},
                  {"diff", "compare versions", 0.004, 55, 0.9},
                  {"merge", "join two lines of work", 0.040, 260, 0.8},
                  {"fetch", "get what others did", 0.030, 900, 0.9},
                  {"push", "give away what was done", 0.060, 1300, 0.7},
                  {"log", "read the history", 0.003, 70, 1.1},
                  {"branch", "begin a line of work", 0.015, 22, 0.5},
                  {"remote add", "add a remote", 0.020, 12, 0.4},
                  {"blame", "see who wrote a line", 0.010, 420, 1.0}},
        .fields = {{"fmt",
                    "word --format -o: plain json short",
                    "See which output format to support first",
                    {"plain", "json", "short", "other", NULL},
                    {0.12, 0.05, 0.08, 0.01, 0.74}},
                   {"tty",
                    "flag @terminal",
                    "See how often it is used by scripts",
                    {"yes", "no"},
                    {0.7, 0.3}}},
    },
    {
        .id = "pantry",
        .purpose = "Find out what fails, and for how many",
        .method = "POST",
        .exit = "class",
        .share = 0.25,
        .growth = 1.0,
        .weekend = 0.55,
        .interrupted = 0.010,
        .lost = 0.006,
        .versions = {{"1.18.2", NULL, -120, 20},
                     {"1.19.0", NULL, -30, 12},
                     {"2.0.0", NULL, 15, 10}},
        .verbs = {{"install", "install packages", 0.070, 5200, 1.1},
                  {"update", "look for new versions", 0.030, 2400, 0.8},
                  {"search", "look for a package", 0.010, 340, 0.6},
                  {"list", "show what is installed", 0.002, 90, 0.5},
                  {"remove", "remove packages", 0.020, 800, 0.9},
                  {"info", "describe a package", 0.015, 150, 0.5},
                  {"build", "make a package", 0.180, 41000, 1.2},
                  {"lock", "write down exact versions", 0.025, 1100, 0.9},
                  {"audit", "look for known faults", 0.220, 1900, 0.7},
                  {"publish", "give a package to others", 0.090, 3600, 0.7}},
        .fields = {{"from",
                    "word --from: main mirror local",
                    "See whether mirrors are worth their cost",
                    {"main", "mirror", "local", "other", NULL},
                    {0.10, 0.22, 0.06, 0.02, 0.60}},
                   {"offline",
                    "flag --offline",
                    "See how many have no network",
                    {"yes", "no"},
                    {0.04, 0.96}},
                   {"n",
                    "count",
                    "See how many packages are handled at once",
                    {"1", "2", "5", "20", NULL},
                    {0.35, 0.15, 0.10, 0.05, 0.35}}},
    },
    {
        .id = "comb",
        .purpose = "Decide which languages to work on",
        .method = "POST",
        .exit = "0 1 2",
        .share = 0.15,
        .growth = 1.015,
        .weekend = 0.25,
        .interrupted = 0.001,
        .lost = 0.001,
        .codes = {1, 2, 70},
        .code_weights = {0.85, 0.13, 0.02},
        .versions = {{"0.9.4", NULL, -60, 15}, {"0.10.0", NULL, 6, 5}},
        .verbs = {{"write", "format files in place", 0.015, 180, 0.9},
                  {"check", "say what is not formatted", 0.310, 150, 0.9},
                  {"diff", "show what would change", 0.120, 160, 0.8},
                  {"stdin", "format what an editor sends", 0.020, 30, 0.4},
                  {"init", "begin a configuration", 0.010, 9, 0.3},
                  {"config show", "show the configuration", 0.004, 7, 0.3},
                  {"explain", "explain a rule", 0.006, 11, 0.3}},
        .fields = {{"lang",
                    "word --language -l: c python rust go",
                    "Decide which languages to work on",
                    {"c", "python", "rust", "go", "other"},
                    {0.18, 0.44, 0.15, 0.13, 0.10}},
                   {"changed",
                    "ratio",
                    "See how much of the code was formatted already",
                    {"0.00", "0.05", "0.25", "1.00", NULL},
                    {0.52, 0.20, 0.10, 0.03, 0.15}}},
    },
};

void world_policy(const struct world_tool *tool,
                  const struct world_version *version, FILE *out)
{
    (void)fprintf(out,
                  "[tool]\nid = %s\nversion = %s\n"
                  "endpoint = https://t.example.org/t\nmethod = %s\n"
                  "purpose = %s\nsource = https://example.org/%s\n"
                  "controller = Example Org\ncontact = privacy@example.org\n"
                  "retention = 365 days\n\n[verbs]\n",
                  tool->id, version->text, tool->method, tool->purpose,
                  tool->id);
    for (size_t i = 0; i < WORLD_VERBS && tool->verbs[i].words != NULL; i++)
        (void)fprintf(out, "%s = %s\n", tool->verbs[i].words,
                      tool->verbs[i].purpose);
    (void)fprintf(out, "\n[fields]\nms = rounded\nexit = %s\n", tool->exit);
    if (version->build_id != NULL)
        (void)fprintf(out, "crash = on\nbuild-ids = %s\n", version->build_id);
    for (size_t i = 0; i < WORLD_FIELDS && tool->fields[i].key != NULL; i++)
        (void)fprintf(out, "%s = %s\n", tool->fields[i].key,
                      tool->fields[i].line);
    (void)fprintf(out, "\n[purposes]\n");
    if (version->build_id != NULL)
        (void)fprintf(out, "crash = Find out where it crashes, and mend it\n");
    for (size_t i = 0; i < WORLD_FIELDS && tool->fields[i].key != NULL; i++)
        (void)fprintf(out, "%s = %s\n", tool->fields[i].key,
                      tool->fields[i].purpose);
}
